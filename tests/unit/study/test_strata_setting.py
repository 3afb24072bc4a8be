"""Subgroups in the configuration: what is refused, and what depends on them."""

import json

import pytest
import yaml

from omc.core.errors import UserError
from omc.study import study


@pytest.fixture
def load(root, monkeypatch):
    monkeypatch.chdir(root)
    config = yaml.safe_load((root / "config/examples/clinical.yaml").read_text(encoding="utf-8"))

    def of(*columns):
        config["report"] = {"subgroups": [*columns]}
        return study.load(json.loads(json.dumps(config)), str(root / "workflow"))

    return of


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ("metastasis_5y", "is datasets.breast_cancer.outcome.column: take it out"),
        ("sample", "has the samples' names: take it out"),
    ],
)
def test_the_outcome_and_the_names_are_no_subgroups(load, column, message):
    with pytest.raises(UserError, match=f"report.subgroups: '{column}' {message}"):
        load("age", column)


def test_variants_have_the_subgroups_of_their_base(load):
    of = load("age", "grade")
    assert of.with_subgroups() == ["breast_cancer"] != list(of.datasets)
    assert "subgroups" in of.figures("breast_cancer")
    assert "subgroups" not in of.figures("breast_cancer-clinical")
    (dataset,) = json.loads(of.slices.strata_setting())["datasets"]
    assert dataset["levels"]["grade"][0] == "well differentiated"


def test_nothing_that_trains_or_compares_depends_on_them(load):
    without, of = load(), load("age")
    assert without.with_subgroups() == [] and "subgroups" not in without.figures("breast_cancer")
    for name in ("summary_setting", "split_setting"):
        assert getattr(without.slices, name)() == getattr(of.slices, name)()
    for name in (
        *("import_setting", "preprocessing_setting", "training_keys"),
        *("comparison_setting", "scoring_setting"),
    ):
        slices = [getattr(each.slices, name)("breast_cancer") for each in (without, of)]
        assert slices[0] == slices[1]
