"""Heterogeneity between strata: against formulas, published numbers, and what must hold."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import t

from omc.evaluate.heterogeneity import between_strata

FREE, SHARE = (-np.inf, np.inf), (0.0, 1.0)
# Tuberculosis with and without BCG vaccine (Colditz et al. 1994, doi:10.1001/jama.271.9.698), 13
# trials: cases and others among the vaccinated, then among controls.
BCG = np.array([
    *((4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619)),
    *((33, 5036, 47, 5761), (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892)),
    *((29, 7470, 45, 7232), (17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338)),
    (27, 16886, 29, 17825),
])  # fmt: skip


def log_risk_ratios():
    a, b, c, d = BCG.T
    variance = 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)
    return np.log(a / (a + b)) - np.log(c / (c + d)), np.sqrt(variance)


def by_formula(effects, errors):
    """(mean, limits, tau, prediction) by Paule and Mandel's equation, and Röver's HKSJ interval."""
    k = len(effects)

    def weighted(tau2):
        weights = 1 / (errors**2 + tau2)
        mean = weights @ effects / weights.sum()
        return mean, weights.sum(), weights @ (effects - mean) ** 2

    excess = [weighted(tau2)[2] - (k - 1) for tau2 in (0, 100)]
    tau2 = brentq(lambda x: weighted(x)[2] - (k - 1), 0, 100, xtol=1e-14) if excess[0] > 0 else 0
    mean, total, q = weighted(tau2)
    error = np.sqrt(max(1, q / (k - 1)) / total)
    half = t.ppf(0.975, k - 1) * error
    new = t.ppf(0.975, k - 2) * np.sqrt(tau2 + error**2)
    return mean, (mean - half, mean + half), np.sqrt(tau2), (mean - new, mean + new)


def assert_equal(found, expected, back=lambda values: np.array(values)):
    mean, limits, tau, prediction = expected
    assert found.mean == pytest.approx(back(mean), rel=1e-4)
    assert found.limits == pytest.approx(back(limits), rel=1e-4)
    assert found.tau == pytest.approx(tau, rel=1e-4)
    assert found.prediction == pytest.approx(back(prediction), rel=1e-4)


def test_the_vaccine_trials_have_their_published_heterogeneity():
    """Q = 152.23 and so I² = 92.12 %; tau² between those of DerSimonian-Laird and REML, 0.31."""
    effects, errors = log_risk_ratios()
    found = between_strata(effects, errors, FREE)
    assert_equal(found, by_formula(effects, errors))
    assert found.i_squared == pytest.approx(1 - 12 / 152.23, abs=1e-4)
    assert found.tau**2 == pytest.approx(0.318, abs=5e-4)
    assert found.mean == pytest.approx(-0.715, abs=5e-4)


@pytest.mark.parametrize("spread", [0.02, 0.3])
def test_a_metric_between_limits_is_analysed_on_the_logit_scale_and_transformed_back(spread):
    values = expit(1.2 + spread * np.array([-1, 0.5, 1.5, -0.7, 0.2]))
    errors = np.array([0.02, 0.03, 0.04, 0.02, 0.05])
    expected = by_formula(logit(values), errors / (values * (1 - values)))
    assert (expected[2] == 0) == (spread == 0.02)
    found = between_strata(values, errors, SHARE)
    assert_equal(found, expected, expit)
    # A correlation, between -1 and 1: the same values, stretched.
    stretched = between_strata(2 * values - 1, 2 * errors, (-1.0, 1.0))
    assert stretched.mean == pytest.approx(2 * found.mean - 1)
    assert stretched.prediction == pytest.approx(2 * np.array(found.prediction) - 1)
    assert stretched.tau == pytest.approx(found.tau)


def test_equal_strata_have_no_variance_between_them_and_an_interval_of_some_width():
    found = between_strata(np.full(3, 0.8), np.full(3, 0.05), SHARE)
    assert found.tau == found.i_squared == 0 and found.mean == pytest.approx(0.8)
    error = 0.05 / (0.8 * 0.2) / np.sqrt(3)
    half = t.ppf(0.975, 2) * error
    assert found.limits == pytest.approx(expit(logit(0.8) + half * np.array([-1, 1])))
    assert found.prediction[0] < found.limits[0] < found.limits[1] < found.prediction[1]


def test_two_strata_predict_no_third_and_one_says_nothing_of_others():
    two = between_strata(np.array([0.7, 0.9]), np.array([0.02, 0.03]), SHARE)
    assert two.strata == 2 and two.tau > 0 and 0.7 < two.mean < 0.9
    assert np.isnan(two.prediction).all() and np.isfinite(two.limits).all()
    one = between_strata(np.array([0.7, 0.9]), np.array([0.02, np.nan]), SHARE)
    assert one.strata == 1
    assert np.isnan([one.mean, one.tau, one.i_squared, *one.limits, *one.prediction]).all()


def test_strata_without_a_value_or_an_error_and_those_at_a_limit_are_left_out():
    values = np.array([0.7, np.nan, 0.8, 1.0, 0.75, 0.0, 0.9])
    errors = np.array([0.05, 0.05, 0.04, 0.05, 0.06, 0.05, np.nan])
    kept = [0, 2, 4]
    assert between_strata(values, errors, SHARE) == between_strata(
        values[kept], errors[kept], SHARE
    )


def test_limits_of_an_error_stay_above_its_lowest_value():
    found = between_strata(np.array([1.0, 2.0, 6.0]), np.full(3, 0.2), (0.0, np.inf))
    assert found.prediction[0] == 0 < found.mean < found.prediction[1] < np.inf


def test_a_tiny_error_beside_a_large_difference_is_no_trouble():
    found = between_strata(np.array([1.0, 2.0, 3.0]), np.full(3, 1e-10), FREE)
    assert found.tau == pytest.approx(1) and found.i_squared == pytest.approx(1)
