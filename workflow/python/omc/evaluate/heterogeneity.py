"""Heterogeneity between strata: how much a metric varies, and what to expect in a new stratum."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit
from scipy.stats import t
from statsmodels.stats.meta_analysis import combine_effects

from omc.evaluate.intervals import NO_LIMITS

# An interval for a new stratum needs the variance between strata: two do not show it.
FEWEST_STRATA = 3
# Newton steps towards tau²: each doubles it at least, from a variance within a stratum.
STEPS = 200


@dataclass(frozen=True)
class Heterogeneity:
    """A random-effects meta-analysis of k strata; NaN where they are too few.

    mean: of all strata that there could be, on the scale of the metric, as are its limits and those
    of the interval for a new stratum; tau: standard deviation of the true values of the strata, on
    the logit scale if the metric has two limits; i_squared: share of the variance between the
    estimates that is not sampling error.
    """

    strata: int
    mean: float = np.nan
    limits: tuple[float, float] = NO_LIMITS
    tau: float = np.nan
    i_squared: float = np.nan
    prediction: tuple[float, float] = NO_LIMITS


def between_strata(
    estimates: np.ndarray, errors: np.ndarray, bounds: tuple[float, float], level: float = 0.95
) -> Heterogeneity:
    """The meta-analysis of (k,) estimates with (k,) standard errors, in the metric's unit.

    bounds: lowest and highest value of the metric, infinite without a limit; between two limits,
    the strata are compared on the logit scale, where they are closer to a normal distribution
    (Snell et al. 2018, doi:10.1177/0962280217705678). Without an error, or at a limit, where the
    logit is infinite, a stratum is left out.

    tau² is that of Paule & Mandel (1982, doi:10.6028/jres.087.022). The mean has the interval of
    Hartung & Knapp (2001, doi:10.1002/sim.791) and Sidik & Jonkman, with a scale of at least 1
    (Röver et al. 2015, doi:10.1186/s12874-015-0091-1): strata that happen to agree would else have
    an interval of no width. Paule and Mandel's tau² makes the scale 1 unless tau is 0, so that the
    error is the usual one, with Student's t for k - 1 degrees of freedom. The prediction interval
    has k - 2 (Higgins et al. 2009, doi:10.1111/j.1467-985X.2008.00552.x), and at least
    `FEWEST_STRATA` strata.
    """
    effects, errors = _to_scale(estimates, errors, bounds)
    used = np.isfinite(effects) & np.isfinite(errors)
    k = int(used.sum())
    if k < 2:
        return Heterogeneity(k)
    # Without any difference, H² is 0 and I² undefined.
    with np.errstate(divide="ignore"):
        found = combine_effects(effects[used], errors[used] ** 2, method_re="pm", maxiter=STEPS)
    mean, error = float(found.mean_effect_re), float(found.sd_eff_w_re)

    def limits(df: int, deviation: float) -> tuple[float, float]:
        half = t.ppf((1 + level) / 2, df) * deviation
        low, high = _from_scale(np.array([mean - half, mean + half]), bounds)
        return float(low), float(high)

    return Heterogeneity(
        strata=k,
        mean=float(_from_scale(mean, bounds)),
        limits=limits(k - 1, error),
        tau=float(np.sqrt(found.tau2)),
        i_squared=max(0.0, float(found.i2)),
        prediction=(
            limits(k - 2, np.hypot(found.sd_eff_w_re, np.sqrt(found.tau2)))
            if k >= FEWEST_STRATA
            else NO_LIMITS
        ),
    )


def _to_scale(estimates, errors, bounds):
    """Estimates and errors on the logit scale, if there are two limits (delta method)."""
    lowest, highest = bounds
    if not np.isfinite([lowest, highest]).all():
        return estimates, errors
    share = (estimates - lowest) / (highest - lowest)
    share = np.where((share > 0) & (share < 1), share, np.nan)
    return logit(share), errors / ((highest - lowest) * share * (1 - share))


def _from_scale(values, bounds):
    """Values back on the metric's own scale, within its limits."""
    lowest, highest = bounds
    if np.isfinite([lowest, highest]).all():
        return lowest + (highest - lowest) * expit(values)
    return np.clip(values, lowest, highest)
