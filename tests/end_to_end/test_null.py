"""Permuted outcomes through the whole workflow: complete, the same on any cores, nothing twice."""

import pytest

from omc.core import tables as contracts

from .test_run import planned

pytestmark = pytest.mark.slow


@pytest.fixture
def tiny(small):
    small["datasets"]["leukemia"]["layers"]["expression"]["top_variance"] = 100
    small["selection"] = {"features": 10}
    small["models"] = {
        "python": [{"name": "knn", "grid": {"n_neighbors": [3]}}],
        "r": [{"name": "knn", "grid": {"k": [1, 3]}}],
    }
    return small


def trained(run):
    """Messages of the training jobs of the last run."""
    lines = (line.partition(": ")[2] for line in run.log().splitlines())
    return sorted(line for line in lines if line.startswith("Train "))


def test_the_null(workflow, tiny):
    run = workflow()
    before = ["results/metrics.csv", "results/timing.csv"]
    assert run.compare(tiny, "--", *before).returncode == 0
    real = {path: path.stat().st_mtime_ns for path in run.path("results").rglob("1of1/*.csv")}
    tiny["comparison"] = {"null_permutations": 2}
    tables = ["results/null.csv", "results/checks.csv"]
    # The figure is drawn in test_survival.py.
    process = run.compare(tiny, "--", *tables, "results/estimates.csv")
    assert process.returncode == 0, process.stderr
    assert len(real) == 12
    assert real == {path: path.stat().st_mtime_ns for path in real}
    expected = [
        f"Train {language}/knn on leukemia, permutation {permutation}"
        for language in ("python", "r")
        for permutation in ("001", "002")
    ]
    assert trained(run) == expected
    assert "Permutation null: 4 training jobs on permuted outcomes, about" in process.stderr

    header, rows = run.table("results", "null.csv")
    assert header == contracts.NULL
    assert [tuple(row.values())[:5] for row in rows] == [
        ("leukemia", permutation, language, "knn", "roc_auc")
        for language in ("python", "r")
        for permutation in ("0", "1", "2")
    ]
    assert all(0 <= float(row["value"]) <= 1 for row in rows)
    _, estimates = run.table("results", "estimates.csv")
    observed = {row["language"]: row["value"] for row in rows if row["permutation"] == "0"}
    for row in estimates:
        if (row["model"], row["metric"], row["method"]) == ("knn", "roc_auc", "nadeau_bengio"):
            assert float(row["estimate"]) == pytest.approx(float(observed[row["language"]]))
    _, checks = run.table("results", "checks.csv")
    null = {row["check"]: row["status"] for row in checks if "null" in row["check"]}
    assert null == dict.fromkeys(
        ["permutation_null:python/knn", "permutation_null:r/knn"], "skipped"
    )

    # Splits of its own, of outcomes of its own.
    folders = [run.path("results", "leukemia"), run.path("results", "leukemia", "null", "001")]
    for file in ("samples.tsv", "splits.csv"):
        assert (folders[0] / file).read_bytes() != (folders[1] / file).read_bytes()
    once = workflow("once")
    process = once.compare(tiny, "--", *tables, cores=1)
    assert process.returncode == 0, process.stderr
    for file in ("null.csv", "checks.csv"):
        assert once.path("results", file).read_bytes() == run.path("results", file).read_bytes()

    # A new model trains itself; more permutations train only those.
    tiny["models"]["python"].append({"name": "naive_bayes"})
    process = run.compare(tiny, "--", "results/null.csv")
    assert process.returncode == 0, process.stderr
    assert trained(run) == [
        "Train python/naive_bayes on leukemia, batch 1of1",
        "Train python/naive_bayes on leukemia, permutation 001",
        "Train python/naive_bayes on leukemia, permutation 002",
    ]
    tiny["comparison"] = {"null_permutations": 3}
    jobs = planned(run.compare(tiny, "-n"))
    assert (jobs["train_python_null"], jobs["train_r_null"]) == (2, 1)
    folders = {path.parent.name for path in run.path("results").rglob("null/*/splits.csv")}
    assert folders == {"001", "002"}
