"""Ignored groups: a small version of the example runs up to its figure."""

import itertools

import pytest

from omc.evaluate.metrics import METRICS_OF
from tests.end_to_end.variants import example, keys

pytestmark = pytest.mark.slow


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
