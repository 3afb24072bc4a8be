"""The leader, and how the other models compare with it and with the baseline."""

import pytest

from omc.core.tables import RANKING
from omc.evaluate.ranking import decimals_of, printed, ranking, shown_estimates

DATASET = {
    "name": "demo", "metric": "roc_auc", "models": ["python/a", "r/b", "r/c", "r/null"],
    "baselines": ["r/null"],
}  # fmt: skip
REGRESSION = {**DATASET, "metric": "rmse"}


def row(model, estimate, low="", high="", cohort="development", method=None, metric="roc_auc"):
    language, _, name = model.partition("/")
    return {
        "dataset": "demo", "language": language, "model": name, "cohort": cohort,
        "metric": metric, "estimate": estimate, "ci_low": low, "ci_high": high,
        "method": method or ("nadeau_bengio" if cohort == "development" else "bootstrap"),
        "n_splits": "4", "n_failed": "0" if estimate else "4",
    }  # fmt: skip


def values(of_splits, metric="roc_auc", cohort="development"):
    """Rows of metrics.csv for 4 splits; of_splits: {model: the splits on which it has a value}."""
    return [
        {
            "dataset": "demo", "language": model.split("/")[0], "model": model.split("/")[1],
            "split": f"s{split}", "cohort": cohort, "metric": metric,
            "value": "0.5" if split in splits else "",
        }
        for model, splits in of_splits.items()
        for split in range(4)
    ]  # fmt: skip


def pair(a, b, p="", equivalent="", test="nadeau_bengio", cohort="development"):
    return {
        "dataset": "demo", "cohort": cohort, "test": test, "model_a": a, "model_b": b,
        "p_adjusted": p, "p_equivalent": equivalent,
    }  # fmt: skip


def ranked(estimates, comparisons=(), metrics=None, dataset=DATASET, cohort="development"):
    """Rows of ranking.csv as dictionaries, by model; every model has every value by default."""
    if metrics is None:
        names = {f"{e['language']}/{e['model']}" for e in estimates if e["estimate"]}
        metrics = values(dict.fromkeys(names, range(4)), dataset["metric"])
    tables = {"estimates": estimates, "comparisons": comparisons, "metrics": metrics}
    rows = [dict(zip(RANKING, row, strict=True)) for row in ranking(tables, dataset)]
    return {f"{r['language']}/{r['model']}": r for r in rows if r["cohort"] == cohort}


def leaders(rows):
    return [model for model, row in rows.items() if row["leader"] == "true"]


CLEAR = [row("python/a", "0.9", "0.85", "0.95"), row("r/b", "0.8"), row("r/c", "0.7")]
BASE = row("r/null", "0.5")


def test_the_best_model_leads_and_the_tests_tell_who_differs():
    pairs = [
        pair("python/a", "r/b", "0.2"), pair("r/c", "python/a", "0.01"), pair("r/b", "r/c", "0.001")
    ]  # fmt: skip
    rows = ranked([*CLEAR, BASE], pairs)
    assert list(rows) == ["python/a", "r/b", "r/c", "r/null"] and leaders(rows) == ["python/a"]
    assert [r["rank"] for r in rows.values()] == [1, 2, 3, 4]
    assert [r["differs_from_leader"] for r in rows.values()] == ["", "false", "true", ""]
    assert [r["p_adjusted"] for r in rows.values()] == ["", "0.2", "0.01", ""]
    first = rows["python/a"]
    assert [first[c] for c in ("estimate", "ci_low", "ci_high")] == ["0.9", "0.85", "0.95"]
    # Tests in cohorts do not count in cross-validation.
    rows = ranked(CLEAR, [pair("python/a", "r/b", "0.01", test="delong", cohort="lyon")])
    assert rows["r/b"]["differs_from_leader"] == ""


@pytest.mark.parametrize(
    ("probability", "said"), [("0.96", "true"), ("0.95", "true"), ("0.94", "false")]
)
def test_practically_equivalent_needs_a_probability_of_95_percent(probability, said):
    pairs = [pair("python/a", "r/b", "", probability, "bayesian_correlated_t")]
    assert ranked(CLEAR, pairs)["r/b"]["equivalent_to_leader"] == said


def test_models_that_print_the_same_value_lead_together():
    rows = [row("python/a", "0.9001"), row("r/b", "0.9"), row("r/c", "0.87")]
    pairs = [pair("python/a", "r/c", "0.03"), pair("r/b", "r/c", "0.3"), pair("python/a", "r/b")]
    result = ranked(rows, pairs)
    assert leaders(result) == ["python/a", "r/b"]
    assert (result["r/c"]["p_adjusted"], result["r/c"]["differs_from_leader"]) == ("0.3", "false")
    # It was not tested against one of the leaders.
    assert ranked(rows, pairs[:1])["r/c"]["differs_from_leader"] == ""
    alike = [
        pair(leader, "r/c", "", p, "bayesian_correlated_t")
        for leader, p in (("python/a", "0.96"), ("r/b", "0.9"))
    ]
    assert ranked(rows, alike)["r/c"]["equivalent_to_leader"] == "false"


def test_equal_models_stand_as_in_the_configuration():
    rows = ranked([row("r/c", "0.9"), row("r/b", "0.9"), row("python/a", "0.8")])
    assert list(rows)[:3] == ["r/b", "r/c", "python/a"]


def test_the_estimate_is_that_of_the_splits():
    result = shown_estimates(
        [
            row("python/a", "0.92", "0.89", "0.94", method="bootstrap"), row("python/a", "1"),
            row("r/c", "0.9", "0.8", "0.95", method="bootstrap"), row("r/c", "0.91", "0.82", "1"),
        ]
    )["development", "roc_auc"]  # fmt: skip
    assert [(r["estimate"], r["ci_low"], r["method"]) for r in result.values()] == [
        ("1", "", "nadeau_bengio"), ("0.91", "0.82", "nadeau_bengio"),
    ]  # fmt: skip


def test_a_model_that_lacks_a_split_of_the_others_cannot_lead():
    metrics = values({"python/a": {0}, "r/b": {0, 1, 2}, "r/null": {0, 1, 2}})
    rows = ranked([*CLEAR[:2], BASE], metrics=metrics)
    assert list(rows) == ["r/b", "r/null", "python/a", "r/c"] and leaders(rows) == ["r/b"]
    assert [r["complete"] for r in rows.values()] == ["true", "true", "false", "false"]
    assert (rows["python/a"]["n_valued"], rows["python/a"]["n_splits"]) == (1, 3)
    assert rows["python/a"]["beats_baseline"] == ""
    # Each model lacks a different split.
    assert not leaders(ranked(CLEAR[:2], metrics=values({"python/a": {0, 1}, "r/b": {1, 2}})))
    # The baseline does not lead in their place.
    metrics = values({"python/a": {0}, "r/null": range(4)})
    assert not leaders(ranked([CLEAR[0], BASE], metrics=metrics))


def test_where_predictions_are_pooled_a_split_counts_by_a_value_of_any_metric():
    def pooled(metric):
        models = {"python/a": "0.9", "r/b": "0.8"}
        return [row(*model, method="bootstrap", metric=metric) for model in models.items()]

    metrics = values({"python/a": {0}, "r/b": {0, 1}}, "mcc")
    accuracy = {**DATASET, "metric": "accuracy"}
    assert leaders(ranked(pooled("accuracy"), metrics=metrics, dataset=accuracy)) == ["r/b"]
    # A metric that ranks samples is a mean over the splits: its own values count.
    metrics += values({"python/a": {0}, "r/b": {0}})
    assert leaders(ranked(pooled("roc_auc"), metrics=metrics)) == ["python/a"]
    assert leaders(ranked(CLEAR, metrics=metrics)) == ["python/a"]


@pytest.mark.parametrize(
    ("value", "said"), [("0.95", "false"), ("0.9001", "false"), ("0.8", "true")]
)
def test_a_model_beats_the_baseline_only_if_its_printed_value_is_better(value, said):
    evidence = [pair("python/a", "r/null", p="0.001")]
    rows = ranked([*CLEAR, row("r/null", value)], evidence)
    assert leaders(rows) == ["python/a"] and rows["python/a"]["beats_baseline"] == said
    assert (rows["r/null"]["beats_baseline"], rows["r/null"]["baseline"]) == ("", "true")
    assert ranked(CLEAR)["python/a"]["beats_baseline"] == ""
    # A baseline that failed on the hard splits does not count.
    metrics = values({"python/a": range(4), "r/null": {0}})
    rows = ranked([CLEAR[0], row("r/null", value)], metrics=metrics)
    assert rows["python/a"]["beats_baseline"] == ""


@pytest.mark.parametrize(("p", "said"), [("0.049", "true"), ("0.05", "false"), ("", "false")])
def test_a_model_beats_the_baseline_only_with_evidence(p, said):
    comparisons = [pair("r/null", "python/a", p), pair("python/a", "r/b", "0.001")]
    rows = ranked([*CLEAR, BASE], comparisons)
    assert rows["python/a"]["beats_baseline"] == said
    # Other metrics are not tested: the printed values decide.
    other = [{**e, "metric": "accuracy"} for e in [*CLEAR, BASE]]
    names = [f"{e['language']}/{e['model']}" for e in other]
    metrics = values(dict.fromkeys(names, range(4)), "accuracy")
    assert ranked(other, metrics=metrics)["python/a"]["beats_baseline"] == "true"


def test_a_regression_is_led_by_the_smallest_error():
    rows = [
        row("python/a", "0.3", metric="rmse"), row("r/b", "0.2", metric="rmse"),
        row("r/null", "0.1", metric="rmse"),
    ]  # fmt: skip
    result = ranked(rows, dataset=REGRESSION)
    assert list(result)[:3] == ["r/null", "r/b", "python/a"] and leaders(result) == ["r/b"]
    assert result["r/b"]["beats_baseline"] == "false"
    near = [row("python/a", "12.34", metric="rmse"), row("r/b", "12.33", metric="rmse")]
    assert leaders(ranked(near, dataset=REGRESSION)) == ["r/b", "python/a"]


def test_undefined_models_stand_before_those_that_failed():
    undefined = {**row("r/b", ""), "n_failed": "1"}
    rows = ranked([row("python/a", ""), undefined, CLEAR[2], BASE])
    assert {model: r["status"] for model, r in rows.items()} == {
        "r/c": "scored", "r/null": "scored", "r/b": "undefined", "python/a": "failed"
    }  # fmt: skip
    # estimates.csv has no row.
    assert ranked(CLEAR)["r/null"]["status"] == "failed"
    assert not leaders(ranked([row("r/b", "")]))
    assert not leaders(ranked([BASE]))


def test_the_leader_in_a_cohort_is_that_of_cross_validation():
    outside = [
        row("r/b", "0.95", "0.9", "0.99", "lyon"), row("python/a", "0.7", "0.6", "0.8", "lyon")
    ]  # fmt: skip
    metrics = values({"python/a": range(4), "r/b": range(4), "r/c": range(4)})
    metrics += values({"python/a": {0}, "r/b": {0}}, cohort="lyon")
    rows = ranked(CLEAR + outside, metrics=metrics, cohort="lyon")
    assert list(rows)[:2] == ["r/b", "python/a"] and leaders(rows) == ["python/a"]
    assert rows["python/a"]["complete"] == "true" and rows["r/c"]["status"] == "failed"


@pytest.mark.parametrize(
    ("values", "metric", "decimals"),
    [
        ([0.00042, 0.00044], "rmse", 6), ([1234.2, 1239], "rmse", 0), ([0.984, 1.3], "rmse", 2),
        ([0.984, 1.3], "brier", 3), ([], "rmse", 3), ([0, float("nan")], "rmse", 3),
    ],
)  # fmt: skip
def test_errors_in_any_unit_have_three_digits(values, metric, decimals):
    assert decimals_of(values, metric) == decimals


def test_a_printed_zero_has_no_sign():
    assert [printed(value, 2) for value in (0.9876, -0.001, -0.2)] == ["0.99", "0.00", "-0.20"]
