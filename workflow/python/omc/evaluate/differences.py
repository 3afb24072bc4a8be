"""Tests of the difference between two models."""

import numpy as np
from scipy.special import stdtr, stdtrit
from statsmodels.stats.multitest import multipletests

from omc.evaluate.intervals import (
    NO_LIMITS,
    ROUNDING,
    corrected_error,
    corrected_interval,
    cross_validated_error,
)


def corrected_t(differences: np.ndarray, test_train_ratio: float, df: float):
    """(mean, low, high, p) of paired differences of J splits: Nadeau & Bengio's corrected t.

    See `intervals.corrected_interval`. differences: (J,) without NaN. If J < 2, or if all
    differences are equal, they do not show how much they can vary: limits and p are NaN; but p is 1
    if all are zero.
    """
    mean, low, high = corrected_interval(differences, test_train_ratio, df)
    if len(differences) > 1 and abs(mean) < ROUNDING and np.isnan(low):
        return 0.0, low, high, 1.0
    error = corrected_error(differences, test_train_ratio)
    return mean, low, high, float(2 * stdtr(df, -abs(mean) / error))


def correlated_t(
    differences: np.ndarray, test_train_ratio: float, df: float, rope: float, smaller: bool
):
    """(P(a better), P(equivalent), P(b better)) by the Bayesian correlated t-test.

    The posterior of the mean difference under the correlation that overlapping training sets cause
    (Corani & Benavoli 2015, doi:10.1007/s10994-015-5486-z), by baycomp. differences: (J,), a minus
    b; df: see `corrected_t`; rope: half the width of the region of practical equivalence; smaller:
    whether a smaller value is better. Models that are equal on all splits are equivalent. NaN if
    there is no rope, or if other differences never vary: they then do not show how equal the models
    are.
    """
    if len(differences) > 1 and np.abs(differences).max() < ROUNDING:
        return 0.0, 1.0, 0.0
    error = corrected_error(differences, test_train_ratio)
    if np.isnan(error) or np.isnan(rope):
        return (np.nan,) * 3
    # It loads scipy.stats, which takes longer than most of these tests.
    from baycomp.single import Posterior

    below, *_, above = Posterior(differences.mean(), error**2, df, rope).probs()
    a_better, b_better = (below, above) if smaller else (above, below)
    return float(a_better), float(max(0.0, 1 - below - above)), float(b_better)


def bootstrap_difference(
    difference: float, resampled: np.ndarray, units: int, trained_on: int | None = None
):
    """(difference, low, high, p) of two models' pooled predictions by the bootstrap.

    resampled: (B,) differences in the resamples, NaN if undefined; units: number of samples or
    groups that were drawn and have a value; trained_on: see `intervals.cross_validated_error`.
    Student's t with units - 1 degrees of freedom and the standard error of
    `intervals.cross_validated_error` replaces percentiles, which are too narrow for few groups and,
    with B resamples, cannot give a p-value that survives the adjustment for many pairs. If the
    differences never vary, or there are too few units, limits and p are NaN; but p is 1 if all are
    zero.
    """
    resampled = resampled[np.isfinite(resampled)]
    if np.isnan(difference) or not len(resampled):
        return difference, *NO_LIMITS, np.nan
    if np.ptp(resampled) < ROUNDING and abs(difference) < ROUNDING:
        return difference, *NO_LIMITS, 1.0
    error = cross_validated_error(resampled, units, trained_on)
    half = stdtrit(units - 1, 0.975) * error
    p = float(2 * stdtr(units - 1, -abs(difference) / error))
    return difference, difference - half, difference + half, p


def holm(p_values) -> np.ndarray:
    """P-values, adjusted for all that are defined (Holm 1979); NaN stays NaN."""
    p_values = np.array(p_values, dtype=float)
    defined = np.isfinite(p_values)
    if defined.any():
        p_values[defined] = multipletests(p_values[defined], method="holm")[1]
    return p_values
