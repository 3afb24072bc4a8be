"""Noise from end to end: how often a run claims a difference or a leader that is not there."""

import numpy as np
import pandas as pd
import pytest

DATA_SETS, SAMPLES, FEATURES, GROUPS = 20, 40, 200, 8
SCHEMES = {
    "repeated_kfold": {"folds": 5, "repeats": 5},
    "subsampling": {"folds": 5, "repeats": 15},
    "bootstrap": {"repeats": 15},
    "leave_one_out": {},
    "leave_one_group_out": {},
}
# Leave-one-out refuses metrics that rank and, as the classes are of one size, those of labels.
METRIC = {"leave_one_out": "brier"}
MODELS = {
    "python": ["dummy", {"name": "knn", "grid": {"n_neighbors": [5]}},
               {"name": "bayes", "estimator": "sklearn.naive_bayes.GaussianNB"}],
    "r": [{"name": "knn", "grid": {"k": [5]}}, {"name": "rpart", "grid": {"cp": [0.01]}}],
}  # fmt: skip
SOURCE = (
    "Noise from end to end: claims that should not be made",
    f"""{DATA_SETS} data sets of {SAMPLES} samples and {FEATURES} features of pure noise go through
    the whole workflow with a baseline and four models in both languages. The table counts the data
    sets in which some model is said to beat the baseline, or two models are said to differ: each
    should be rare, at most 5 % of the data sets in the long run (6 % of {DATA_SETS} is one).""",
)


def noise(folder, number: int) -> dict:
    """Write a data set, and return its configuration."""
    rng = np.random.default_rng(number)
    samples = [f"S{i:02d}" for i in range(SAMPLES)]
    table = pd.DataFrame(rng.normal(size=(SAMPLES, FEATURES)), index=samples)
    table.columns = [f"g{i}" for i in range(FEATURES)]
    table.rename_axis("sample").to_csv(folder / f"noise{number}.csv", float_format="%.6f")
    outcome = rng.permutation(["case", "control"] * (SAMPLES // 2))
    group = [f"G{i % GROUPS}" for i in range(SAMPLES)]
    sheet = pd.DataFrame({"sample": samples, "outcome": outcome, "site": group})
    sheet.to_csv(folder / f"samples{number}.csv", index=False)
    return {
        "layers": {"noise": {"table": f"noise{number}.csv"}},
        "samples": f"samples{number}.csv",
        "outcome": {"column": "outcome", "task": "classification"},
    }


@pytest.mark.verification
@pytest.mark.parametrize("scheme", SCHEMES)
def test_noise(workflow, report, scheme):
    datasets = {f"noise{i}": noise(workflow.folder, i) for i in range(DATA_SETS)}
    if scheme == "leave_one_group_out":
        datasets = {name: {**dataset, "groups": "site"} for name, dataset in datasets.items()}
    config = {
        "datasets": datasets,
        "resampling": {"scheme": scheme, "inner_folds": 2, **SCHEMES[scheme]},
        "selection": {"features": 20},
        # On noise, all models are equal in what follows from ranks. In the Brier score, an
        # overconfident model is truly worse.
        "comparison": {"metric": {"classification": METRIC.get(scheme, "roc_auc")}},
        "models": MODELS,
    }
    done = workflow.compare(config, "--", "results/findings.csv")
    assert done.returncode == 0, done.stderr
    _, ranking = workflow.table("results", "ranking.csv")
    _, comparisons = workflow.table("results", "comparisons.csv")
    metric = comparisons[0]["metric"]
    leaders = {
        row["dataset"]
        for row in ranking
        if (row["metric"], row["beats_baseline"]) == (metric, "true")
    }
    different = {
        row["dataset"]
        for row in comparisons
        if row["p_adjusted"]
        and float(row["p_adjusted"]) < 0.05
        and "python/dummy" not in (row["model_a"], row["model_b"])
    }
    _, findings = workflow.table("results", "findings.csv")
    said = {r["dataset"] for r in findings if r["key"] == "answer" and " leads with " in r["text"]}
    assert said <= leaders
    section = report.section(*SOURCE)
    claimed = {"beat the baseline": leaders}
    if metric != "brier":
        claimed["differ"] = different
    for what, claims in claimed.items():
        section.check(f"{scheme}: said to {what}, of {DATA_SETS}", len(claims), 0, 1, digits=0)
