"""Which differences between two models the data support."""

import numpy as np
from baycomp.single import Posterior
from scipy.stats import t
from statsmodels.stats.multitest import multipletests

from omc.evaluate.intervals import NONE, ROUNDING, corrected_error, corrected_interval


def corrected_t(differences: np.ndarray, test_train_ratio: float):
    """(mean, low, high, p) of paired differences of J splits: Nadeau & Bengio's corrected t.

    See `intervals.corrected_error`. differences: (J,) without NaN; no limits and no p (NaN) for
    J < 2. Where all are zero, p is 1. Where all are equal otherwise, t is infinite: p is then
    2^(1 - J), that of the sign test on independent splits. Splits that overlap show less, so it is
    a lower bound only. No limits in both.
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
    is better. NaN where the differences never vary: of two models that are always right one does
    not know how equal they are.
    """
    error = corrected_error(differences, test_train_ratio)
    if np.isnan(error):
        return (np.nan,) * 3
    below, *_, above = Posterior(differences.mean(), error**2, len(differences) - 1, rope).probs()
    a_better, b_better = (below, above) if smaller else (above, below)
    return float(a_better), float(max(0.0, 1 - below - above)), float(b_better)


def bootstrap_difference(difference: float, drawn: np.ndarray, units: int):
    """(difference, low, high, p) of two models' pooled predictions by the bootstrap.

    drawn: (B,) differences in the resamples, NaN where undefined: their standard deviation, times
    sqrt(units / (units - 1)), is the standard error, as a bootstrap's variance of a mean divides by
    the number of units and not by one less (Efron & Tibshirani 1993, doi:10.1201/9780429246593);
    units: how many samples or groups were drawn. Student's t with units - 1 degrees of freedom
    takes the place of the percentiles: these are too narrow for few groups, and B of them cannot
    show a p-value that survives the adjustment for many pairs. Where the differences never vary as
    in `corrected_t`.
    """
    drawn = drawn[np.isfinite(drawn)]
    if units < 2 or len(drawn) < 2 or np.isnan(difference):
        return difference, *NONE, np.nan
    if np.ptp(drawn) < ROUNDING:
        return difference, *NONE, 1.0 if abs(difference) < ROUNDING else 2.0 ** (1 - units)
    error = float(np.std(drawn, ddof=1) * np.sqrt(units / (units - 1)))
    half = t.ppf(0.975, units - 1) * error
    p = float(2 * t.sf(abs(difference) / error, units - 1))
    return difference, difference - half, difference + half, p


def holm(p_values) -> np.ndarray:
    """P-values adjusted for all that are defined (Holm 1979); NaN stays NaN."""
    p_values = np.array(p_values, dtype=float)
    known = np.isfinite(p_values)
    if known.any():
        p_values[known] = multipletests(p_values[known], method="holm")[1]
    return p_values
