"""Confidence intervals: of means over resampled splits, and of scores of test samples."""

from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit, ndtri, stdtrit

from omc.core.names import DEVELOPMENT
from omc.core.seeds import fit_seed

RESAMPLES = 2000
# Resamples are drawn in blocks of about this many numbers.
BLOCK = 2_000_000
# Values with 12 digits that differ by less are equal.
ROUNDING = 1e-10
NO_LIMITS = (np.nan, np.nan)
# With fewer samples or groups, an interval over them would not keep its coverage.
FEWEST_UNITS = 5


def corrected_error(values: np.ndarray, test_train_ratio: float) -> float:
    """Standard error of the mean of the values of J resampled splits.

    The variance is multiplied by 1/J + n_test/n_train, since training sets overlap (Nadeau &
    Bengio 2003, doi:10.1023/A:1024068626366). values: (J,) without NaN. NaN for J < 2, and if
    all values are equal: they do not show how much they can vary.
    """
    if len(values) < 2 or np.ptp(values) < ROUNDING:
        return np.nan
    return float(np.sqrt(np.var(values, ddof=1) * (1 / len(values) + test_train_ratio)))


def corrected_interval(values: np.ndarray, test_train_ratio: float, df: float, level: float = 0.95):
    """(mean, low, high) of the values of J resampled splits by the corrected resampled t.

    values: (J,) without NaN; df: degrees of freedom, see `design.Design`. NaN limits where
    `corrected_error` has no standard error.
    """
    if not len(values):
        return np.nan, np.nan, np.nan
    mean = float(np.mean(values))
    half = stdtrit(df, (1 + level) / 2) * corrected_error(values, test_train_ratio)
    return mean, mean - half, mean + half


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


def resampled_interval(
    estimate: float,
    resampled: np.ndarray,
    units: int,
    bounds,
    level: float = 0.95,
    trained_on: float | None = None,
):
    """(low, high) by Student's t, with the standard error of `cross_validated_error`.

    estimate: of all units, samples or groups; resampled: (B,) values of their resamples; bounds:
    lowest and highest value of the metric, infinite without a limit. A metric between two limits is
    taken to the logit scale, which keeps its interval between them. NaN limits below `FEWEST_UNITS`
    units, and if the values never vary.
    """
    error = cross_validated_error(resampled, units, trained_on)
    if np.isnan(error) or np.isnan(estimate):
        return NO_LIMITS
    half, (lowest, highest) = stdtrit(units - 1, (1 + level) / 2) * error, bounds
    if not np.isfinite([lowest, highest]).all():
        return float(max(estimate - half, lowest)), float(min(estimate + half, highest))
    width = highest - lowest
    share = (estimate - lowest) / width
    if not 0 < share < 1:
        return NO_LIMITS
    half /= width * share * (1 - share)
    return tuple(float(lowest + width * expit(logit(share) + sign * half)) for sign in (-1, 1))


def cross_validated_error(
    resampled: np.ndarray, units: int, trained_on: float | None = None
) -> float:
    """Standard error of a value that leave-one-out cross-validation of U units gives.

    resampled: (B,) values of resamples of the units; undefined ones do not count. Their variance
    divides by U, not by U - 1 (Efron & Tibshirani 1993, doi:10.1201/9780429246593), and knows
    nothing of the training sets, which overlap: 1/U becomes 1/U + n_test/n_train, with
    n_test/n_train = 1/(U - 1) (Nadeau & Bengio 2003, doi:10.1023/A:1024068626366). trained_on:
    number of training units where it is not U - 1, so that 1/trained_on is added: more for a
    stratum of the units, infinite for an external cohort. NaN below `FEWEST_UNITS` units, and if
    the values never vary.
    """
    resampled = resampled[np.isfinite(resampled)]
    if units < FEWEST_UNITS or len(resampled) < 2 or np.ptp(resampled) < ROUNDING:
        return np.nan
    inflation = units / (units - 1) * (1 + units / (trained_on or units - 1))
    return float(np.std(resampled, ddof=1) * np.sqrt(inflation))


def newcombe_variance(auc: float, positives: int, negatives: int) -> float:
    """Variance of a ROC AUC of samples tested once, by Hanley & McNeil's formula.

    In the variant for equal class sizes of Newcombe (2006, doi:10.1002/sim.2324).
    """
    half = (positives + negatives) / 2 - 1
    shape = 1 + half * (1 - auc) / (2 - auc) + half * auc / (1 + auc)
    return auc * (1 - auc) * shape / (positives * negatives)


def newcombe_interval(auc: float, positives: int, negatives: int, level: float = 0.95):
    """(low, high) of a ROC AUC, even of 0 or 1: method 5 of Newcombe (2006, doi:10.1002/sim.2324).

    At each limit, the AUC is z standard errors away, with the standard error that Hanley & McNeil's
    formula for equal class sizes gives at that limit.
    """
    z2 = ndtri((1 + level) / 2) ** 2

    def excess(value, distance):
        # Divided by the distance, so that an AUC of 0 or 1 is no solution of its own.
        return distance - z2 * newcombe_variance(value, positives, negatives) / distance

    below = brentq(lambda v: excess(v, auc - v), 0, auc - ROUNDING) if auc > 0 else 0.0
    above = brentq(lambda v: excess(v, v - auc), auc + ROUNDING, 1) if auc < 1 else 1.0
    return below, above


def tested_once(metric: str, estimate: float, counts: dict[str, int], level: float = 0.95):
    """(low, high, method) of a value of independent samples that were each tested once, or None.

    A proportion has the interval of Wilson (1927, doi:10.1080/01621459.1927.10502953), the ROC AUC
    of two classes that of `newcombe_interval`; other metrics have none. counts: {metric: number of
    units that it is a proportion of}.
    """
    if metric in counts:
        return *_wilson(estimate, counts[metric], level), "wilson"
    if metric == "roc_auc" and "sensitivity" in counts:
        sizes = counts["sensitivity"], counts["specificity"]
        return *newcombe_interval(estimate, *sizes, level), "newcombe"
    return None


def unit_counts(units, shares: dict) -> dict[str, int]:
    """{metric: number of units}; shares: {metric: (n,) which samples it is a proportion of}."""
    units = np.asarray(units)
    return {metric: len(np.unique(units[mask])) for metric, mask in shares.items()}


def sample_intervals(
    scored,
    units,
    shares: dict,
    seed: int,
    bounds: dict | None = None,
    level: float = 0.95,
    counted: Callable | None = None,
) -> dict[str, tuple]:
    """{metric: (estimate, low, high, method)} of predicted samples, never of zero width.

    By the percentile bootstrap, which is conditional on the fitted models: it covers the sampling
    of test samples, not of training samples (Efron & Tibshirani 1993, doi:10.1201/9780429246593,
    chapter 13). With `bounds` ({metric: (lowest, highest)}), of cross-validation in which each unit
    was left out once, by `resampled_interval`, which covers both. If every resample gives the same
    value, for example because all predictions are right, the bootstrap has seen no error, and the
    interval is that of `tested_once`, or there is none (NaN limits).

    scored: function from (B, n) weights to {metric: (B,)}, such as `pooled.Predicted.scored`;
    units: see `resamples`; shares: see `unit_counts`; counted: function from a metric to the number
    of units with a value and `trained_on` of `cross_validated_error`, if these are not all.
    """
    counts, all_units = unit_counts(units, shares), len(np.unique(units))
    resampled = [scored(weights) for weights in resamples(units, seed)]
    intervals = {}
    for metric, (estimate,) in scored(np.ones((1, len(units)))).items():
        values = np.concatenate([[], *(part[metric] for part in resampled)])
        n_units, trained_on = counted(metric) if counted else (all_units, None)
        if bounds:
            limits, method = (
                resampled_interval(
                    estimate, values, n_units, bounds[metric], trained_on=trained_on
                ),
                "bootstrap_t",
            )
        else:
            limits, method = percentile_interval(values, level), "bootstrap"
        if (
            np.isfinite(estimate)
            and np.isnan(limits[0])
            and (not bounds or n_units >= FEWEST_UNITS)
        ):
            *limits, method = tested_once(metric, estimate, counts) or (*limits, method)
        intervals[metric] = (float(estimate), *limits, method)
    return intervals


def _wilson(estimate, count, level) -> tuple[float, float]:
    # It loads scipy.stats.
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(estimate * count, count, alpha=1 - level, method="wilson")
    # For a share of 0 or 1, a limit may miss it by a rounding error.
    return float(min(low, estimate)), float(max(high, estimate))
