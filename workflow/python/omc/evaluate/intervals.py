"""Intervals that suit their resampling: of means over splits, and of scores of samples."""

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm, t
from statsmodels.stats.proportion import proportion_confint

from omc.core.names import DEVELOPMENT
from omc.core.seeds import fit_seed

RESAMPLES = 2000
# Resamples are drawn in blocks of about this many numbers.
BLOCK = 2_000_000
# Values with 12 digits that differ by less are equal.
ROUNDING = 1e-10
NONE = (np.nan, np.nan)


def corrected_error(values: np.ndarray, test_train_ratio: float) -> float:
    """Standard error of the mean of the values of J resampled splits, for Student's t with J - 1.

    The variance is multiplied by 1/J + n_test/n_train, since training sets overlap (Nadeau &
    Bengio 2003, doi:10.1023/A:1024068626366). values: (J,) without NaN. NaN for J < 2, and where
    all values are equal: values that never varied do not show how much they can.
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


def bootstrap_seed(seed: int, dataset: str, cohort: str = DEVELOPMENT) -> int:
    """The seed of the `resamples` of a data set's samples, so that all use the same ones."""
    return fit_seed(seed, dataset, "", "", cohort, "bootstrap")


def resamples(units, seed: int, count: int = RESAMPLES):
    """Yield blocks of (B, n) weights: how often each of n samples stands in each of the resamples.

    units: (n,) what is drawn with replacement: the samples, or groups, whose samples then stay
    together. Nothing is drawn of a single unit.
    """
    unit = np.unique(units, return_inverse=True)[1]
    units = unit.max() + 1
    rng = np.random.default_rng(seed)
    step = max(1, BLOCK // len(unit))
    for first in range(0, count if units > 1 else 0, step):
        rows = min(step, count - first)
        chosen = rng.integers(units, size=(rows, units)) + units * np.arange(rows)[:, None]
        times = np.bincount(chosen.ravel(), minlength=rows * units).reshape(rows, units)
        yield times[:, unit].astype(float)


def percentile_interval(values, level: float = 0.95) -> tuple[float, float]:
    """Percentile interval of (B,) resampled values; those that are undefined do not count.

    NaN limits where they would be equal: the bootstrap then has seen no error at all.
    """
    values = np.asarray(values)[np.isfinite(values)]
    if not len(values):
        return NONE
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return (float(low), float(high)) if high - low > ROUNDING else NONE


def bootstrap_interval(scored, units, seed: int, level: float = 0.95) -> dict[str, tuple]:
    """{metric: (estimate, low, high)} of predicted samples by the percentile bootstrap.

    scored: gives {metric: (B,)} for (B, n) weights, as `pooled.Predicted.scored` does; units: see
    `resamples`. NaN limits where there is only one unit. The interval is conditional on the fitted
    models: it covers the chance of the test samples, not of the training samples (Efron &
    Tibshirani 1993, doi:10.1201/9780429246593, chapter 13).
    """
    estimates = scored(np.ones((1, len(units))))
    drawn = [scored(weights) for weights in resamples(units, seed)]
    return {
        metric: (
            float(estimate[0]),
            *percentile_interval(np.concatenate([[], *(v[metric] for v in drawn)]), level),
        )
        for metric, estimate in estimates.items()
    }


def newcombe_interval(auc: float, positives: int, negatives: int, level: float = 0.95):
    """(low, high) of a ROC AUC, also of 0 and 1: method 5 of Newcombe (2006, doi:10.1002/sim.2324).

    The limits are the values from which the AUC is as far away as their own standard error, by
    Hanley & McNeil's formula with equal numbers of both classes, allows.
    """
    z2 = norm.ppf((1 + level) / 2) ** 2
    half = (positives + negatives) / 2 - 1

    def excess(value, distance):
        shape = 1 + half * (1 - value) / (2 - value) + half * value / (1 + value)
        # Divided by the distance, so that an AUC of 0 or 1 is no solution of its own.
        variance = value * (1 - value) * shape / (positives * negatives)
        return distance - z2 * variance / distance

    below = brentq(lambda v: excess(v, auc - v), 0, auc - ROUNDING) if auc > 0 else 0.0
    above = brentq(lambda v: excess(v, v - auc), auc + ROUNDING, 1) if auc < 1 else 1.0
    return below, above


def sample_intervals(
    scored, units, shares: dict, seed: int, agreed: dict | None = None, level: float = 0.95
) -> dict[str, tuple]:
    """{metric: (estimate, low, high, method)}: `bootstrap_interval`, but never of zero width.

    Where every resample gives the same value, as when all samples are right, the bootstrap has seen
    no error at all. A proportion then has the interval of Wilson (1927,
    doi:10.1080/01621459.1927.10502953), the ROC AUC of two classes that of `newcombe_interval`,
    both by numbers of units; any other metric has no interval (NaN limits). Those two have these
    intervals too where all splits of cross-validation gave the same value, which is then the
    estimate: the bootstrap is of the pooled predictions, whose value is another one.

    shares: {metric: (n,) which samples it is a proportion of}; agreed: {metric: the value of all
    splits}; for the others see there.
    """
    units, agreed = np.asarray(units), agreed or {}
    counts = {metric: len(np.unique(units[mask])) for metric, mask in shares.items()}
    intervals = {}
    for metric, bootstrap in bootstrap_interval(scored, units, seed, level).items():
        estimate = agreed.get(metric, bootstrap[0])
        if not np.isfinite(estimate) or (np.isfinite(bootstrap[1]) and metric not in agreed):
            intervals[metric] = (*bootstrap, "bootstrap")
        elif metric in counts:
            limits = _wilson(estimate, counts[metric], level)
            intervals[metric] = (estimate, *limits, "wilson")
        elif metric == "roc_auc" and "sensitivity" in counts:
            both = counts["sensitivity"], counts["specificity"]
            intervals[metric] = (estimate, *newcombe_interval(estimate, *both, level), "newcombe")
        else:
            intervals[metric] = (*bootstrap, "bootstrap")
    return intervals


def _wilson(estimate, count, level) -> tuple[float, float]:
    low, high = proportion_confint(estimate * count, count, alpha=1 - level, method="wilson")
    # Of none or all the limit misses 0 or 1 by a rounding error.
    return float(min(low, estimate)), float(max(high, estimate))
