"""Comparisons of models, against hand calculations and other programs."""

from functools import partial

import baycomp
import numpy as np
import pandas as pd
import pytest
from scipy.stats import entropy, norm, t

from omc.core.tables import COMPARISONS
from omc.evaluate.comparisons import (
    Comparison,
    adjusted_rows,
    by_split,
    by_units,
    equivalence,
    pairs,
)
from omc.evaluate.design import Design
from omc.evaluate.differences import bootstrap_difference, corrected_t, correlated_t, holm
from omc.evaluate.intervals import newcombe_interval, newcombe_variance
from omc.evaluate.pooled import Cohort, Predicted, _cohort
from omc.evaluate.predictions import parse
from omc.evaluate.rope import describe, half_width
from tests.verification.designs import Setting, areas, splits


def test_corrected_t_by_hand():
    differences = np.array([0.1, 0.0, 0.1, 0.4])
    error = np.sqrt(differences.var(ddof=1) * (1 / 4 + 0.25))
    half = t.ppf(0.975, 3) * error
    expected = [0.15, 0.15 - half, 0.15 + half, 2 * t.sf(0.15 / error, 3)]
    assert corrected_t(differences, 0.25, 3) == pytest.approx(expected)
    # Without overlap it is the paired t-test.
    plain = t.sf(0.15 / (differences.std(ddof=1) / 2), 3) * 2
    assert corrected_t(differences, 0, 3)[-1] == pytest.approx(plain)


def test_differences_that_never_vary_have_no_interval():
    mean, low, high, p = corrected_t(np.zeros(25), 0.25, 5)
    assert (mean, p) == (0, 1) and np.isnan([low, high]).all()
    mean, low, high, p = corrected_t(np.array([0.3 - 0.2, 0.2 - 0.1, 0.1]), 0.25, 2)
    assert mean == pytest.approx(0.1) and np.isnan([low, high, p]).all()


def test_one_split_compares_nothing():
    mean, *rest = corrected_t(np.array([0.2]), 0.25, 1)
    assert mean == 0.2 and np.isnan(rest).all()
    assert np.isnan(corrected_t(np.array([]), 0.25, 1)).all()


def test_holm_by_hand_and_monotone():
    assert holm([0.04, np.nan, 0.01, 0.03]) == pytest.approx(
        [0.06, np.nan, 0.03, 0.06], nan_ok=True
    )
    p = np.random.default_rng(0).uniform(size=50) ** 3
    adjusted = holm(p)
    assert (adjusted >= p).all() and (adjusted <= 1).all()
    assert (np.diff(adjusted[np.argsort(p)]) >= 0).all()
    assert np.isnan(holm([np.nan])).all()


def test_splits_where_one_of_both_failed_are_left_out_of_their_pairs_only():
    values = pd.DataFrame({"a": [0.9, 0.7], "b": [0.8, 0.7], "c": [np.nan, 0.5]})
    result = {(a, b): list(differences) for a, b, differences in pairs(values)}
    assert list(result) == [("a", "b"), ("a", "c"), ("b", "c")]
    assert result["a", "b"] == pytest.approx([0.1, 0])
    assert result["a", "c"] == result["b", "c"] == pytest.approx([0.2])


@pytest.mark.parametrize("rope", [0, 0.01, 0.2])
def test_the_posterior_is_baycomps(rope):
    rng = np.random.default_rng(5)
    a, b = rng.normal(0.8, 0.05, 25), rng.normal(0.78, 0.05, 25)
    # Five runs of five folds: four times as many training as test samples.
    expected = baycomp.two_on_single(b, a, rope=rope, runs=5)
    b_better, equivalent, a_better = expected if rope else (expected[0], 0, expected[1])
    result = correlated_t(a - b, 1 / 4, 24, rope, smaller=False)
    assert result == pytest.approx([a_better, equivalent, b_better], abs=1e-9)
    assert correlated_t(a - b, 1 / 4, 24, rope, smaller=True) == pytest.approx(
        result[::-1], abs=1e-9
    )
    assert np.isnan(correlated_t(np.full(25, 0.1), 1 / 4, 24, rope, smaller=False)).all()
    assert correlated_t(np.zeros(25), 1 / 4, 24, rope, smaller=False) == (0, 1, 0)
    assert np.isnan(correlated_t(a - b, 1 / 4, 24, np.nan, smaller=False)).all()


DESIGN = Design("repeated_kfold", 0.25, 40)


def test_every_pair_has_a_row_of_each_test():
    same = [0.9, 0.7, 0.8, 0.8, 0.6]
    values = pd.DataFrame({"a": same, "b": same, "c": [0.5, 0.31, 0.4, 0.3, np.nan]})
    comparisons = by_split(values, DESIGN, "roc_auc", {})
    rows = adjusted_rows("nadeau_bengio", comparisons, baselines=[])
    posterior = equivalence(values, DESIGN, "roc_auc", 0.01, comparisons)
    assert [c.count for c in comparisons] == [5, 4, 4]
    for table in (rows, posterior):
        assert [row[1:3] for row in table] == [["a", "b"], ["a", "c"], ["b", "c"]]
        assert {len(row) for row in table} == {len(COMPARISONS) - 3}
    assert rows[0][3:8] == ["0", "", "", "1", "1"]
    assert float(rows[1][7]) == pytest.approx(3 * float(rows[1][6]))
    assert posterior[1][3:6] == rows[1][3:6] and posterior[1][6:8] == ["", ""]
    assert sum(map(float, posterior[1][8:11])) == pytest.approx(1)
    assert posterior[0][8:11] == ["0", "1", "0"]


def test_pairs_with_a_baseline_are_adjusted_among_themselves():
    names = [("a", "b"), ("a", "c"), ("b", "c"), ("a", "dummy"), ("b", "dummy"), ("c", "dummy")]
    comparisons = [Comparison(*pair, 0.1, 0.05, 0.15, 0.01) for pair in names]
    rows = adjusted_rows("nadeau_bengio", comparisons, ["dummy"])
    assert [float(row[7]) for row in rows] == pytest.approx([0.03] * 6)


@pytest.mark.parametrize("p", [0.001, 0.01, 0.02, 0.024, 0.03, 0.04])
def test_the_adjusted_interval_agrees_with_the_adjusted_p(p):
    half = t.ppf(0.975, 5)
    mean = t.isf(p / 2, 5)
    pair = Comparison("a", "b", mean, mean - half, mean + half, p, df=5)
    other = Comparison("a", "c", 0.0, -half, half, 0.9, df=5)
    (row, _) = adjusted_rows("nadeau_bengio", [pair, other], [])
    assert (float(row[-2]) > 0) == (float(row[7]) < 0.05)
    assert float(row[-2]) < mean - half


def test_a_saturated_model_is_tested_against_a_constant_baseline():
    values = pd.DataFrame({"a": [1.0] * 6, "dummy": [0.5] * 6})
    counts = {"sensitivity": 11, "specificity": 27}
    (pair,) = by_split(values, DESIGN, "roc_auc", counts)
    assert pair.low == pytest.approx(newcombe_interval(1, 11, 27)[0] - 0.5) and pair.high == 0.5
    error = np.sqrt(newcombe_variance(0.5, 11, 27))
    assert pair.p == pytest.approx(2 * norm.sf(0.5 / error)) and pair.p < 1e-4
    (swapped,) = by_split(values[["dummy", "a"]], DESIGN, "roc_auc", counts)
    assert (swapped.low, swapped.high, swapped.p) == (-pair.high, -pair.low, pair.p)


def test_adjusted_intervals_and_p_of_a_constant_baseline_agree():
    rng = np.random.default_rng(1)
    verdicts = []
    for _ in range(300):
        aucs = np.clip(rng.normal(rng.uniform(0.5, 0.8), rng.uniform(0.01, 0.15), 25), 0, 1)
        values = pd.DataFrame({"a": aucs, "dummy": 0.5})
        counts = dict(zip(("sensitivity", "specificity"), rng.integers(8, 60, 2), strict=True))
        (pair,) = by_split(values, DESIGN, "roc_auc", counts)
        p_adjusted = min(1, pair.p * rng.integers(1, 20))
        low, high = pair.adjusted_interval(p_adjusted)
        assert (low > 0 or high < 0) == (p_adjusted < 0.05)
        verdicts.append(p_adjusted < 0.05)
    assert 30 < sum(verdicts) < 270


def test_the_rope_of_a_metric():
    rare = pd.Series(["case"] * 5 + ["control"] * 95)
    assert half_width("roc_auc", None, rare) == 0.01
    assert half_width("brier", None, rare) == pytest.approx(0.05 * 0.05 * 0.95)
    assert half_width("log_loss", None, rare) == pytest.approx(0.05 * entropy([0.05, 0.95]))
    assert half_width("brier", 0.01, rare) == 0.01
    assert np.isnan(half_width("mcc", None, rare))
    assert half_width("rmse", None, pd.Series(["1", "2", "3"])) == pytest.approx(0.01)
    assert describe("brier", None) == "5 % of the score of the class shares"
    assert describe("r2", None) == ""


def test_the_bootstrap_of_differences_by_hand():
    drawn = np.array([0.1, 0.2, np.nan, 0.3])
    # Five groups, each tested by models of the other four.
    error = 0.1 * np.sqrt(5 / 4 * (1 + 5 / 4))
    half = t.ppf(0.975, 4) * error
    expected = [0.2, 0.2 - half, 0.2 + half, 2 * t.sf(0.2 / error, 4)]
    assert bootstrap_difference(0.2, drawn, units=5) == pytest.approx(expected)
    same = bootstrap_difference(0.0, np.zeros(9), units=5)
    assert same[3] == 1 and np.isnan(same[1:3]).all()
    assert np.isnan(bootstrap_difference(0.5, np.full(9, 0.5), units=5)[1:]).all()
    assert np.isnan(bootstrap_difference(0.2, drawn, units=4)[1:]).all()
    assert np.isnan(bootstrap_difference(0.5, np.array([]), units=1)[1:]).all()


def mean_error(errors, tested, weights, metrics=None):
    with np.errstate(invalid="ignore"):
        return {"mae": (weights @ (errors * tested)) / (weights @ tested.astype(float))}


def cohort_of(errors, units, lost=()):
    """A cohort with these errors by model and sample; the metric is the mean error."""
    models = {}
    for model, of in errors.items():
        tested = np.ones(len(units), dtype=bool)
        tested[-1] = model not in lost
        scored = partial(mean_error, np.array(of), tested)
        models[model] = Predicted(tested, scored, tested.all())
    return Cohort("group", np.array(units), {}, models, np.arange(len(units)), np.array(units))


def test_groups_are_the_units_of_the_bootstrap():
    # The mean of a difference per group: the paired t-test over the groups.
    errors = {"a": [1, 1, 2, 2, 4, 4, 3, 3, 5, 5], "b": [0] * 10, "c": [0] * 10}
    first, _, last = by_units(cohort_of(errors, list("ppqqrrsstt")), ["a", "b", "c"], "mae", seed=1)
    error = np.std([1, 2, 4, 3, 5], ddof=1) * np.sqrt(1 / 5 + 1 / 4)
    assert (first.a, first.b, first.count, first.difference) == ("a", "b", 5, 3)
    assert first.high - 3 == pytest.approx(3 - first.low)
    assert first.high - 3 == pytest.approx(t.ppf(0.975, 4) * error, rel=0.05)
    assert first.p == pytest.approx(2 * t.sf(3 / error, 4), rel=0.15)
    assert (last.a, last.b, last.count, last.p) == ("b", "c", 5, 1)


def test_groups_without_a_value_of_a_metric_that_ranks_are_no_units():
    # Three sites with both classes, five with one.
    rng = np.random.default_rng(2)
    site = np.repeat(list("abcdefgh"), 8)
    truth = np.where(site < "d", np.tile(["y", "n"], 32), "n")
    sheet = pd.DataFrame({"sample": range(64), "outcome": truth, "group": site})
    sheet = sheet.assign(cohort="development").astype(str)
    rows = []
    for model in "ab":
        prob = rng.random(64)
        rows += [
            ["r", model, f"r01{s}", str(i), t, "y" if p > 0.5 else "n", f"{p}", f"{1 - p}"]
            for i, (s, t, p) in enumerate(zip(site, truth, prob, strict=True))
        ]
    header = "language model split sample truth predicted prob_y prob_n".split()
    table = pd.DataFrame(rows, columns=header).assign(cohort="development", repeat="1")
    predictions = parse(table, "y")
    cohort = _cohort(predictions, sheet, by_split=True, count=np.max)
    assert cohort.counted(("r/a", "r/b"), "roc_auc") == (3, 7)
    assert cohort.counted(("r/a", "r/b"), "accuracy") == (8, None)
    (ranked,) = by_units(cohort, ["r/a", "r/b"], "roc_auc", seed=1)
    assert ranked.count == 3 and np.isnan([ranked.low, ranked.high, ranked.p]).all()
    (pooled,) = by_units(cohort, ["r/a", "r/b"], "accuracy", seed=1)
    assert pooled.count == 8 and np.isfinite([pooled.low, pooled.high, pooled.p]).all()


def test_pairs_are_compared_on_the_samples_that_both_predicted():
    errors = {"a": [1, 2, 9], "b": [0, 0, 0]}
    cohort = cohort_of(errors, list("pqr"), lost=["b"])
    first, *others = by_units(cohort, ["a", "b", "gone"], "mae", seed=1)
    assert first.count == 2 and first.difference == 1.5
    assert [pair.count for pair in others] == [0, 0] and np.isnan(others[0].difference)


def test_it_errs_less_than_the_plain_t():
    rng = np.random.default_rng(1)
    setting = Setting(samples=100, share=0.5, features=10, auc=0.7)
    values = areas(setting, lambda: splits(setting, "repeated_kfold", 5, 5, rng), 300, rng)
    design = Design("repeated_kfold", 0.25, 100)
    df = design.degrees_of_freedom(25, "difference")
    differences = values[:, 0] - values[:, 1]
    corrected = [corrected_t(row, 0.25, df)[-1] < 0.05 for row in differences]
    plain = [corrected_t(row, 0, 24)[-1] < 0.05 for row in differences]
    assert np.mean(corrected) < 0.08 < 0.3 < np.mean(plain)
