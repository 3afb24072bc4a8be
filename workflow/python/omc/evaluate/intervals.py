"""Confidence intervals: of means over resampled splits, and of scores of test samples."""

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
NO_LIMITS = (np.nan, np.nan)


def corrected_error(values: np.ndarray, test_train_ratio: float) -> float:
    """Standard error of the mean of the values of J resampled splits, for Student's t with J - 1.

    The variance is multiplied by 1/J + n_test/n_train, since training sets overlap (Nadeau &
    Bengio 2003, doi:10.1023/A:1024068626366). values: (J,) without NaN. NaN for J < 2, and if
    all values are equal: they do not show how much they can vary.
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
    """The seed of a data set's `resamples`: all models are scored on the same ones."""
    return fit_seed(seed, dataset, "", "", cohort, "bootstrap")


def resamples(units, seed: int, count: int = RESAMPLES):
    """Yield blocks of (B, n) weights: how often each of n samples is in each resample.

    units: (n,) what is drawn with replacement: samples, or groups, whose samples stay together.
    Yields nothing for a single unit.
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
    """Percentile interval of (B,) resampled values; undefined ones do not count.

    NaN limits if they would be equal: then no resample contained an error.
    """
    values = np.asarray(values)[np.isfinite(values)]
    if not len(values):
        return NO_LIMITS
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return (float(low), float(high)) if high - low > ROUNDING else NO_LIMITS


def bootstrap_interval(scored, units, seed: int, level: float = 0.95) -> dict[str, tuple]:
    """{metric: (estimate, low, high)} of predicted samples, by the percentile bootstrap.

    scored: function from (B, n) weights to {metric: (B,)}, such as `pooled.Predicted.scored`;
    units: see `resamples`. NaN limits if there is only one unit. The interval is conditional on the
    fitted models: it covers the sampling of test samples, not of training samples (Efron &
    Tibshirani 1993, doi:10.1201/9780429246593, chapter 13).
    """
    estimates = scored(np.ones((1, len(units))))
    resampled = [scored(weights) for weights in resamples(units, seed)]
    return {
        metric: (
            float(estimate[0]),
            *percentile_interval(np.concatenate([[], *(v[metric] for v in resampled)]), level),
        )
        for metric, estimate in estimates.items()
    }


def newcombe_interval(auc: float, positives: int, negatives: int, level: float = 0.95):
    """(low, high) of a ROC AUC, even of 0 or 1: method 5 of Newcombe (2006, doi:10.1002/sim.2324).

    At each limit, the AUC is z standard errors away, with the standard error that Hanley & McNeil's
    formula for equal class sizes gives at that limit.
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

    If every resample gives the same value, for example because all predictions are right, the
    bootstrap has seen no error. A proportion then gets the interval of Wilson (1927,
    doi:10.1080/01621459.1927.10502953), the ROC AUC of two classes that of `newcombe_interval`,
    both with the number of units as n; any other metric has no interval (NaN limits). Both also get
    these intervals if all splits of cross-validation gave the same value. That value is then the
    estimate, because the bootstrap is of the pooled predictions, whose value may differ.

    shares: {metric: (n,) which samples it is a proportion of}; agreed: {metric: the value of all
    splits}; other arguments: see `bootstrap_interval`.
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
            class_sizes = counts["sensitivity"], counts["specificity"]
            intervals[metric] = (
                estimate,
                *newcombe_interval(estimate, *class_sizes, level),
                "newcombe",
            )
        else:
            intervals[metric] = (*bootstrap, "bootstrap")
    return intervals


def _wilson(estimate, count, level) -> tuple[float, float]:
    low, high = proportion_confint(estimate * count, count, alpha=1 - level, method="wilson")
    # For a share of 0 or 1, a limit may miss it by a rounding error.
    return float(min(low, estimate)), float(max(high, estimate))
