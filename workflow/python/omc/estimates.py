"""What a model can be expected to score, with an interval that is right for overlapping folds."""

import numpy as np
from scipy.stats import t


def corrected_interval(values: np.ndarray, test_train_ratio: float, level: float = 0.95):
    """(mean, low, high) of the values of J resampled splits by the corrected resampled t.

    The variance is multiplied by 1/J + n_test/n_train, since training sets overlap (Nadeau &
    Bengio 2003, doi:10.1023/A:1024068626366). values: (J,) without NaN; NaN limits for J < 2.
    """
    count = len(values)
    if not count:
        return np.nan, np.nan, np.nan
    mean = float(np.mean(values))
    if count < 2:
        return mean, np.nan, np.nan
    spread = np.sqrt(np.var(values, ddof=1) * (1 / count + test_train_ratio))
    half = t.ppf((1 + level) / 2, count - 1) * spread
    return mean, mean - half, mean + half
