"""Messy tables go from `make init` to figures without an edit, or end in one question."""

import numpy as np
import pytest
import yaml

from omc.core.errors import UserError
from omc.data.matrix import axis_names, read_columns
from omc.study.init import init
from omc.study.proposal.answers import Answers
from tests.messy import write_pairs

# All ten pairs take five CPU minutes: `make faults`. The others are read in the same way.
SOME = ("excel", "qiime", "nobody")


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(SOME, marks=pytest.mark.slow, id="some"),
        pytest.param(None, marks=pytest.mark.faults, id="all"),
    ],
)
def test_ten_messy_pairs_become_figures_or_one_question(workflow, monkeypatch, names):
    run = workflow()
    monkeypatch.chdir(run.folder)
    pairs, datasets = write_pairs(run.folder), {}
    assert len(pairs) == 10
    for name in names or pairs:
        table, sheet = pairs[name]
        given = {"TABLE": table, "SAMPLES": sheet, "NAME": name}
        if name == "nobody":
            with pytest.raises(UserError, match="no column of the sheet names the samples") as end:
                init(given, Answers())
            assert len(str(end.value).splitlines()) == 1
            continue
        init(given, Answers())
        config = yaml.safe_load(run.path("config", f"{name}.yaml").read_text(encoding="utf-8"))
        (datasets[name],) = config["datasets"].values()
    # Data and outcome as proposed; few splits and models, as this is a test.
    process = run.compare(
        {
            "datasets": datasets,
            "resampling": {"folds": 2, "repeats": 1, "inner_folds": 2},
            "models": {"python": ["dummy", "nearest_centroid"]},
        },
        *("--", *(f"images/{name}/model_comparison.png" for name in datasets)),
    )
    assert process.returncode == 0, process.stderr
    for name in datasets:
        assert run.path("images", name, "model_comparison.png").exists()

    def values(name):
        data = str(run.path("results", name, "data.h5ad"))
        return read_columns(data, axis_names(data, "obs"), np.arange(298))

    # The same numbers, in whatever file they came.
    same = [
        name for name in ("european", "excel", "write_table", "descriptions") if name in datasets
    ]
    for name in same:
        np.testing.assert_array_equal(values(name), values(same[0]))
