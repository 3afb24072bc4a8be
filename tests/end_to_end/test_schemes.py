"""Every resampling scheme in both languages, from the sheet to the summary."""

import csv
import gzip

import pytest

pytestmark = pytest.mark.slow

LEUKEMIA = {
    "layers": {
        "expression": {
            "table": "resources/leukemia/expression.tsv.gz",
            "orientation": "features_in_rows",
            "top_variance": 50,
        }
    },
    "samples": "resources/leukemia/samples.tsv",
    "outcome": {"column": "subtype", "task": "classification", "positive": "AML"},
}


def config(name, dataset, **resampling):
    return {
        "datasets": {name: dataset},
        "resampling": {"inner_folds": 2, **resampling},
        "selection": {"method": "none"},
        "models": {"python": [{"name": "knn", "grid": {"n_neighbors": [3]}}],
                   "r": [{"name": "knn", "grid": {"k": [3]}}]},
    }  # fmt: skip


def obesity(root, folder):
    """Lean and obese samples of twelve subjects each, with all their visits."""
    chosen = {}
    with open(root / "resources" / "obesity" / "samples.tsv", encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file, delimiter="\t") if r["bmi_class"] != "overweight"]
    for row in rows:
        subjects = chosen.setdefault(row["bmi_class"], {})
        if row["subject"] in subjects or len(subjects) < 12:
            subjects.setdefault(row["subject"], []).append(row)
    kept = [row for subjects in chosen.values() for part in subjects.values() for row in part]
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "samples.tsv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(kept[0]), delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)
    table = root / "resources" / "obesity" / "counts.tsv.gz"
    with gzip.open(table, "rt") as file:
        first = file.readline().rstrip("\n").split("\t")
    across = kept[0]["sample"] in first
    orientation = "features_in_rows" if across else "samples_in_rows"
    return {
        "layers": {"genera": {"table": str(table), "orientation": orientation}},
        "samples": "samples.tsv",
        "outcome": {"column": "bmi_class", "task": "classification", "positive": "obese"},
    }, kept


def samples_tested(run, name):
    """(split, sample) of the test samples of both languages, which have to be the same."""
    _, rows = run.table("results", name, "predictions.csv")
    python, r = (
        {(row["split"], row["sample"]) for row in rows if row["language"] == language}
        for language in ("python", "r")
    )
    assert python == r
    return python


def estimates(run, name, metric):
    _, rows = run.table("results", "estimates.csv")
    return [row for row in rows if (row["dataset"], row["metric"]) == (name, metric)]


def test_leave_one_group_out(workflow, root):
    run = workflow()
    dataset, kept = obesity(root, run.folder)
    dataset |= {"groups": "subject", "compare_grouping": True}
    wanted = config("twins", dataset, scheme="leave_one_group_out")
    done = run.compare(wanted, "--", "results/summary.md", "results/variants.csv")
    assert done.returncode == 0, done.stderr
    group = {row["sample"]: row["subject"] for row in kept}
    splits = {}
    for split, sample in samples_tested(run, "twins"):
        splits.setdefault(split, []).append(sample)
    assert len(splits) == 24
    assert all(len({group[sample] for sample in part}) == 1 for part in splits.values())
    sizes = sorted(len(part) for part in splits.values())
    other = {}
    for split, sample in samples_tested(run, "twins-ungrouped"):
        other.setdefault(split, []).append(sample)
    assert sorted(len(part) for part in other.values()) == sizes
    for name in ("twins", "twins-ungrouped"):
        for row in estimates(run, name, "brier"):
            assert row["method"] == "bootstrap_t" and row["n_splits"] == "24"
            assert float(row["ci_low"]) < float(row["estimate"]) < float(row["ci_high"])
    # A subject has one class: nothing can be ranked, and models of different splits are not.
    assert {row["estimate"] for row in estimates(run, "twins", "roc_auc")} == {""}
    _, compared = run.table("results", "comparisons.csv")
    tests = {row["dataset"]: row["test"] for row in compared}
    assert tests == {"twins": "group_bootstrap", "twins-ungrouped": "sample_bootstrap"}
    _, variants = run.table("results", "variants.csv")
    of = {name: estimates(run, name, "brier") for name in ("twins", "twins-ungrouped")}
    for row, complete, other in zip(
        (row for row in variants if row["metric"] == "brier"), *of.values(), strict=True
    ):
        assert (row["method"], row["n_splits"]) == ("group_bootstrap", "24")
        assert (row["estimate"], row["variant_estimate"]) == (
            complete["estimate"],
            other["estimate"],
        )
        assert float(row["ci_low"]) < float(row["difference"]) < float(row["ci_high"])


def test_an_overlooked_subject_is_a_warning(workflow, root):
    run = workflow()
    dataset, _ = obesity(root, run.folder)
    wanted = config("twins", dataset, folds=2, repeats=1)
    done = run.compare(wanted, "--", "results/twins/checks.csv")
    assert done.returncode == 0, done.stderr
    _, rows = run.table("results", "twins", "checks.csv")
    warnings = {row["check"]: row for row in rows if row["status"] == "warning"}
    assert warnings["subject"]["advice"].endswith("set groups: subject")


def test_bootstrap(workflow):
    run = workflow()
    wanted = config("leukemia", LEUKEMIA, scheme="bootstrap", repeats=3)
    done = run.compare(wanted, "--", "results/summary.md")
    assert done.returncode == 0, done.stderr
    assert {split for split, _ in samples_tested(run, "leukemia")} == {"r01f01", "r02f01", "r03f01"}
    _, rows = run.table("results", "leukemia", "splits.csv")
    first = [r["sample"] for r in rows if (r["split"], r["role"]) == ("r01f01", "train")]
    assert len(first) == 38 > len(set(first))
    rows = estimates(run, "leukemia", "roc_auc")
    assert sum(row["method"] == "nadeau_bengio" for row in rows) == len(rows) / 2
    assert all(float(row["estimate"]) > 0.7 for row in rows)


def test_leave_one_out_regression(workflow):
    run = workflow()
    dataset = {
        "layers": {
            "nir": {
                **LEUKEMIA["layers"]["expression"],
                "table": "resources/gasoline/spectra.tsv.gz",
            }
        },
        "samples": "resources/gasoline/samples.tsv",
        "outcome": {"column": "octane", "task": "regression"},
    }
    # Jobs of several splits, and so many that none of them knows the number exactly.
    wanted = config("gasoline", dataset, scheme="leave_one_out", splits_per_job=25)
    done = run.compare(wanted, "--", "results/summary.md")
    assert done.returncode == 0, done.stderr
    assert len(samples_tested(run, "gasoline")) == 60
    _, predictions = run.table("results", "gasoline", "predictions.csv")
    for row in estimates(run, "gasoline", "rmse"):
        own = [p for p in predictions if p["language"] == row["language"]]
        errors = [(float(p["truth"]) - float(p["predicted"])) ** 2 for p in own]
        assert float(row["estimate"]) == pytest.approx((sum(errors) / 60) ** 0.5)
        assert row["method"] == "bootstrap_t" and row["n_splits"] == "60"
    _, rows = run.table("results", "metrics.csv")
    assert {row["value"] for row in rows if row["metric"] == "spearman"} == {""}
    assert {row["estimate"] for row in estimates(run, "gasoline", "spearman")} == {""}
