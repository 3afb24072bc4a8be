"""Comparisons of models, against hand calculations and other programs."""

from functools import partial

import baycomp
import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from omc.evaluate.comparisons import by_split, by_units, pairs
from omc.evaluate.differences import bootstrap_difference, corrected_t, correlated_t, holm
from omc.evaluate.pooled import Cohort, Predicted
from tests.verification import error_rates


def test_corrected_t_by_hand():
    differences = np.array([0.1, 0.0, 0.1, 0.4])
    error = np.sqrt(differences.var(ddof=1) * (1 / 4 + 0.25))
    half = t.ppf(0.975, 3) * error
    expected = [0.15, 0.15 - half, 0.15 + half, 2 * t.sf(0.15 / error, 3)]
    assert corrected_t(differences, 0.25) == pytest.approx(expected)
    # Without overlap it is the paired t-test.
    plain = t.sf(0.15 / (differences.std(ddof=1) / 2), 3) * 2
    assert corrected_t(differences, 0)[-1] == pytest.approx(plain)


def test_differences_that_never_vary_have_no_interval():
    mean, low, high, p = corrected_t(np.zeros(25), 0.25)
    assert (mean, p) == (0, 1) and np.isnan([low, high]).all()
    mean, low, high, p = corrected_t(np.array([0.3 - 0.2, 0.2 - 0.1, 0.1]), 0.25)
    assert mean == pytest.approx(0.1) and p == 0.25 and np.isnan([low, high]).all()


def test_one_split_compares_nothing():
    mean, *rest = corrected_t(np.array([0.2]), 0.25)
    assert mean == 0.2 and np.isnan(rest).all()
    assert np.isnan(corrected_t(np.array([]), 0.25)).all()


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
    result = correlated_t(a - b, 1 / 4, rope, smaller=False)
    assert result == pytest.approx([a_better, equivalent, b_better], abs=1e-9)
    assert correlated_t(a - b, 1 / 4, rope, smaller=True) == pytest.approx(result[::-1], abs=1e-9)
    assert np.isnan(correlated_t(np.zeros(25), 1 / 4, rope, smaller=False)).all()


def test_every_pair_has_a_row_of_each_test():
    same = [0.9, 0.7, 0.8, 0.8]
    values = pd.DataFrame({"a": same, "b": same, "c": [0.5, 0.31, 0.4, np.nan]})
    result = by_split(values, 0.25, 0.01, smaller=False)
    assert list(result) == ["nadeau_bengio", "bayesian_correlated_t"]
    for rows in result.values():
        assert [row[:3] for row in rows] == [("a", "b", 4), ("a", "c", 3), ("b", "c", 3)]
    difference, low, high, p, adjusted, *rest = result["nadeau_bengio"][0][-1]
    assert (difference, p, adjusted) == (0, 1, 1) and np.isnan([low, high, *rest]).all()
    first, second = result["nadeau_bengio"][1][-1][3:5]
    assert second == pytest.approx(3 * first)
    posterior = result["bayesian_correlated_t"][1][-1]
    assert posterior[:3] == result["nadeau_bengio"][1][-1][:3]
    assert sum(posterior[5:]) == pytest.approx(1) and np.isnan(posterior[3:5]).all()


def test_the_bootstrap_of_differences_by_hand():
    drawn = np.array([0.1, 0.2, np.nan, 0.3])
    error = 0.1 * np.sqrt(5 / 4)
    half = t.ppf(0.975, 4) * error
    expected = [0.2, 0.2 - half, 0.2 + half, 2 * t.sf(0.2 / error, 4)]
    assert bootstrap_difference(0.2, drawn, units=5) == pytest.approx(expected)
    same = bootstrap_difference(0.0, np.zeros(9), units=5)
    assert same[3] == 1 and np.isnan(same[1:3]).all()
    assert bootstrap_difference(0.5, np.full(9, 0.5), units=5)[3] == 2**-4
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
    return Cohort("group", np.array(units), {}, models)


def test_groups_are_the_units_of_the_bootstrap():
    # The mean of a difference per group: the paired t-test over the groups.
    errors = {"a": [1, 1, 2, 2, 4, 4, 3, 3], "b": [0] * 8, "c": [0] * 8}
    (row, *rest) = by_units(cohort_of(errors, list("ppqqrrss")), ["a", "b", "c"], "mae", seed=1)
    difference, low, high, p, adjusted = row[-1][:5]
    error = np.std([1, 2, 4, 3], ddof=1) / 2
    assert row[:3] == ("a", "b", 4) and difference == 2.5
    assert high - difference == pytest.approx(difference - low)
    assert high - difference == pytest.approx(t.ppf(0.975, 3) * error, rel=0.05)
    assert p == pytest.approx(2 * t.sf(2.5 / error, 3), rel=0.15) and adjusted == 3 * p
    assert rest[1][:3] == ("b", "c", 4) and rest[1][-1][3] == 1


def test_pairs_are_compared_on_the_samples_that_both_predicted():
    errors = {"a": [1, 2, 9], "b": [0, 0, 0]}
    cohort = cohort_of(errors, list("pqr"), lost=["b"])
    ((*_, units, numbers), *others) = by_units(cohort, ["a", "b", "gone"], "mae", seed=1)
    assert units == 2 and numbers[0] == 1.5
    assert [row[2] for row in others] == [0, 0] and np.isnan(others[0][-1]).all()


def test_it_errs_less_than_the_plain_t_and_finds_what_is_there():
    corrected, plain, _ = error_rates.rejected(150, 400, (0.8, 0.8))
    assert corrected.mean() < 0.08 < 0.3 < plain.mean()
    result, _, mean = error_rates.rejected(20, 400, (0.9, 0.8))
    assert result.sum() > 15 and mean == pytest.approx(0.1, abs=0.03)
