"""The sentences of the summary."""

from omc.summary import answer, validated

DATASET = {
    "name": "demo", "metric": "roc_auc", "models": ["python/a", "r/b", "r/null"],
    "baselines": ["r/null"], "splits": 25, "cohorts": {"lyon": 40},
}  # fmt: skip


def row(model, cohort, estimate, low="", high="", method=None):
    language, _, name = model.partition("/")
    return {
        "dataset": "demo", "language": language, "model": name, "cohort": cohort,
        "metric": "roc_auc", "estimate": estimate, "ci_low": low, "ci_high": high,
        "method": method or ("nadeau_bengio" if cohort == "development" else "bootstrap"),
        "n_splits": "25",
        "n_failed": "0",
    }  # fmt: skip


def test_a_cohort_is_told_of_the_leader_of_cross_validation():
    inside = [row("python/a", "development", "0.9"), row("r/b", "development", "0.8")]
    outside = [
        row("r/b", "lyon", "0.95", "0.9", "0.99"),
        row("python/a", "lyon", "0.7", "0.6", "0.8"),
    ]
    said = "In cohort lyon, 40 samples: python/a ROC AUC 0.700 (0.600 to 0.800); "
    assert validated(inside + outside, DATASET, "lyon") == said + "cross-validation said 0.900."
    assert "python/a leads with ROC AUC 0.900" in answer(inside + outside, DATASET)
    lost = validated([*inside, row("python/a", "lyon", "")], DATASET, "lyon")
    assert lost == "In cohort lyon, 40 samples: python/a has no value of ROC AUC there."
    perfect = validated([*inside, row("python/a", "lyon", "1")], DATASET, "lyon")
    assert "ROC AUC 1.000 (no interval)" in perfect


def test_models_that_are_always_right_are_no_winner_and_have_an_interval():
    rows = [
        row(model, "development", "1", *more)
        for model in ("python/a", "r/b")
        for more in (("", "", "nadeau_bengio"), ("0.87", "1", "newcombe"))
    ]
    said = answer(rows, DATASET)
    assert "2 models share the lead with ROC AUC 1.000 over 25 splits: python/a, r/b" in said
    assert "95 % interval 0.870 to 1.000" in answer(rows[:2], DATASET)
