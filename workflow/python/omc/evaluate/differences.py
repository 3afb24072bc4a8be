"""Tests of the difference between two models."""

import numpy as np
from baycomp.single import Posterior
from scipy.stats import t
from statsmodels.stats.multitest import multipletests

from omc.evaluate.intervals import NO_LIMITS, ROUNDING, corrected_error, corrected_interval


def corrected_t(differences: np.ndarray, test_train_ratio: float):
    """(mean, low, high, p) of paired differences of J splits: Nadeau & Bengio's corrected t.

    See `intervals.corrected_error`. differences: (J,) without NaN. If J < 2, limits and p are NaN.
    If all differences are equal, there are no limits. If they are all zero, p is 1; otherwise t is
    infinite, and p is 2^(1 - J), that of the sign test on independent splits. This is only a lower
    bound, because overlapping splits carry less evidence.
    """
    count = len(differences)
    mean, low, high = corrected_interval(differences, test_train_ratio)
    if count < 2:
        return mean, low, high, np.nan
    if abs(mean) < ROUNDING and np.isnan(low):
        return 0.0, low, high, 1.0
    error = corrected_error(differences, test_train_ratio)
    p = 2.0 ** (1 - count) if np.isnan(error) else 2 * t.sf(abs(mean) / error, count - 1)
    return mean, low, high, float(p)


def correlated_t(differences: np.ndarray, test_train_ratio: float, rope: float, smaller: bool):
    """(P(a better), P(equivalent), P(b better)) by the Bayesian correlated t-test.

    The posterior of the mean difference under the correlation that overlapping training sets cause
    (Corani & Benavoli 2015, doi:10.1007/s10994-015-5486-z), by baycomp. differences: (J,), a minus
    b; rope: half the width of the region of practical equivalence; smaller: whether a smaller value
    is better. NaN if the differences never vary: they then do not show how equal the models are.
    """
    error = corrected_error(differences, test_train_ratio)
    if np.isnan(error):
        return (np.nan,) * 3
    below, *_, above = Posterior(differences.mean(), error**2, len(differences) - 1, rope).probs()
    a_better, b_better = (below, above) if smaller else (above, below)
    return float(a_better), float(max(0.0, 1 - below - above)), float(b_better)


def bootstrap_difference(difference: float, resampled: np.ndarray, units: int):
    """(difference, low, high, p) of two models' pooled predictions by the bootstrap.

    resampled: (B,) differences in the resamples, NaN if undefined; units: number of samples or
    groups that were drawn. The standard error is the standard deviation of the resampled
    differences times sqrt(units / (units - 1)), because the bootstrap variance of a mean divides by
    the number of units, not by one less (Efron & Tibshirani 1993, doi:10.1201/9780429246593).
    Student's t with units - 1 degrees of freedom replaces percentiles, which are too narrow for few
    groups and, with B resamples, cannot give a p-value that survives the adjustment for many pairs.
    If the differences never vary, see `corrected_t`.
    """
    resampled = resampled[np.isfinite(resampled)]
    if units < 2 or len(resampled) < 2 or np.isnan(difference):
        return difference, *NO_LIMITS, np.nan
    if np.ptp(resampled) < ROUNDING:
        return difference, *NO_LIMITS, 1.0 if abs(difference) < ROUNDING else 2.0 ** (1 - units)
    error = float(np.std(resampled, ddof=1) * np.sqrt(units / (units - 1)))
    half = t.ppf(0.975, units - 1) * error
    p = float(2 * t.sf(abs(difference) / error, units - 1))
    return difference, difference - half, difference + half, p


def holm(p_values) -> np.ndarray:
    """P-values, adjusted for all that are defined (Holm 1979); NaN stays NaN."""
    p_values = np.array(p_values, dtype=float)
    defined = np.isfinite(p_values)
    if defined.any():
        p_values[defined] = multipletests(p_values[defined], method="holm")[1]
    return p_values
