"""The configuration of the correction for lab batches: what is refused, and what depends on it."""

import json

import pytest
import yaml

from omc.core.errors import UserError
from omc.study.study import load


@pytest.fixture
def study(root, monkeypatch):
    """Loads the clinical example with these keys of preprocessing.batch and of its data set."""
    monkeypatch.chdir(root)
    text = (root / "config" / "examples" / "clinical.yaml").read_text(encoding="utf-8")

    def loaded(batch=None, **changes):
        config = yaml.safe_load(text)
        config["datasets"]["breast_cancer"].update(changes.pop("dataset", {}))
        if batch is not None:
            config["preprocessing"] = {"batch": {"column": "grade", **batch}}
        return load({**config, **changes}, str(root / "workflow"))

    return loaded


@pytest.mark.parametrize(
    ("batch", "dataset", "message"),
    [
        (None, {"compare_batch": True}, "compare_batch: nothing is corrected: set preprocessing.b"),
        ({"column": "metastasis_5y"}, {}, "column: 'metastasis_5y' is datasets.*outcome.column"),
        (
            {"covariates": ["metastasis_5y"]},
            {},
            "covariates: 'metastasis_5y' is .*of the test samp",
        ),
        ({"covariates": ["grade"]}, {}, "covariates: 'grade' is preprocessing.batch.column"),
        ({"covariates": ["er"], "method": "mean"}, {}, "the method mean has no covariates"),
        (
            {"column": "site"},
            {"groups": "site"},
            "'site' is datasets.breast_cancer.groups.*unseen: uncorrected",
        ),
        ({"method": "combt"}, {}, "Did you mean 'combat'"),
    ],
)
def test_what_cannot_be_corrected_is_refused(study, batch, dataset, message):
    with pytest.raises(UserError, match=message):
        study(batch, dataset=dataset)


def test_only_the_corrected_data_sets_depend_on_it(study):
    plain = study().slices.preprocessing_setting("breast_cancer")
    loaded = study({"covariates": ["er"]}, dataset={"compare_batch": True})
    assert loaded.variants("uncorrected") == ["breast_cancer-uncorrected"]
    assert "lab_batches" in loaded.figures("breast_cancer")
    assert loaded.slices.preprocessing_setting("breast_cancer-uncorrected") == plain
    setting = json.loads(loaded.slices.preprocessing_setting("breast_cancer"))
    assert setting.pop("batch") == {
        "column": "grade", "covariates": ["er"], "dataset": "breast_cancer", "layers": ["genes"],
        "method": "combat", "unseen": "error",
    }  # fmt: skip
    assert setting == json.loads(plain)
    assert "batch" not in json.loads(loaded.slices.preprocessing_setting("breast_cancer-clinical"))
    # The check of lab batches sees the column, though it is a feature too.
    checked = json.loads(loaded.slices.data_check_setting("breast_cancer"))
    assert "grade" not in checked["columns"] and checked["lab_batch"] == "grade"


def test_new_samples_are_of_other_lab_batches(study, tmp_path):
    path = tmp_path / "new.tsv"
    path.write_text("sample\n", encoding="utf-8")
    request = {
        "dataset": "breast_cancer", "model": study().model_names("breast_cancer")[0],
        "input": f"genes={path},clinical={path}", "output": str(tmp_path / "out.csv"),
    }  # fmt: skip
    with pytest.raises(UserError, match="predict.dataset: .*'grade'.*unseen: uncorrected"):
        study({}, predict=request)
    assert study({"unseen": "uncorrected"}, predict=request).prediction
    request["dataset"] = "breast_cancer-uncorrected"
    assert study({}, predict=request, dataset={"compare_batch": True}).prediction
