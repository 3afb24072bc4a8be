"""Sentences and table of the summary."""

import pytest

from omc.core.tables import FINDINGS, RANKING
from omc.evaluate.ranking import ranking
from omc.report.findings import Result, answer, findings, validated
from omc.report.summary import failed, summary, table

DATASET = {
    "name": "demo", "metric": "roc_auc", "models": ["python/a", "r/b", "r/c", "r/null"],
    "baselines": ["r/null"], "cohorts": {"lyon": 40}, "figures": ["comparisons"],
}  # fmt: skip


def row(model, estimate, low="", high="", cohort="development", method=None, metric="roc_auc"):
    language, _, name = model.partition("/")
    return {
        "dataset": "demo", "language": language, "model": name, "cohort": cohort,
        "metric": metric, "estimate": estimate, "ci_low": low, "ci_high": high,
        "method": method or ("nadeau_bengio" if cohort == "development" else "bootstrap"),
        "n_splits": "25", "n_failed": "0",
    }  # fmt: skip


def pair(a, b, p="", equivalent="", test="nadeau_bengio"):
    return {
        "dataset": "demo", "cohort": "development", "test": test, "model_a": a, "model_b": b,
        "p_adjusted": p, "p_equivalent": equivalent,
    }  # fmt: skip


def values(of_splits, metric="roc_auc", splits=4):
    """Rows of metrics.csv; of_splits: {model: the splits on which it has a value}."""
    return [
        {
            "dataset": "demo", "language": model.split("/")[0], "model": model.split("/")[1],
            "split": f"s{split}", "cohort": "development", "metric": metric,
            "value": "0.5" if split in valued else "",
        }
        for model, valued in of_splits.items()
        for split in range(splits)
    ]  # fmt: skip


def ranked(tables, dataset=DATASET):
    """The table `ranking` of these tables."""
    rows = ranking(tables, dataset)
    return {"ranking": [dict(zip(RANKING, map(str, row), strict=True)) for row in rows]}


def result_of(estimates, comparisons=(), dataset=DATASET, failed=(), **tables):
    """failed: models without a row of estimates; the others of `dataset` are not configured."""
    scored = {f"{row['language']}/{row['model']}" for row in estimates}
    models = [model for model in dataset["models"] if model in scored or model in failed]
    baselines = [model for model in dataset["baselines"] if model in models]
    dataset = {**dataset, "models": models, "baselines": baselines}
    names = ("metrics", "selection", "picks", "timing", "checks", "failures")
    tables = {"estimates": estimates, "comparisons": comparisons} | {
        name: tables.get(name, []) for name in names
    }
    if not tables["metrics"]:
        models = [f"{row['language']}/{row['model']}" for row in estimates if row["estimate"]]
        tables["metrics"] = values(dict.fromkeys(models, range(25)), dataset["metric"], 25)
    return Result(tables | ranked(tables, dataset), dataset)


CLEAR = [row("python/a", "0.9", "0.85", "0.95"), row("r/b", "0.8"), row("r/c", "0.7")]
BASE = row("r/null", "0.5")


def test_a_leader_is_told_with_its_interval_and_the_others_it_does_not_differ_from():
    pairs = [pair("python/a", "r/b", "0.2"), pair("r/c", "python/a", "0.01")]
    lead = "`python/a` leads with ROC AUC 0.900 over 25 splits, 95 % interval 0.850 to 0.950: "
    assert answer(result_of(CLEAR, pairs)).startswith(
        f"{lead}no evidence of a difference from 1 of 2 other models. "
    )
    different = [pair("python/a", "r/b", "0.001"), pair("r/c", "python/a", "0.01")]
    assert answer(result_of(CLEAR, different)).startswith(
        f"{lead}evidence of a difference (adjusted p < 0.05) from each of 2 other models. "
    )
    assert answer(result_of(CLEAR)).startswith(f"{lead}no test against the others was possible. ")
    # Tests between other models do not count.
    assert "no test" in answer(result_of(CLEAR, [pair("r/b", "r/c", "0.2")]))


@pytest.mark.parametrize(("probability", "said"), [("0.96", True), ("0.95", True), ("0.94", False)])
def test_practically_equivalent_needs_a_probability_of_95_percent(probability, said):
    pairs = [
        pair("python/a", "r/b", "0.6"),
        pair("python/a", "r/b", "", probability, "bayesian_correlated_t"),
    ]
    assert (", 1 practically equivalent" in answer(result_of(CLEAR, pairs))) == said


def test_models_that_are_always_right_are_no_winner_and_have_an_interval():
    rows = [row(model, "1", "0.87", "1") for model in ("python/a", "r/b")]
    pairs = [pair("python/a", "r/c", "0.03"), pair("r/b", "r/c", "0.3")]
    said = answer(result_of([*rows, CLEAR[2]], pairs))
    assert said.startswith(
        "2 models share the lead with ROC AUC 1.000 over 25 splits, 95 % interval 0.870 to 1.000"
        " (`python/a`, `r/b`): no evidence of a difference from 1 of 1 other"
        " model. "
    )
    assert "leads" not in said
    assert table(result_of(rows)).count("| shares the lead |") == 2
    evidence = [pair("python/a", "r/null", "0.001"), pair("r/b", "r/null", "0.001")]
    assert "to 1.000 (`python/a`, `r/b`). The baseline" in answer(
        result_of([*rows, BASE], evidence)
    )
    # It was not tested against one of the leaders.
    assert "no test against the others" in answer(result_of([*rows, CLEAR[2]], pairs[:1]))
    alike = [
        pair(leader, "r/c", "", p, "bayesian_correlated_t")
        for leader, p in (("python/a", "0.96"), ("r/b", "0.9"))
    ]
    assert "equivalent" not in answer(result_of([*rows, CLEAR[2]], pairs + alike))


def test_a_value_of_pooled_predictions_never_stands_for_the_mean_over_the_splits():
    rows = [
        row("python/a", "1"), row("python/a", "0.92", "0.9", "0.94", method="bootstrap"),
        row("r/b", "0.99", "0.97", "1"), row("r/b", "0.99", "0.98", "1", method="bootstrap"),
    ]  # fmt: skip
    said = answer(result_of(rows))
    assert said.startswith("`python/a` leads with ROC AUC 1.000 over 25 splits, no interval: ")


def test_a_model_that_lacks_a_split_of_the_others_cannot_lead():
    metrics = values({"python/a": {0}, "r/b": {0, 1, 2}, "r/null": {0, 1, 2}})
    evidence = [pair("r/b", "r/null", "0.001")]
    result = result_of([*CLEAR[:2], BASE], evidence, failed=["r/c"], metrics=metrics)
    assert answer(result).startswith("`r/b` leads with ROC AUC 0.800 ")
    assert (
        "; these have no value on some splits and cannot lead: `python/a` (1 of 3 splits); 1 of 4"
        " models failed on all splits (`r/c`). " in answer(result)
    )
    assert [line.split(" | ")[0] for line in table(result).splitlines()[2:]] == [
        "| r/b",
        "| r/null (baseline)",
        "| python/a (a value on 1 of 3 splits: cannot lead)",
        "| r/c (failed on all splits)",
    ]
    # Each model lacks a different split.
    metrics = values({"python/a": {0, 1}, "r/b": {1, 2}})
    result = result_of(CLEAR[:2], metrics=metrics)
    assert not result.leader and result.ranked == []
    assert answer(result).startswith(
        "No model leads: none has a value of ROC AUC on every split (`python/a` (2 of 3 splits),"
    )
    assert "no model leads" in validated(result, "lyon")
    # If predictions are pooled, a split counts if it has a value of any metric.
    pooled = [
        row(model, value, method="bootstrap", metric="accuracy")
        for model, value in (("python/a", "0.9"), ("r/b", "0.8"))
    ]
    metrics = values({"python/a": {0}, "r/b": {0, 1}}, "mcc")
    accuracy = {**DATASET, "metric": "accuracy"}
    assert result_of(pooled, dataset=accuracy, metrics=metrics).ranked == ["r/b"]
    assert result_of(CLEAR, metrics=metrics).leader == "python/a"


@pytest.mark.parametrize("value", ["0.95", "0.9001"])
def test_no_model_leads_that_a_baseline_equals(value):
    result = result_of([*CLEAR, row("r/null", value)], [pair("python/a", "r/b", "0.2")])
    shown = f"{float(value):.3f}"
    assert answer(result).startswith(
        f"No model does better than the baseline (`r/null`, ROC AUC {shown}); best of the others:"
        " `python/a` with ROC AUC 0.900 over 25 splits, 95 % interval 0.850 to 0.950: no evidence"
    )
    assert "| leads, no evidence that it beats the baseline |" in table(result)
    evidence = [pair("python/a", "r/null", "0.001")]
    assert not result_of([*CLEAR, BASE], evidence).unbeaten
    assert answer(result_of([*CLEAR, BASE])).startswith(
        "No evidence that any model does better than the baseline (`r/null`, ROC AUC 0.500); best"
    )
    # A baseline that failed on the hard splits does not count.
    metrics = values({"python/a": {0, 1}, "r/null": {0}})
    assert not result_of([CLEAR[0], row("r/null", value)], metrics=metrics).unbeaten
    errors = [row("python/a", "0.9", metric="rmse"), row("r/null", "0.8", metric="rmse")]
    assert result_of(errors, dataset={**DATASET, "metric": "rmse"}).unbeaten == "r/null"


def test_the_baseline_and_what_to_expect_of_the_pick():
    assert "No baseline was configured" in answer(
        result_of(CLEAR, dataset={**DATASET, "baselines": []})
    )
    selection = [
        {
            "dataset": "demo", "metric": "roc_auc", "estimate": "0.88", "n_models": "3",
            "ci_low": "0.8", "ci_high": "0.95",
        }
    ]  # fmt: skip
    pick = {"dataset": "demo", "language": "python", "model": "a"}
    picked = {"selection": selection, "picks": [pick | {"model": "d"}] * 5 + [pick] * 20}
    said = answer(result_of([*CLEAR, BASE], [pair("python/a", "r/null", "0.2")], **picked))
    assert (
        " The baseline reaches 0.500 (`r/null`, no evidence of a difference from the leader); of"
        " the model that you would pick, expect ROC AUC 0.880, 95 % interval 0.800 to 0.950: the"
        " test score of the best of 3, picked separately in each training set (`python/a` in 20 of"
        " 25 splits)." in said
    )
    selection[0] |= {"n_models": "1"}
    assert "pick, expect" not in answer(result_of(CLEAR, **picked))
    assert "The baseline reaches 0.500 (`r/null`)." in answer(
        result_of([*CLEAR, BASE], [pair("python/a", "r/null", "0.01")])
    )


def test_what_the_checks_warn_of():
    checks = [
        {"dataset": "demo", "check": "batch", "status": "warning", "value": "v", "advice": "do x"},
        {"dataset": "demo", "check": "subject", "status": "ok", "value": "v", "advice": ""},
    ]
    assert answer(result_of(CLEAR, checks=checks)).endswith(" The checks warn of batch.")
    assert answer(result_of(CLEAR, checks=checks[1:])).endswith(" The checks gave no warnings.")
    # Variants have no checks.
    assert "checks" not in answer(result_of(CLEAR))
    assert "- **Warning** (batch): v. Advice: do x." in written(checks=checks)


def test_a_regression_is_led_by_the_smallest_error():
    regression = {**DATASET, "metric": "rmse"}
    rows = [row("python/a", "0.3", metric="rmse"), row("r/b", "0.2", "0.1", "0.3", metric="rmse")]
    said = answer(result_of(rows, dataset=regression))
    assert said.startswith("`r/b` leads with RMSE 0.200 over 25 splits, 95 % interval 0.100 to 0.3")


@pytest.mark.parametrize(
    ("best", "second", "said"),
    [
        ("0.00042", "0.00044", "leads with RMSE 0.000420"),
        ("1234.2", "1239", "leads with RMSE 1234 "),
        # Like the figures, which print the median with three digits.
        ("0.984", "1.3", "leads with RMSE 0.98 "),
        ("12.34", "12.33", "2 models share the lead with RMSE 12.3 "),
    ],
)
def test_errors_in_any_unit_have_three_digits(best, second, said):
    rows = [row("python/a", best, metric="rmse"), row("r/b", second, metric="rmse")]
    assert said in answer(result_of(rows, dataset={**DATASET, "metric": "rmse"}))


def test_predictions_that_were_scored_together_are_called_so():
    for metric, together in (("accuracy", ", all test predictions together"), ("roc_auc", "")):
        estimates = [row("python/a", "0.9", method="bootstrap", metric=metric)]
        said = answer(result_of(estimates, dataset={**DATASET, "metric": metric}))
        # A metric that ranks samples is a mean over the splits all the same.
        assert f"over 25 splits{together}, no interval. " in said


def test_a_cohort_is_told_of_the_leader_of_cross_validation():
    outside = [
        row("r/b", "0.95", "0.9", "0.99", "lyon"),
        row("python/a", "0.7", "0.6", "0.8", "lyon"),
    ]
    said = "In cohort lyon, 40 samples: python/a ROC AUC 0.700 (95 % interval 0.600 to 0.800); "
    result = result_of(CLEAR + outside)
    assert validated(result, "lyon") == said + "cross-validation gave 0.900."
    assert "`python/a` leads with ROC AUC 0.900" in answer(result)
    lost = validated(result_of([*CLEAR, row("python/a", "", cohort="lyon")]), "lyon")
    assert lost == "In cohort lyon, 40 samples: python/a has no value of ROC AUC there."
    perfect = validated(result_of([*CLEAR, row("python/a", "1", cohort="lyon")]), "lyon")
    assert "ROC AUC 1.000 (no interval)" in perfect


CANDIDATE = 'candidate 1 {"ncomp":1}, '
FAILURES = [
    {"dataset": "demo", "language": "r", "model": "c", "split": split, "stage": stage,
     "message": message}
    for split, stage, message in (
        ("r01f01", "fit", "no convergence"),
        ("r01f02", "tune", f"{CANDIDATE}no candidate is left: no convergence"),
        ("r01f03", "tune", f"{CANDIDATE}left out: no convergence"),
        ("final", "fit", "no convergence"),
    )
]  # fmt: skip


def test_the_table_has_every_model_the_best_first_and_what_failed_last():
    timing = [
        {
            "dataset": "demo",
            "language": "python",
            "model": "a",
            "stage": stage,
            "cpu_seconds": "1.2",
        }
        for stage in ("tune", "fit")
    ]
    pairs = [pair("python/a", "r/b", "0.2"), pair("r/null", "python/a", "0.0004")]
    some = {"timing": timing, "failures": FAILURES}
    result = result_of([BASE, *CLEAR[1::-1]], pairs, failed=["r/c"], **some)
    assert table(result).splitlines()[2:] == [
        "| python/a | 0.900 | 0.850 to 0.950 | leads | 2.4 |",
        "| r/b | 0.800 | no interval | 0.200 | 0.0 |",
        "| r/null (baseline) | 0.500 | no interval | < 0.001 | 0.0 |",
        "| r/c (failed on all splits) |  |  |  | 0.0 |",
    ]


@pytest.mark.parametrize(
    ("n_failed", "failures", "note"),
    [
        ("2", FAILURES, "failed on 2 splits and final"),
        ("0", FAILURES[-1:], "failed on final"),
        ("1", FAILURES[:1], "failed on 1 split"),
        ("0", FAILURES[2:3], ""),
    ],
)
def test_the_split_on_all_samples_is_not_counted_as_one_of_the_splits(n_failed, failures, note):
    result = result_of([CLEAR[0], {**CLEAR[2], "n_failed": n_failed}], failures=failures)
    assert f"| r/c{f' ({note})' * bool(note)} | 0.700 |" in table(result)
    assert "failed" not in answer(result)


def test_models_that_failed_or_have_no_value_are_told():
    undefined = {**CLEAR[2], "estimate": ""}
    metrics = values({"python/a": range(25), "r/b": range(25)}, splits=25)
    result = result_of([*CLEAR[:2], undefined], failed=["r/null"], metrics=metrics)
    assert "| r/c (no value of ROC AUC) |" in table(result)
    assert "| r/null (baseline, failed on all splits) |" in table(result)
    said = answer(result)
    assert "; 1 of 4 models failed on all splits (`r/null`). No baseline has a value." in said
    nobody = answer(result_of([], failed=["r/b", "r/c"]))
    assert nobody.startswith(
        "No model has a value of ROC AUC; 2 of 2 models failed on all splits (`r/b`, `r/c`). "
    )


def written(**tables):
    rows = result_of([*CLEAR, BASE], **tables).tables | tables
    datasets = [{**DATASET, "cohorts": {}}]
    rows |= ranked(rows)
    written = findings(rows, datasets)
    rows["findings"] = [dict(zip(FINDINGS, row, strict=True)) for row in written]
    return summary(rows, datasets, {"images": "images", "results": "results"})


def test_the_summary_names_what_failed_and_where_to_look():
    text = written(failures=FAILURES)
    assert "- demo: r/c, failed on 2 splits and final (r01f01, r01f02): no convergence" in text
    assert "- demo: r/c, candidates left out on 1 split (r01f03): candidate 1" in text
    assert "- demo: r/c, failed on final: no" in written(failures=FAILURES[-1:])
    assert "`results/failures.csv`" in text and "`results/methods.md`" in text
    null = [{**row, "dataset": f"demo/null/{i}"} for i in ("001", "002") for row in FAILURES[:2]]
    text = written(failures=null)
    assert (
        "- permuted outcomes of demo: r/c, failed on 4 splits"
        " (001/r01f01, 001/r01f02, 002/r01f01 and 1 more): no convergence"
    ) in text
    # Not in the table of models.
    assert "(failed on" not in text
    assert "What failed" not in written()
    assert failed([]) == ""


def test_no_model_has_a_value():
    assert answer(result_of([])).startswith("No model has a value of ROC AUC. ")


def test_a_model_without_inner_predictions_has_not_failed():
    lost = [{**FAILURES[0], "stage": "tune", "message": "no inner predictions: too few"}]
    text = written(failures=lost)
    assert "- demo: r/c, no inner predictions on 1 split (r01f01): too few\n" in text
