"""The configuration of counts that each fit normalises: what depends on it."""

import json

import yaml

from omc.study.study import load


def test_only_steps_that_see_the_counts_depend_on_it(root, monkeypatch):
    monkeypatch.chdir(root)
    text = (root / "config" / "examples" / "clinical.yaml").read_text(encoding="utf-8")

    def loaded(kind):
        config = yaml.safe_load(text)
        config["datasets"]["breast_cancer"]["layers"]["genes"]["transform"] = kind
        return load(config, str(root / "workflow"))

    plain, study = loaded("none"), loaded("median_of_ratios")
    with_counts = ["breast_cancer", "breast_cancer-genes"]
    assert list(study.datasets) == [*with_counts, "breast_cancer-clinical"]
    for name in study.datasets:
        before = json.loads(plain.slices.preprocessing_setting(name))
        after = json.loads(study.slices.preprocessing_setting(name))
        known = {"normalised": {"layers": ["genes"], "dataset": "breast_cancer"}}
        assert "normalised" not in before
        assert after == (before | known if name in with_counts else before)
    assert plain.with_normalised() == [] and study.with_normalised() == with_counts
    checked = json.loads(study.slices.data_check_setting("breast_cancer"))
    assert checked.pop("normalised") == ["genes"]
    assert checked == json.loads(plain.slices.data_check_setting("breast_cancer"))
    shown = json.loads(study.slices.explorer_setting())
    for part, name in zip(shown, with_counts, strict=False):
        assert part.pop("preprocessing") == f"results/clinical/{name}/preprocessing.h5"
    assert shown == json.loads(plain.slices.explorer_setting())
