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
    wanted = [f"images/multiomics/nutrimouse/{name}.png" for name in ("layers", "lab_batches")]
    config = example(root, "multiomics", models, folds=2, repeats=1)
    # Both genotypes are in each fold, and what they change in the features is taken away.
    config["preprocessing"] = {"batch": {"column": "genotype"}}
    config["datasets"]["nutrimouse"]["compare_batch"] = True
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
    assert {row["n_splits"] for row in rows} == {"2"}
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
        gap = sum(gaps) / 2
        assert float(row["estimate"]) == pytest.approx(sum(values) / 2)
        assert float(row["difference"]) == pytest.approx(gap, abs=1e-9)
        if max(gaps) - min(gaps) > 1e-9:
            assert float(row["ci_low"]) <= gap + 1e-9 and float(row["ci_high"]) >= gap - 1e-9
        else:
            # Values that never vary do not show how much they can.
            assert row["ci_low"] == row["ci_high"] == ""
    assert all(run.path(figure).stat().st_size > 10_000 for figure in wanted)
