"""External cohorts: predicted once, scored with an interval, and never learned from."""

import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def divided(small, root):
    """Leukemia as development (26 samples) and a cohort (12), in the folder of a run."""
    folder = root / "resources" / "leukemia"
    sheet = pd.read_csv(folder / "samples.tsv", sep="\t", dtype=str).set_index("sample")
    table = pd.read_csv(folder / "expression.tsv.gz", sep="\t", index_col=0).iloc[:300]
    sheet["site"] = np.where(np.arange(len(sheet)) % 4 < 2, "A", "B")
    outside = sheet.index[::3][:12]

    def write(run, factor=1):
        inside = sheet.drop(outside)
        inside.to_csv(run.path("inside.tsv"), sep="\t")
        sheet.loc[outside].to_csv(run.path("outside.tsv"), sep="\t")
        table[inside.index].to_csv(run.path("inside_table.tsv"), sep="\t")
        # Another order, another orientation, and an extra feature.
        other = (table.loc[::-1, outside] * factor).T.assign(more=1.0)
        other.to_csv(run.path("outside_table.csv"))

    data = small["datasets"]["leukemia"]
    data["layers"] = {
        "expression": {"table": "inside_table.tsv", "orientation": "features_in_rows"}
    }
    data["samples"] = "inside.tsv"
    small["models"] = {
        "python": ["dummy", {"name": "logistic_regression", "grid": {}}],
        "r": [{"name": "glmnet", "grid": {"alpha": [0.5], "lambda": [0.1]}}],
    }
    layer = {"table": "outside_table.csv", "orientation": "samples_in_rows"}
    cohort = {"samples": "outside.tsv", "layers": {"expression": layer}}
    return small, cohort, write


def test_nothing_learns_from_a_cohort(workflow, divided):
    config, cohort, write = divided
    config["report"] = {"subgroups": ["site"]}
    inside, outside = {}, {}
    for name, factor in {"without": None, "with": 1, "poisoned": 1000}.items():
        run = workflow(name)
        write(run, factor or 1)
        config["datasets"]["leukemia"]["cohorts"] = {"other": cohort} if factor else {}
        targets = ["results/metrics.csv"]
        if name == "with":
            figures = (f"images/leukemia/{figure}" for figure in ("subgroups.png", "external.svg"))
            targets = ["results/summary.md", *figures]
        process = run.compare(config, "--", *targets)
        assert process.returncode == 0, process.stderr
        lines = run.path("results", "metrics.csv").read_text().splitlines()
        inside[name] = [line for line in lines if ",development," in line]
        outside[name] = [line for line in lines if ",final,,,other," in line]
        assert len(lines) == 1 + len(inside[name]) + len(outside[name])
    assert len(inside["without"]) == 3 * 2 * 10
    assert inside["without"] == inside["with"] == inside["poisoned"]
    assert not outside["without"] and len(outside["with"]) == 3 * 10
    assert outside["with"] != outside["poisoned"]

    run = workflow("with")
    _, predictions = run.table("results", "leukemia", "predictions.csv")
    final = [row for row in predictions if row["split"] == "final"]
    assert len(final) == 3 * 12 and {row["cohort"] for row in final} == {"other"}
    _, compared = run.table("results", "comparisons.csv")
    tests = {(row["cohort"], row["test"]) for row in compared}
    assert tests == {
        ("development", "nadeau_bengio"),
        ("development", "bayesian_correlated_t"),
        ("other", "delong"),
    }
    assert len(compared) == 3 * 3
    _, estimates = run.table("results", "estimates.csv")
    external = [row for row in estimates if row["cohort"] == "other"]
    assert len(external) == 3 * 10 and {row["n_splits"] for row in external} == {"1"}
    for row in external:
        if row["ci_low"]:
            low, high = float(row["ci_low"]), float(row["ci_high"])
            assert low < high
            assert row["method"] == "bootstrap" or low <= float(row["estimate"]) <= high
        assert row["method"] in ("bootstrap", "newcombe", "wilson")
    right = [row["predicted"] == row["truth"] for row in final if row["model"] == "glmnet"]
    accuracy = next(
        r["estimate"] for r in external if (r["model"], r["metric"]) == ("glmnet", "accuracy")
    )
    assert float(accuracy) == pytest.approx(np.mean(right))
    _, strata = run.table("results", "subgroups.csv")
    assert len(strata) == 3 * 10 * 2 * 2
    for row in strata:
        # Of 12 samples, no stratum is large enough.
        assert bool(row["p_adjusted"]) <= (row["cohort"] == "development")
    of_glmnet = [row for row in strata if (row["model"], row["metric"]) == ("glmnet", "accuracy")]
    for cohort, n in {"development": 26, "other": 12}.items():
        rows = [row for row in of_glmnet if row["cohort"] == cohort]
        right = sum(int(row["n_samples"]) * float(row["estimate"]) for row in rows)
        assert right / n == pytest.approx(float(rows[0]["overall"]))
    assert rows[0]["overall"] == accuracy
    _, between = run.table("results", "heterogeneity.csv")
    assert len(between) == 3 * 10 * 2
    # Two sites do not show what to expect at a third.
    assert {row["prediction_low"] for row in between} == {""}
    assert run.path("images", "leukemia", "subgroups.png").stat().st_size > 10_000
    summary = run.path("results", "summary.md").read_text(encoding="utf-8")
    assert "In cohort other, 12 samples: " in summary and "cross-validation gave" in summary
    svg = run.path("images", "leukemia", "external.svg").read_text(encoding="utf-8")
    assert "cross-validation" in svg and "other" in svg
