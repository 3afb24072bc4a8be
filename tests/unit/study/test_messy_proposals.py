"""`make init` on ten messy pairs: what it proposes for each is read, and says the same data."""

import numpy as np
import pandas as pd
import pytest
import yaml

from omc.data.reading import read_table
from omc.study.init import init
from omc.study.proposal.answers import Answers
from tests.messy import RESOURCES, write_pairs


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("messy")
    return folder, write_pairs(folder)


LEUKEMIA = ["european", "excel", "write_table", "names_that_r_changed", "descriptions",
            "gaps_in_the_outcome", "geo"]  # fmt: skip


@pytest.mark.parametrize("name", [*LEUKEMIA, "names_twice", "qiime"])
def test_what_is_proposed_for_a_messy_pair(pairs, monkeypatch, name):
    folder, files = pairs
    monkeypatch.chdir(folder)
    answers = Answers()
    init({"TABLE": files[name][0], "SAMPLES": files[name][1], "NAME": name}, answers)
    config = yaml.safe_load((folder / "config" / f"{name}.yaml").read_text(encoding="utf-8"))
    ((column, dataset),) = config["datasets"].items()
    layer = dataset["layers"]["omics"]
    keys = {"duplicates": layer.get("duplicates", "error")}
    values = read_table(layer["table"], layer["orientation"], **keys)
    if name == "qiime":
        assert (column, dataset["groups"], layer["transform"]) == ("bmi_class", "subject", "clr")
        return
    assert column == "subtype" and dataset["outcome"]["positive"] == "AML"
    original = pd.read_csv(RESOURCES / "leukemia/expression.tsv.gz", sep="\t", index_col=0)
    if name in LEUKEMIA:
        np.testing.assert_array_equal(values.to_numpy(), original.iloc[:300].T.to_numpy())
    unsure = dict(answers.unsure)
    assert ("missing" in dataset["outcome"]) == (name == "gaps_in_the_outcome")
    assert ("samples" in unsure) == (name == "names_that_r_changed")
    assert ("duplicates" in layer) == (name == "names_twice")
