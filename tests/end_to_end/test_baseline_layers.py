"""Clinical columns as the baseline: a small version of the example runs up to its figures."""

import pytest

from omc.data.matrix import axis_names
from omc.evaluate.metrics import METRICS
from tests.end_to_end.variants import example

pytestmark = pytest.mark.slow


def test_a_clinical_baseline(workflow, root):
    models = {
        "python": [{"name": "logistic_regression", "grid": {}}],
        "r": [{"name": "glmnet", "grid": {"alpha": [0.5], "lambda": [0.1]}}],
    }
    config = example(root, "clinical", models, folds=2, repeats=2)
    # The baseline is not selected from.
    config["selection"] = {"features": 5}
    run = workflow()
    drawn = "images/clinical/breast_cancer/layers.png"
    added_drawn = drawn.replace("layers", "added_value")
    process = run.compare(config, "--", drawn, added_drawn)
    assert process.returncode == 0, process.stderr
    clinical = [f"clinical:{name}" for name in ("age", "size", "grade", "er: positive")]
    results = run.path("results", "clinical")
    assert axis_names(str(results / "breast_cancer-clinical" / "data.h5ad"), "var") == clinical
    _, rows = run.table("results", "clinical", "variants.csv")
    variants = {"breast_cancer-clinical", "breast_cancer-genes"}
    assert {row["variant"] for row in rows} == variants
    _, importance = run.table("results", "clinical", "importance.csv")
    selected = {}
    for row in importance:
        if row["dataset"] == "breast_cancer":
            key = row["language"], row["split"]
            selected.setdefault(key, []).append(row["feature"])
    assert len(selected) == 2 * 5
    for features in selected.values():
        known = [feature for feature in features if feature.startswith("clinical:")]
        assert known == clinical and len(features) == 5 + 4
    # Both leave the baseline without a penalty, and alone it is plain logistic regression.
    for dataset in ("breast_cancer", "breast_cancer-clinical"):
        _, rows = run.table("results", "clinical", dataset, "predictions.csv")
        python, r = (
            {(w["split"], w["sample"]): float(w["prob_yes"]) for w in rows if w["language"] == name}
            for name in ("python", "r")
        )
        assert len(python) > 100
        assert r == pytest.approx(python, abs=1e-4)
    assert run.path(drawn).stat().st_size > 10_000
    _, added = run.table("results", "clinical", "added_value.csv")
    of_variants = {
        (row["language"], row["model"], row["metric"]): row
        for row in run.table("results", "clinical", "variants.csv")[1]
        if row["variant"] == "breast_cancer-clinical"
    }
    measures = [("roc_auc", ""), ("brier", ""), ("net_benefit", "0.2"), ("net_benefit", "0.5")]
    models = {("python", "logistic_regression"), ("r", "glmnet")}
    models |= {("picked", "picked"), ("picked", "prevalidated")}
    keys = [(r["language"], r["model"], r["measure"], r["threshold"]) for r in added]
    assert sorted(keys) == sorted((*m, *measure) for m in models for measure in measures)
    for row in added:
        same = of_variants.get((row["language"], row["model"], row["measure"]))
        if row["model"] == "prevalidated":
            # Both models are plain logistic regression on the clinical columns.
            alone = (
                of_variants["r", "glmnet", row["measure"]] if row["measure"] in METRICS else None
            )
            value = float(row["baseline_estimate"])
            assert not alone or value == pytest.approx(float(alone["variant_estimate"]), abs=1e-3)
        assert not same or (same["difference"], same["p_value"]) == (
            row["difference"],
            row["p_value"],
        )
