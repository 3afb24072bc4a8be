"""Single layers and ignored groups: small versions of the examples run up to their figures."""

import itertools

import pytest
import yaml

from omc.core import tables as contracts
from omc.data.matrix import axis_names, layers
from omc.evaluate.metrics import METRICS, METRICS_OF

pytestmark = pytest.mark.slow


def example(root, name, models, **resampling):
    config = yaml.safe_load((root / "config" / "examples" / f"{name}.yaml").read_text())
    config["models"] = models
    config["resampling"] = {"inner_folds": 2, **resampling}
    return config


def keys(rows):
    names = ("dataset", "variant", "kind", "language", "model", "metric")
    return [tuple(row[name] for name in names) for row in rows]


def test_multiomics(workflow, root):
    models = {"python": [{"name": "logistic_regression", "grid": {}}], "r": ["pls"]}
    run = workflow()
    # The figures of one single-layer variant are enough.
    wanted = [f"images/multiomics/{figure}.png" for figure in (
        "nutrimouse/layers", "nutrimouse/lab_batches", "nutrimouse-lipids/model_comparison",
    )]  # fmt: skip
    config = example(root, "multiomics", models, folds=2, repeats=2)
    # Both genotypes are in each fold, and what they change in the features is taken away.
    config["preprocessing"] = {"batch": {"column": "genotype"}}
    config["datasets"]["nutrimouse"]["compare_batch"] = True
    wanted.append("results/multiomics/summary.md")
    process = run.compare(config, "--", *wanted)
    assert process.returncode == 0, process.stderr
    results = run.path("results", "multiomics")
    kinds = {"nutrimouse-genes": "layer", "nutrimouse-lipids": "layer"}
    kinds["nutrimouse-uncorrected"] = "uncorrected"
    for variant in kinds:
        for file in ("splits.csv", "samples.tsv"):
            parent = (results / "nutrimouse" / file).read_bytes()
            assert (results / variant / file).read_bytes() == parent
    lipids = str(results / "nutrimouse-lipids" / "data.h5ad")
    assert set(layers(lipids)) == {"lipids"} and len(axis_names(lipids, "var")) == 21
    header, rows = run.table("results", "multiomics", "variants.csv")
    assert header == contracts.VARIANTS
    trained = [("python", "logistic_regression"), ("r", "pls")]
    assert keys(rows) == [
        ("nutrimouse", variant, kind, *model, metric)
        for (variant, kind), model, metric in itertools.product(
            kinds.items(), trained, METRICS_OF["multiclass"]
        )
    ]
    plain = (results / "nutrimouse-uncorrected" / "data.h5ad").read_bytes()
    assert plain == (results / "nutrimouse" / "data.h5ad").read_bytes()
    corrected = [row for row in rows if row["kind"] == "uncorrected"]
    assert any(float(row["difference"]) for row in corrected)
    assert {row["n_splits"] for row in rows} == {"4"}
    _, metrics = run.table("results", "multiomics", "metrics.csv")
    of = {
        tuple(m[k] for k in ("dataset", "language", "model", "metric", "split")): float(m["value"])
        for m in metrics
    }
    splits = dict.fromkeys(m["split"] for m in metrics)
    for row in rows:
        model = row["language"], row["model"], row["metric"]
        values, alone = (
            [of[name, *model, split] for split in splits] for name in ("nutrimouse", row["variant"])
        )
        gaps = [a - b for a, b in zip(values, alone, strict=True)]
        gap = sum(gaps) / 4
        assert float(row["estimate"]) == pytest.approx(sum(values) / 4)
        assert float(row["difference"]) == pytest.approx(gap, abs=1e-9)
        if max(gaps) - min(gaps) > 1e-9:
            assert float(row["ci_low"]) <= gap + 1e-9 and float(row["ci_high"]) >= gap - 1e-9
        else:
            # Values that never vary do not show how much they can.
            assert row["ci_low"] == row["ci_high"] == ""
    images = run.path("images", "multiomics")
    for figure in ("layers", "lab_batches"):
        assert (images / "nutrimouse" / f"{figure}.png").stat().st_size > 10_000
    assert (images / "nutrimouse-lipids" / "model_comparison.png").exists()
    assert not (images / "nutrimouse-lipids" / "layers.png").exists()
    answer = (results / "summary.md").read_text(encoding="utf-8")
    assert all(f"\n## {name}\n" in answer for name in ("nutrimouse", *kinds))
    report = results / "report.html"
    process = run.run("--configfile", run.path("config.yaml"), "--report", report, "--", *wanted)
    assert process.returncode == 0, process.stderr
    html = report.read_text(encoding="utf-8")
    assert all(f'"{figure}"' in html for figure in wanted if figure.endswith(".png"))
    assert "Does adding a layer help?" in html


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


def test_microbiome(workflow, root):
    forest = {"name": "random_forest", "params": {"n_estimators": 20}, "grid": {}, "cost": "cheap"}
    models = {"python": [forest], "r": [{"name": "pls", "grid": {"ncomp": [2]}}]}
    run = workflow()
    drawn = "images/microbiome/obesity/grouping.png"
    process = run.compare(example(root, "microbiome", models, folds=2, repeats=2), "--", drawn)
    assert process.returncode == 0, process.stderr
    results = run.path("results", "microbiome")
    data = [
        (results / name / "data.h5ad").read_bytes() for name in ("obesity", "obesity-ungrouped")
    ]
    assert data[0] == data[1]
    apart = {}
    for name in ("obesity", "obesity-ungrouped"):
        _, splits = run.table("results", "microbiome", name, "splits.csv")
        sides = {}
        for row in splits:
            subject = row["sample"].removesuffix(".2")
            sides.setdefault((row["split"], subject), set()).add(row["role"])
        apart[name] = any(len(roles) == 2 for roles in sides.values())
    assert apart == {"obesity": False, "obesity-ungrouped": True}
    _, rows = run.table("results", "microbiome", "variants.csv")
    assert keys(rows) == [
        ("obesity", "obesity-ungrouped", "ungrouped", *model, metric)
        for model, metric in itertools.product(
            [("python", "random_forest"), ("r", "pls")], METRICS_OF["binary"]
        )
    ]
    assert {(row["method"], row["n_splits"]) for row in rows} == {("t_over_repeats", "2")}
    images = run.path("images", "microbiome")
    assert (images / "obesity" / "grouping.png").stat().st_size > 10_000
