"""Single layers and uncorrected data: a small version of the example runs up to its figures."""

import itertools

import pytest

from omc.core import tables as contracts
from omc.data.matrix import axis_names, layers
from omc.evaluate.metrics import METRICS_OF
from tests.end_to_end.variants import example, keys

pytestmark = pytest.mark.slow


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
