"""Which differences between two models the data support."""

from itertools import combinations

import numpy as np
from scipy.stats import t
from statsmodels.stats.multitest import multipletests

from omc.estimates import ROUNDING, corrected_error, corrected_interval


def corrected_t(differences: np.ndarray, test_train_ratio: float):
    """(mean, low, high, p) of paired differences of J splits: Nadeau & Bengio's corrected t.

    See `estimates.corrected_error`. differences: (J,) without NaN; no limits and no p (NaN) for
    J < 2. Where all are zero, p is 1. Where all are equal otherwise, t is infinite: p is then
    2^(1 - J), that of the sign test, the least that so many signs can show. No limits in both.
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


def holm(p_values) -> np.ndarray:
    """P-values adjusted for all that are defined (Holm 1979); NaN stays NaN."""
    p_values = np.array(p_values, dtype=float)
    known = np.isfinite(p_values)
    if known.any():
        p_values[known] = multipletests(p_values[known], method="holm")[1]
    return p_values


def pairs(values: np.ndarray):
    """(a, b, differences) of every two of M models, on the splits where both have a value.

    values: (J, M), NaN where a model has none; differences: a minus b.
    """
    for a, b in combinations(range(values.shape[1]), 2):
        differences = values[:, a] - values[:, b]
        yield a, b, differences[np.isfinite(differences)]
