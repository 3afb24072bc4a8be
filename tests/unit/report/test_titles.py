"""The words of the figures, from the ranking and the tables."""

import math
import re

import numpy as np
import pytest

from omc.core.tables import NULL_TESTS, RANKING
from omc.evaluate.metrics import METRICS
from omc.evaluate.null import best_values, null_test
from omc.evaluate.ranking import ranking
from omc.report.findings import answer, in_figure
from omc.report.result import Result

SPLITS = 25
MEANS = {"r/a": 0.944, "python/b": 0.94, "r/c": 0.936, "python/d": 0.7}


def results(means, metrics=("roc_auc",), baselines=(), failed=None, spread=0.02, cpu=None,
            cohorts=None, compared=True, **tables):  # fmt: skip
    """Results of 25 splits with these means by model on the first metric (1 - mean on losses).

    failed: number of failed splits by model; cpu: seconds per split by model; cohorts: {name:
    difference of the values there}. Differences of .05 or more are significant, those up to .001
    equivalent.
    """
    failed, cohorts = failed or {}, cohorts or {}
    all_tables = {
        name: [] for name in ("metrics", "estimates", "timing", "comparisons", "selection", "picks")
    }
    for model, mean in means.items():
        keys = {"dataset": "demo", "language": model.split("/")[0], "model": model.split("/")[1]}
        n_failed = failed.get(model, 0)
        values = [mean + spread * math.sin(2 * math.pi * i / SPLITS) for i in range(1, SPLITS + 1)]
        for metric in metrics:
            split_values = values
            if not METRICS[metric].higher_is_better and metric != metrics[0]:
                split_values = [1 - value for value in values]
            split_values = [
                "" if i < n_failed else f"{value:.9f}" for i, value in enumerate(split_values)
            ]
            cells = {**keys, "cohort": "development", "metric": metric}
            all_tables["metrics"] += [
                {**cells, "split": f"s{i}", "value": v} for i, v in enumerate(split_values)
            ]
            valued = [float(value) for value in split_values if value]
            estimate = sum(valued) / len(valued) if valued else math.nan
            shown = {
                "ci_low": "",
                "ci_high": "",
                "n_splits": str(SPLITS),
                "n_failed": str(n_failed),
            }
            for cohort, shift in {"development": 0, **cohorts}.items():
                method = "nadeau_bengio" if compared and cohort == "development" else "bootstrap"
                number = f"{estimate + shift:.12g}" if valued else ""
                row = {**cells, **shown, "cohort": cohort, "estimate": number, "method": method}
                all_tables["estimates"].append(row)
        for i in range(n_failed, SPLITS):
            for stage in ("tune", "fit", "predict"):
                seconds = (cpu or {}).get(model, 1) / 3
                timed = {"split": f"s{i}", "stage": stage, "cpu_seconds": str(seconds)}
                all_tables["timing"].append({**keys, **timed})
    scored = [model for model in means if failed.get(model, 0) < SPLITS]
    if compared:
        for i, a in enumerate(scored):
            all_tables["comparisons"] += [r for b in scored[i + 1 :] for r in pair(a, b, means)]
        expected = {"estimate": "0.934", "n_models": str(len(scored)), "metric": metrics[0]}
        expected |= {"ci_low": "0.9", "ci_high": "0.96"}
        all_tables["selection"].append({"dataset": "demo", **expected})
        for i in range(SPLITS if scored else 0):
            language, name = scored[i % len(scored)].split("/")
            pick = {"dataset": "demo", "split": f"s{i}", "language": language, "model": name}
            all_tables["picks"].append(pick)
    dataset = {
        "name": "demo", "metric": metrics[0], "models": list(means), "baselines": list(baselines),
        "cohorts": dict.fromkeys(cohorts, 40), "range": (80.0, 90.0),
    }  # fmt: skip
    all_tables |= {
        name: tables.get(name, []) for name in ("confusion", "variants", "null", "null_tests")
    }
    rows = ranking(all_tables, dataset)
    all_tables["ranking"] = [dict(zip(RANKING, map(str, row), strict=True)) for row in rows]
    return Result(all_tables, dataset)


def pair(a, b, means):
    difference = abs(means[a] - means[b])
    keys = {"dataset": "demo", "cohort": "development", "model_a": a, "model_b": b}
    p = "0.001" if difference >= 0.05 else "1"
    same = "0.97" if difference <= 0.001 else "0.3"
    yield {**keys, "test": "nadeau_bengio", "p_adjusted": p, "p_equivalent": ""}
    yield {**keys, "test": "bayesian_correlated_t", "p_adjusted": "", "p_equivalent": same}


def title(figure, result):
    return dict(in_figure(result, figure))["title"]


def some(*models, **more):
    return {model: MEANS[model] for model in models} | {f"r/{k}": v for k, v in more.items()}


@pytest.mark.parametrize(
    ("means", "more", "expected"),
    [
        (
            MEANS, {},
            "r/a leads at ROC AUC 0.944; no evidence of a difference against 2 of 3 others",
        ),
        (
            some("r/a", "python/d"), {},
            "r/a leads at ROC AUC 0.944; evidence of a difference against python/d",
        ),
        (
            some("r/a", "python/d"), {"failed": {"python/d": 25}},
            "r/a has ROC AUC 0.944; no other model has a value",
        ),
        (
            MEANS, {"failed": {"python/d": 25}},
            "r/a leads at ROC AUC 0.944; no evidence of a difference against any of 2 others;"
            " 1 of 4 failed",
        ),
        # Baselines are not counted among the others.
        (
            MEANS | {"r/null": 0.5}, {"baselines": ["r/null"]},
            "r/a leads at ROC AUC 0.944; no evidence of a difference against 2 of 3 others",
        ),
        (
            MEANS | {"r/null": 0.955}, {"baselines": ["r/null"]},
            "No model does better than the baseline (r/null, ROC AUC 0.955);"
            " best of the others: r/a, 0.944",
        ),
        (
            some("r/a", "python/d", e=0.6), {},
            "r/a leads at ROC AUC 0.944; evidence of a difference against all 2 others",
        ),
        (
            {"r/a": 1, "python/b": 1, "r/c": 1, "python/d": 0.7, "python/e": 0.5}, {"spread": 0},
            "3 models tie at ROC AUC 1.000; evidence of a difference against all 2 others",
        ),
        (
            {"r/a": 0.9, "python/b": 0.9001}, {},
            "python/b and r/a tie at ROC AUC 0.900 (to 3 decimals)",
        ),
        (
            {"r/a": 1, "r/b": 1, "r/c": 1}, {"spread": 0}, "All 3 models tie at ROC AUC 1.000"
        ),
        (
            some("r/a", "python/b", "python/d"), {"compared": False},
            "r/a leads at ROC AUC 0.944; python/b follows at 0.940",
        ),
        (
            {"r/null": 0.5}, {"baselines": ["r/null"]},
            "No model but baselines has a value of ROC AUC",
        ),
        (
            some("r/a", "r/c"), {"failed": {"r/a": 25, "r/c": 25}},
            "No model has a value of ROC AUC: 2 of 2 failed on all splits",
        ),
    ],
)  # fmt: skip
def test_the_comparison_states_the_leader_and_which_others_the_test_tells_from_it(
    means, more, expected
):
    assert title("model_comparison", results(means, **more)) == expected


def test_a_difference_is_one_from_each_of_the_leaders_and_only_what_was_tested_counts():
    means = {"r/a": 0.9001, "r/b": 0.9, "r/c": 0.87, "r/d": 0.7, "r/e": 0.6}
    result = results(means)
    for row in result.tables["comparisons"]:
        if (row["model_a"], row["model_b"]) == ("r/a", "r/c") and row["p_adjusted"]:
            row["p_adjusted"] = "0.03"
        # Model e could not be tested against one of the leaders.
        if (row["model_a"], row["model_b"]) == ("r/b", "r/e"):
            row["p_adjusted"] = ""
    rows = ranking(result.tables, result.dataset)
    tables = {"ranking": [dict(zip(RANKING, map(str, row), strict=True)) for row in rows]}
    text = title("comparisons", Result(result.tables | tables, result.dataset))
    assert "; no evidence of a difference against 1 of 2 tested others" in text


def test_what_to_expect_of_the_pick_is_the_score_of_what_each_training_set_picks():
    means = {"r/a": 0.944, "python/b": 0.94, "r/c": 0.7}
    words = dict(in_figure(results(means), "model_comparison"))
    assert words["subtitle"] == (
        "Expect 0.934 of the model you would pick: the test score of the best of 3, picked"
        " separately in each training set (r/a in 9 of 25 splits)."
    )
    result = results(means)
    result.tables["picks"] = [p for p in result.tables["picks"] if p["model"] == "b"]
    words = dict(in_figure(result, "model_comparison"))
    assert words["subtitle"].endswith("set (always python/b; 17 splits left out).")
    assert "subtitle" not in dict(in_figure(results(means, compared=False), "model_comparison"))


def test_the_comparisons_count_what_differs_and_what_is_equivalent():
    means = {"r/a": 0.944, "python/b": 0.9432, "r/c": 0.92, "r/d": 0.7, "r/null": 0.5}
    assert title("comparisons", results(means, baselines=["r/null"])) == (
        "r/a leads; no evidence of a difference against 2 of 3 others; 1 is practically equivalent"
    )
    assert title("comparisons", results(some("r/a", "r/c"), compared=False)) == (
        "r/a leads; the pairs were not tested"
    )
    assert title("comparisons", results(some("r/a"))) == (
        "r/a is the only model with a value of ROC AUC"
    )


@pytest.mark.parametrize("null", [1, 1.1001])
def test_no_title_crowns_a_model_that_a_baseline_equals_as_printed_or_beats(null):
    means = {"r/a": 1.1, "r/b": 1.2, "r/null": null}
    result = results(means, ["rmse", "r2"], baselines=["r/null"])
    for figure in ("model_comparison", "comparisons", "runtime", "residuals"):
        assert title(figure, result).startswith(
            f"No model does better than the baseline (r/null, RMSE {null:.2f});"
            " best of the others: r/a, 1.10"
        )
    beaten = results(means | {"r/null": 2}, ["rmse", "r2"], baselines=["r/null"])
    assert title("model_comparison", beaten).startswith("r/a leads")


def test_a_metric_on_which_no_model_beats_the_baseline_counts_for_none():
    means = {"r/a": 1.1, "r/b": 1.2, "r/null": 1}
    assert title("metric_overview", results(means, ["rmse", "r2"], baselines=["r/null"])) == (
        "2 models on 2 metrics; differences are tested on RMSE alone; on RMSE, none does better"
        " than the baseline"
    )
    means = {"r/a": 0.4, "r/b": 0.3, "r/null": 0.5}
    assert title("metric_overview", results(means, ["roc_auc", "f1"], baselines=["r/null"])) == (
        "No model does better than the baseline on any of 2 metrics"
    )


def test_the_overview_crowns_nobody():
    two = results({"r/a": 0.9, "r/b": 0.9, "r/c": 0.8}, ["roc_auc", "f1"])
    assert title("metric_overview", two) == (
        "3 models on 2 metrics; differences are tested on ROC AUC alone"
    )
    alone = results({"r/a": 0.9, "r/null": 0.5}, ["roc_auc", "f1"], baselines=["r/null"])
    assert title("metric_overview", alone) == "r/a on 2 metrics"
    pooled = results({"r/kmeans": 0.9, "r/b": 0.8}, compared=False)
    assert title("metric_overview", pooled) == "2 models on 1 metric"


def test_a_model_that_failed_on_some_splits_leads_no_figure_whatever_its_mean():
    means = {"r/lucky": 0.95, "r/steady": 0.9, "python/b": 0.7}
    result = results(means, failed={"r/lucky": 3}, cohorts={"lyon": 0})
    assert title("model_comparison", result).startswith(
        "r/steady leads at ROC AUC 0.900; no evidence of a difference against 1 of 2"
    )
    assert title("external", result).startswith("r/steady leads")
    assert title("roc_pr", result) == "2 models: ROC AUC 0.700 to 0.900"
    assert title("runtime", result).startswith("r/steady has the best ROC AUC")


def test_where_no_two_means_are_of_the_same_splits_no_figure_has_a_leader():
    means = {"r/a": 0.4, "r/b": 0.3, "r/null": 0.5}
    result = results(means, baselines=["r/null"], failed={"r/a": 3, "r/b": 2})
    figures = (
        "model_comparison",
        "comparisons",
        "metric_overview",
        "runtime",
        "external",
        "roc_pr",
    )
    for figure in figures:
        assert title(figure, result) == "No model leads: none has a value on every split", figure


@pytest.mark.parametrize(
    ("means", "cpu", "expected"),
    [
        (
            {"r/a": 0.95, "python/b": 0.94, "r/c": 0.7}, (10, 0.3, 0.1),
            "python/b comes within 0.010 of the best ROC AUC 0.950 (r/a) at 3 % of its CPU time",
        ),
        (
            {"r/a": 0.95, "python/b": 0.94, "r/c": 0.7}, (0.05, 0.3, 0.1),
            "r/a has the best ROC AUC 0.950, and the least CPU time",
        ),
        (
            {"r/a": 0.95, "python/b": 0.94, "r/c": 0.7}, (10, 20, 0.1),
            "No model comes within 0.02 of the best ROC AUC 0.950 (r/a) for less CPU time",
        ),
        (
            {"r/a": 0.95, "python/b": 0.95, "r/c": 0.7}, (10, 2, 0.1),
            "python/b and r/a tie at the best ROC AUC 0.950;"
            " python/b needs the least CPU time, 20 % of r/a's",
        ),
        (
            {"r/a": 0.95, "r/null": 0.5}, (120, 0.01),
            "r/a has ROC AUC 0.950 for 120 s of CPU per split",
        ),
    ],
)  # fmt: skip
def test_the_cpu_times_name_the_cheap_model_that_is_near_the_best(means, cpu, expected):
    result = results(means, baselines=["r/null"], cpu=dict(zip(means, cpu, strict=True)))
    assert title("runtime", result) == expected


def test_an_unbounded_metric_is_near_by_its_share():
    means = {"r/a": 0.5, "r/b": 0.51, "r/null": 2}
    cpu = {"r/a": 10, "r/b": 1, "r/null": 0.01}
    assert title("runtime", results(means, ["rmse"], baselines=["r/null"], cpu=cpu)) == (
        "r/b comes within 0.010 of the best RMSE 0.500 (r/a) at 10 % of its CPU time"
    )


@pytest.mark.parametrize(
    ("cohorts", "expected"),
    [
        ({"lyon": -0.05, "oslo": 0.01}, "reaches 0.850 in lyon and 0.910 in oslo"),
        ({"a": 0, "b": -0.1, "c": 0.05, "d": -0.2}, "reaches 0.700 to 0.950 in 4 cohorts"),
        ({}, "has no value in a cohort"),
    ],
)
def test_the_cohorts_say_what_the_leader_of_cross_validation_reaches(cohorts, expected):
    means = {"r/a": 0.9, "python/b": 0.8, "r/null": 0.5}
    result = results(means, baselines=["r/null"], cohorts=cohorts)
    assert (
        title("external", result) == f"r/a leads cross-validation at ROC AUC 0.900 and {expected}"
    )


def test_a_leader_below_the_baseline_is_told_with_what_it_reaches():
    means = {"r/a": 0.4, "r/b": 0.3, "r/null": 0.5}
    result = results(
        means, ["roc_auc", "average_precision"], baselines=["r/null"], cohorts={"lyon": 0.1}
    )
    worse = "No model does better than the baseline (r/null, ROC AUC 0.500); best of the others:"
    assert title("external", result) == f"{worse} r/a, 0.400; it reaches 0.500 in lyon"
    assert title("roc_pr", result) == (
        f"{worse} r/a, 0.400; none has a higher average precision than the baseline"
        " (r/null, average precision 0.500)"
    )


def test_the_curves_tell_between_which_values_the_areas_lie():
    two = ["roc_auc", "average_precision"]
    assert title("roc_pr", results(MEANS, two)) == (
        "4 models: ROC AUC 0.700 to 0.944, average precision 0.700 to 0.944"
    )
    worse = results(MEANS | {"r/a": 0.94, "r/null": 0.95}, two, ["r/null"])
    # The baseline ranks the positive class worse.
    for row in worse.tables["ranking"]:
        if row["metric"] == "average_precision":
            row |= {"beats_baseline": "true"}
    assert title("roc_pr", worse) == (
        "No model does better than the baseline (r/null, ROC AUC 0.950); best of the others: r/a"
        " and python/b, 0.940; average precision of 4 models 0.700 to 0.940"
    )
    classes = [{"dataset": "demo", "truth": label} for label in "abc"]
    assert "macro ROC AUC" in title("roc_pr", results(MEANS, two, confusion=classes))


def test_the_error_is_a_share_of_the_observed_range():
    assert title("residuals", results({"r/a": 1, "r/b": 2}, ["rmse"])) == (
        "r/a has the smallest error: RMSE 1.00, 10 % of the observed range"
    )


@pytest.mark.parametrize(
    ("observed", "null", "expected"),
    [
        (
            {"a": 0.9, "b": 0.5}, [0.3 + 0.02 * i for i in range(19)],
            "1 of 2 models does better on the real outcomes than the best model on permuted ones",
        ),
        (
            {"a": 0.9, "b": 0.8}, [0.3 + 0.02 * i for i in range(19)],
            "Both models do better on the real outcomes than the best model on permuted ones",
        ),
        (
            {"a": 0.9}, [0.3 + 0.02 * i for i in range(19)],
            "The one model does better on the real outcomes than on permuted ones",
        ),
        (
            {"a": 0.5}, [0.3 + 0.02 * i for i in range(19)],
            "No evidence that the model learns the outcome",
        ),
        ({"a": 0.9}, [0.5, 0.6], "Too few permutations (2): p cannot be below 0.33"),
        ({"a": math.nan}, [0.5, 0.6], "No model has a value on the real outcomes"),
    ],
)  # fmt: skip
def test_the_null_tells_how_many_models_learn_or_that_permutations_are_too_few(
    observed, null, expected
):
    rows = [
        ["demo", "r", model, "roc_auc", *null_test("roc_auc", value, null, null)]
        for model, value in observed.items()
    ]
    tests = [
        dict(zip(NULL_TESTS, ("" if v is None else str(v) for v in row), strict=True))
        for row in rows
    ]
    assert title("null", results(MEANS, null_tests=tests)) == expected


def null_title(**nulls):
    """The title; nulls: values on permutations of r/c, which has 0.9, and of others with 0.5."""
    best = best_values(list(nulls.values()), smaller_is_better=False)
    tests = [
        [
            "demo",
            "r",
            name,
            "roc_auc",
            *null_test("roc_auc", 0.9 if name == "c" else 0.5, null, best),
        ]
        for name, null in nulls.items()
    ]
    values = [
        {"dataset": "demo", "language": "r", "model": name, "permutation": str(i), "value": value}
        for name, null in nulls.items()
        for i, value in enumerate(["0.5", *("" if np.isnan(v) else str(v) for v in null)])
    ]
    tests = [dict(zip(NULL_TESTS, map(str, row), strict=True)) for row in tests]
    return title("null", results(MEANS, null_tests=tests, null=values))


def test_permutations_without_a_value_are_told_where_there_is_no_evidence():
    full, two, three = (np.where(np.arange(19) < n, np.nan, 0.4) for n in (0, 2, 3))
    said = "No evidence that a model learns the outcome"
    equal = "and count as equally good"
    assert null_title(a=two, b=full + 0.2) == (
        f"{said}; 2 of 19 permutations lack a value of r/a, {equal}"
    )
    assert null_title(a=two, b=three) == (
        f"{said}; up to 3 of 19 permutations lack a value of a model, {equal}"
    )
    assert null_title(a=full + 0.2, b=full) == said
    assert null_title(c=full, a=two).endswith(
        f"; 2 of 19 permutations lack a value of r/a, {equal}"
    )
    # It learns all the same.
    assert null_title(c=np.where(np.arange(39) < 1, np.nan, 0.4)).startswith("The one model does")
    assert "lack" not in null_title(c=np.where(np.arange(39) < 1, np.nan, 0.4))


def variants(n, shifts, kind, p=0.001, metric="roc_auc"):
    """A result with rows of variants.csv for n models; shifts: difference by variant."""
    rows = []
    for i in range(n):
        for part, difference in shifts.items():
            keys = {"dataset": "demo", "variant": f"demo-{part}", "kind": kind, "language": "r"}
            numbers = {
                "estimate": 0.9 - i / 100, "variant_estimate": 0.9 - i / 100 - difference,
                "difference": difference, "p_value": p if difference else 1,
            }  # fmt: skip
            numbers = {name: str(value) for name, value in numbers.items()}
            rows.append({**keys, "model": f"m{i}", "metric": metric, **numbers})
    means = {f"r/m{i}": 0.9 - i / 100 for i in range(n)}
    return results(means, [metric], variants=rows)


def test_layers_tell_the_direction_of_the_best_single_layers_difference():
    two = {"genes": 0.1, "lipids": 0.05}
    assert title("layers", variants(2, two, "layer")) == (
        "Evidence that adding genes to lipids helps both models"
    )
    # Each p is below .05, but there are six.
    assert title("layers", variants(3, two, "layer", p=0.03)) == (
        "No evidence that adding genes to lipids makes a difference to any of 3 models"
    )
    # A lower Brier score is better, and the single layer has the lower one.
    assert title("layers", variants(3, two, "layer", metric="brier")) == (
        "Evidence that adding lipids to genes hurts all 3 models"
    )
    three = {"a": 0.1, "b": 0.05, "c": 0.2}
    assert title("layers", variants(3, three, "layer")) == (
        "Evidence that adding the other layers to b helps all 3 models"
    )
    assert title("layers", variants(0, two, "layer")).startswith("No model has a value of ROC AUC")


def test_the_gap_of_grouping_is_random_minus_grouped():
    flatter = "Folds that ignore the groups flatter"
    assert title("grouping", variants(3, {"ungrouped": -0.03}, "ungrouped")) == (
        f"{flatter} all 3 models: the gap in ROC AUC is 0.030"
    )
    assert title("grouping", variants(3, {"ungrouped": -0.01}, "ungrouped", p=0.5)) == (
        "No evidence that folds that ignore the groups flatter any of 3 models:"
        " the gap in ROC AUC is 0.010"
    )
    assert title("grouping", variants(2, {"ungrouped": 0.03}, "ungrouped", metric="brier")) == (
        f"{flatter} both models: the gap in Brier score is -0.030"
    )


def test_the_correction_for_lab_batches_is_judged_by_the_tests():
    assert title("lab_batches", variants(3, {"uncorrected": 0.03}, "uncorrected")) == (
        "Evidence that the correction for lab batches helps all 3 models"
    )
    assert title("lab_batches", variants(2, {"uncorrected": -0.03}, "uncorrected")) == (
        "Evidence that the correction for lab batches hurts both models"
    )
    assert title("lab_batches", variants(3, {"uncorrected": 0.01}, "uncorrected", p=0.5)) == (
        "No evidence that the correction for lab batches makes a difference to any of 3 models"
    )


def random_results(seed):
    """Two to six models on a coarse scale, so that ties and equal baselines are common."""
    rng = np.random.default_rng(seed)
    models = [f"{rng.choice(['python', 'r'])}/m{i}" for i in range(rng.integers(2, 7))]
    means = {model: round(0.5 + 0.02 * int(rng.integers(0, 12)), 3) for model in models}
    failed = {model: int(rng.choice([0, 0, 0, 3, 25])) for model in models}
    baselines = models[-1:] if rng.random() < 0.7 else []
    more = {"cohorts": {"lyon": 0.01}, "compared": bool(rng.random() < 0.8)}
    metrics = ["roc_auc", "average_precision", "brier"]
    return results(means, metrics, baselines, failed, **more)


@pytest.mark.parametrize("seed", range(120))
def test_what_one_figure_claims_no_other_denies(seed):
    result = random_results(seed)
    result.tables["checks"] = []
    figures = ("model_comparison", "comparisons", "runtime", "external")
    texts = {figure: title(figure, result) for figure in figures} | {"answer": answer(result)}
    crowned = [
        f
        for f, text in texts.items()
        if re.search(r"\bleads\b|that lead|the lead\b|tie at|best ROC", text)
    ]
    denied = [f for f, text in texts.items() if "better than the baseline" in text]
    alone = len(result.rows) == 1
    if not result.leader:
        assert not crowned or all("No model leads" in texts[f] for f in crowned)
    elif result.unbeaten:
        assert not crowned and len(denied) == len(texts), texts
    else:
        assert not denied and (alone or {"external", "answer"} <= set(crowned)), texts
    counts = set()
    for figure in ("model_comparison", "comparisons", "answer"):
        counted = re.search(r"difference (?:against|from) (any|\d+) of (\d+)", texts[figure])
        if counted:
            counts.add((counted[1].replace("any", counted[2]), counted[2]))
    assert len(counts) <= 1, texts


def errors_of(wrong_of, n=2):
    """Rows of sample_errors.csv; wrong_of: {model: numbers of wrong predictions by sample}."""
    return [
        {
            "dataset": "demo", "cohort": "development", "language": model.split("/")[0],
            "model": model.split("/")[1], "sample": f"S{i}", "n_predicted": n, "n_wrong": wrong,
        }
        for model, counts in wrong_of.items()
        for i, wrong in enumerate(counts)
    ]  # fmt: skip


def test_samples_that_every_model_gets_wrong_are_counted_without_baselines():
    wrong = {"r/a": [2, 2, 0, 0], "r/b": [2, 1, 0, 1], "r/null": [0, 0, 2, 2]}
    result = results({"r/a": 0.9, "r/b": 0.8, "r/null": 0.5}, baselines=["r/null"])
    result.tables["sample_errors"] = errors_of(wrong)
    assert title("samples", result) == (
        "Every model gets 1 of 4 samples wrong in most splits; 1 is never wrong"
    )
    alone = results({"r/a": 0.9, "r/null": 0.5}, baselines=["r/null"])
    alone.tables["sample_errors"] = errors_of({"r/a": [2, 0]})
    assert title("samples", alone).startswith("The model gets 1 of 2 samples wrong")
    result.tables["sample_errors"] = errors_of({"r/a": [0, 0], "r/b": [1, 0]})
    assert title("samples", result) == (
        "None of 2 samples is wrong in most splits with every model; 1 is never wrong"
    )
    # The others failed.
    result.tables["sample_errors"] = errors_of({"r/a": [2, 0]})
    assert title("samples", result).startswith("The one model with predictions gets 1 of 2 samples")
    result = results({"r/a": 0.9, "r/b": 0.8, "r/c": 0.7})
    result.tables["sample_errors"] = errors_of({"r/a": [2, 0], "r/b": [2, 0]})
    assert title("samples", result) == (
        "Each of the 2 models with predictions gets 1 of 2 samples wrong in most splits; 1 is never"
        " wrong"
    )
    result.tables["sample_errors"] = errors_of({"r/a": [1, 0], "r/b": [1, 0]})
    assert "in most splits with each of the 2 models with predictions;" in title("samples", result)
    result.tables["sample_errors"] = []
    assert title("samples", result) == "No sample was predicted by every model"


def strata_of(**found):
    """Rows of subgroups.csv; found: {stratum: (estimate, adjusted p)} of the column site."""
    return [
        {
            "dataset": "demo", "cohort": "development", "column": "site", "stratum": stratum,
            "language": "r", "model": "a", "metric": "roc_auc", "estimate": str(estimate),
            "rest_estimate": "0.8", "gap": str(estimate - 0.8), "gap_expected": "0",
            "p_adjusted": p,
        }
        for stratum, (estimate, p) in found.items()
    ]  # fmt: skip


def test_the_strata_in_which_the_first_model_is_worse_are_named():
    result = results({"r/a": 0.9, "r/b": 0.8, "r/null": 0.5}, baselines=["r/null"])
    result.tables["subgroups"] = strata_of(A=(0.8, "0.9"), B=(0.82, "0.05"), C=(0.5, ""))
    assert title("subgroups", result) == (
        "No evidence that r/a does better or worse in any of 2 strata than in the rest"
    )
    assert dict(in_figure(result, "subgroups"))["summary"] == (
        "Subgroups (`site`): No evidence that r/a does better or worse in any of 2 strata than in"
        " the rest: ROC AUC from 0.800 (site: A) to 0.820 (site: B)."
    )
    # Of two strata only the worse one is named, of more the better ones too.
    result.tables["subgroups"] = strata_of(A=(0.6, "0.01"), B=(0.9, "0.01"))
    worse = "r/a does worse in site: A (ROC AUC 0.600, expected 0.800)"
    assert title("subgroups", result) == worse
    result.tables["subgroups"] = strata_of(A=(0.6, "0.01"), B=(0.9, "0.01"), C=(0.8, "1"))
    better = " and better in site: B (ROC AUC 0.900, expected 0.800)"
    assert title("subgroups", result) == worse + better
    result.tables["subgroups"][0] |= {"column": "age", "stratum": "≤ 61", "cohort": "lyon"}
    assert "worse in age ≤ 61 of lyon (" in title("subgroups", result)


def test_strata_that_cannot_be_tested_are_said_to_be_so():
    result = results({"r/a": 0.9, "r/b": 0.8})
    result.tables["subgroups"] = strata_of(A=(0.8, ""))
    assert title("subgroups", result) == "No stratum can be tested against the rest"
    result.tables["subgroups"] = []
    assert title("subgroups", result) == "No model has a value in a stratum of the samples"


def added(model, difference, p, variant="demo-clinical", measure="roc_auc"):
    language, name = model.split("/")
    return {
        "dataset": "demo", "variant": variant, "language": language, "model": name,
        "measure": measure, "threshold": "", "estimate": f"{0.7 + difference}",
        "baseline_estimate": "0.7", "difference": str(difference), "p_value": p, "p_adjusted": p,
    }  # fmt: skip


def added_title(rows):
    result = results(MEANS)
    result.tables["added_value"] = rows
    return title("added_value", result)


def test_what_other_layers_add_is_said_of_the_picked_model_first():
    rows = [
        added("r/a", 0.2, "0.01"),
        added("python/b", 0.1, "0.2"),
        added("picked/picked", 0.05, "0.3"),
    ]
    assert added_title(rows) == (
        "No evidence that the other layers add to clinical: ROC AUC 0.750 with them, 0.700 without,"
        " for the picked model; evidence that they help 1 of 2 models"
    )
    rows = [
        added("r/a", -0.1, "0.2"),
        added("python/b", 0.0, ""),
        added("picked/picked", -0.1, "0.001"),
    ]
    assert added_title(rows) == (
        "Evidence that the other layers harm clinical: ROC AUC 0.600 with them, 0.700 without, for"
        " the picked model"
    )
    rows = [added("r/a", -0.1, "0.2"), added("python/b", -0.1, "0.2")]
    assert added_title(rows) == ("No model can be picked; no evidence for any of 2 models")


def survival_results(**tables):
    """Two models and Kaplan-Meier on two horizons."""
    means = {"r/a": 0.7, "python/b": 0.6, "r/null": 0.5}
    result = results(means, ["concordance"], ["r/null"])
    result.dataset["horizons"] = [365.0, 1825.0]
    result.tables |= tables
    return result


def rows_of(model, *rows, **cells):
    language, name = model.split("/")
    keys = {"dataset": "demo", "language": language, "model": name, "cohort": "development"}
    return [{**keys, **cells, **row} for row in rows]


def test_groups_of_risk_are_compared_at_the_last_horizon_that_both_reach():
    low = [{"time": "0", "survival": "1"}, {"time": "400", "survival": "0.9"}]
    high = [{"time": "0", "survival": "1"}, {"time": "300", "survival": "0.6"},
            {"time": "2000", "survival": "0.2"}]  # fmt: skip
    table = [*rows_of("r/a", *low, group="low"), *rows_of("r/a", *high, group="high")]
    groups = "100 % of the low-risk group and 60 % of the high-risk group are without the event"
    text = title("risk_groups", survival_results(risk_groups=table))
    assert text == f"r/a: {groups} at 365"
    words = dict(in_figure(survival_results(risk_groups=table[:2]), "risk_groups"))
    assert "one group" in words["title"] and words["summary"].startswith("Risk groups: r/a")


def test_the_leader_has_its_auc_at_each_horizon():
    def rows(model, briers):
        return rows_of(
            model,
            *(
                {"horizon": h, "auc": auc, "brier": brier, "brier_kaplan_meier": "0.2"}
                for h, auc, brier in zip(("365", "1825"), ("0.71", "0.6823"), briers, strict=True)
            ),
        )

    table = rows("r/a", ("0.1", "0.19")) + rows("python/b", ("0.1", "0.21"))
    text = title("horizons", survival_results(horizons=table))
    assert text == (
        "r/a: AUC 0.710 at 365 and 0.682 at 1825; 1 of 2 models has a lower Brier score than"
        " Kaplan-Meier at every horizon"
    )
    none = title("horizons", survival_results(horizons=rows("r/a", ("", ""))))
    assert none.endswith("no model predicts survival")


def test_risks_outside_their_interval_are_counted():
    cells = [("0.3", "0.2", "0.4"), ("0.1", "0.2", "0.4"), ("0.5", "0.2", "0.4"), ("0.5", "", "")]
    rows = [dict(zip(("predicted", "ci_low", "ci_high"), row, strict=True)) for row in cells]
    table = rows_of("r/a", *rows)
    text = title("horizon_calibration", survival_results(horizon_calibration=table))
    assert text.endswith("in 2 of 3 groups: too high in 1, too low in 1")
    table = rows_of("r/a", rows[0])
    text = title("horizon_calibration", survival_results(horizon_calibration=table))
    assert (
        text == "Predicted risks lie within the 95 % interval of the observed risk in the one group"
    )


def test_the_longest_range_of_use_at_each_horizon():
    cells = {"0.1": ("0.2", "0.2"), "0.2": ("0.15", "0.1"), "0.3": ("0.1", "-0.1"),
             "0.4": ("-0.01", "-0.2"), "0.5": ("0.01", "-0.3"), "0.6": ("", "-0.4")}  # fmt: skip
    rows = [{"threshold": t, "net_benefit": n, "treat_all": a} for t, (n, a) in cells.items()]
    table = rows_of("r/a", *rows, horizon="365")
    text = title("survival_decision", survival_results(horizon_benefit=table))
    assert text.endswith("at thresholds 0.2 to 0.3 for 365")
    judged = survival_results(horizon_benefit=table)
    judged.dataset["threshold_range"] = [0.3, 0.5]
    assert title("survival_decision", judged).endswith("at thresholds 0.3 to 0.3 for 365")
    none = title("survival_decision", survival_results(horizon_benefit=table[:1]))
    assert none == "r/a has no more net benefit than treating all or none at any threshold"
    of_b = rows_of("python/b", *rows, horizon="365")
    text = title("survival_decision", survival_results(horizon_benefit=of_b))
    assert text.startswith("In these samples, python/b has more net benefit")
    nobody = title("survival_decision", survival_results(horizon_benefit=[]))
    assert nobody == "No model has probabilities of survival"
