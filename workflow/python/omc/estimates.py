"""What a model can be expected to score, with an interval that is right for its resampling."""

import numpy as np
from scipy.stats import t
from statsmodels.stats.proportion import proportion_confint

# Each sample is tested once, in sets too small or too unequal to score one by one: all predictions
# are scored together.
POOLED_SCHEMES = ("leave_one_out", "leave_one_group_out")
RESAMPLES = 2000
# Resamples are drawn in blocks of about this many numbers.
BLOCK = 2_000_000
# Values with 12 digits that differ by less are equal.
ROUNDING = 1e-10


def corrected_error(values: np.ndarray, test_train_ratio: float) -> float:
    """Standard error of the mean of the values of J resampled splits, for Student's t with J - 1.

    The variance is multiplied by 1/J + n_test/n_train, since training sets overlap (Nadeau &
    Bengio 2003, doi:10.1023/A:1024068626366). values: (J,) without NaN. NaN for J < 2, and where
    all values are equal: what never varied does not tell how much it can.
    """
    if len(values) < 2 or np.ptp(values) < ROUNDING:
        return np.nan
    return float(np.sqrt(np.var(values, ddof=1) * (1 / len(values) + test_train_ratio)))


def corrected_interval(values: np.ndarray, test_train_ratio: float, level: float = 0.95):
    """(mean, low, high) of the values of J resampled splits by the corrected resampled t.

    values: (J,) without NaN. NaN limits where `corrected_error` has no standard error.
    """
    if not len(values):
        return np.nan, np.nan, np.nan
    mean = float(np.mean(values))
    half = t.ppf((1 + level) / 2, len(values) - 1) * corrected_error(values, test_train_ratio)
    return mean, mean - half, mean + half


def test_train_ratio(splits) -> float:
    """Mean of n_test / n_train over the cross-validation splits, each sample counted once.

    splits: table of splits.csv.
    """
    ordinary = splits[splits["split"] != "final"]
    count = ordinary.groupby(["split", "role"])["sample"].nunique().unstack()
    return float((count["test"] / count["train"]).mean())


def bootstrap_interval(scored, units, seed: int, level: float = 0.95) -> dict[str, tuple]:
    """{metric: (estimate, low, high)} of predicted samples by the percentile bootstrap.

    scored: gives {metric: (B,)} for (B, n) weights, as
    `partial(scoring.scores, task, truth, predicted, prob, classes, positive)` does; units: (n,)
    what is drawn with replacement: the samples, or groups, whose samples then stay together.
    Resamples in which a metric is undefined do not count; NaN limits where there is only one unit.
    The interval is conditional on the fitted models: it tells the chance of the test samples, not
    of the training samples (Efron & Tibshirani 1993, doi:10.1201/9780429246593, chapter 13).
    """
    unit = np.unique(units, return_inverse=True)[1]
    count = unit.max() + 1
    estimates = scored(np.ones((1, len(unit))))
    drawn = {metric: [] for metric in estimates}
    rng = np.random.default_rng(seed)
    step = max(1, BLOCK // len(unit))
    for first in range(0, RESAMPLES if count > 1 else 0, step):
        rows = min(step, RESAMPLES - first)
        chosen = rng.integers(count, size=(rows, count)) + count * np.arange(rows)[:, None]
        times = np.bincount(chosen.ravel(), minlength=rows * count).reshape(rows, count)
        for metric, resampled in scored(times[:, unit].astype(float)).items():
            drawn[metric].append(resampled)
    edges = [(1 - level) / 2, (1 + level) / 2]
    intervals = {}
    for metric, estimate in estimates.items():
        values = np.concatenate([[], *drawn[metric]])
        values = values[np.isfinite(values)]
        limits = np.quantile(values, edges) if len(values) else [np.nan, np.nan]
        intervals[metric] = (float(estimate[0]), float(limits[0]), float(limits[1]))
    return intervals


def sample_intervals(scored, units, of: dict, seed: int, level: float = 0.95) -> dict[str, tuple]:
    """{metric: (estimate, low, high, method)}: `bootstrap_interval`, but never of zero width.

    Where every resample gives the same value, as when all samples are right, the bootstrap knows
    nothing of the error that it has not met. A proportion then has the interval of Wilson (1927,
    doi:10.1080/01621459.1927.10502953), with the number of its units as its n; any other metric
    has no interval (NaN limits). of: {metric: (n,) which samples it is a proportion of}; for the
    others see there.
    """
    units, intervals = np.asarray(units), {}
    for metric, found in bootstrap_interval(scored, units, seed, level).items():
        estimate, low, high = found
        if low < high:
            intervals[metric] = (*found, "bootstrap")
            continue
        low = high = np.nan
        method = "bootstrap"
        if metric in of and np.isfinite(estimate):
            n = len(np.unique(units[of[metric]]))
            low, high = proportion_confint(estimate * n, n, alpha=1 - level, method="wilson")
            # Of none or all the limit misses 0 or 1 by a rounding error.
            low, high = min(low, estimate), max(high, estimate)
            method = "wilson"
        intervals[metric] = (estimate, float(low), float(high), method)
    return intervals
