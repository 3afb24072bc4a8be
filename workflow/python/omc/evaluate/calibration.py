"""Calibration: whether an event happens as often as its predicted probability says."""

from statistics import NormalDist

import numpy as np
from statsmodels.nonparametric.smoothers_lowess import lowess

from omc.evaluate.predictions import Predictions
from omc.evaluate.scoring import score

# With fewer of either outcome, a slope is too uncertain to be of use.
FEWEST_EVENTS = 20
# Forests and neighbours give probabilities of 0 and 1, which have no logit.
CLIP = 1e-8
MOST_CLIPPED = 0.05
# Standard errors on each side of a 95 % interval.
WALD = NormalDist().inv_cdf(0.975)
# Share of the samples in a window of the smoothed calibration curve.
SPAN = 0.75


def event_of(part: Predictions) -> tuple[np.ndarray, np.ndarray]:
    """(n,) whether the event happened, and its predicted probability.

    With two classes the event is the positive one; with more, that the prediction is right.
    """
    if part.positive is not None:
        return part.truth == part.positive, part.prob[:, part.positive]
    return part.truth == part.predicted, part.prob[np.arange(len(part)), part.predicted]


def repeats_of(part: Predictions) -> dict[str, Predictions]:
    """Predictions by repeat, in the order of the repeats' names."""
    return dict(sorted(part.by("repeat")))


def clipped(prob) -> np.ndarray:
    """(n,) whether a probability is 0 or 1, to 8 digits."""
    prob = np.asarray(prob)
    return (prob < CLIP) | (prob > 1 - CLIP)


def clipping_matters(event, prob) -> bool:
    """Whether slope and intercept depend on where probabilities of 0 and 1 are clipped.

    A certain prediction that is wrong has an infinite logit on the wrong side: no line fits, and
    what is printed would be the number at which it was clipped. Certain predictions that are right
    barely enter the fit, as long as they are few: with more than 5 %, the line is of the others.
    """
    certain = clipped(prob)
    wrong = certain & (np.asarray(event, dtype=bool) != (np.asarray(prob) > 0.5))
    return bool(wrong.any() or certain.mean() > MOST_CLIPPED)


def calibration_errors(event, prob) -> tuple[float, float, float]:
    """(ICI, E50, E90): mean, median and 90th percentile of |observed - predicted| probability.

    The observed probability is the curve that local regression draws through the events, at each
    predicted probability; in small samples, its noise makes the errors of right probabilities
    larger than 0. Austin & Steyerberg 2019, doi:10.1002/sim.8281.
    """
    event, prob = np.asarray(event, dtype=float), np.asarray(prob, dtype=float)
    distinct, of = np.unique(prob, return_inverse=True)
    observed = np.bincount(of, event) / np.bincount(of)
    if len(distinct) > 3:
        # A window in which all probabilities are equal has no line, but a mean.
        with np.errstate(divide="ignore", invalid="ignore"):
            smooth = lowess(event, prob, frac=SPAN, it=0, xvals=distinct)
        observed = np.where(np.isfinite(smooth), np.clip(smooth, 0, 1), observed)
    errors = np.abs(observed[of] - prob)
    return float(errors.mean()), float(np.median(errors)), float(np.quantile(errors, 0.9))


def calibration_line(event, prob) -> dict[str, tuple]:
    """Slope and intercept, each as (estimate, low, high) with Wald's 95 % limits.

    slope: from a logistic regression of the event on the logit of its probability; below 1, the
    predictions are too extreme. NaN with fewer than 20 events or non-events, and if the
    probabilities separate the two or are all the same. intercept: with the slope fixed at 1
    (calibration in the large); below 0, the probabilities are too high. NaN if only one outcome
    occurred. Both are NaN where `clipping_matters`. Cox 1958, doi:10.1093/biomet/45.3-4.562; Van
    Calster et al. 2019, doi:10.1186/s12916-019-1466-7.
    """
    matters = clipping_matters(event, prob)
    event, prob = np.asarray(event, dtype=float), np.clip(prob, CLIP, 1 - CLIP)
    logit = np.log(prob / (1 - prob))
    constant, undefined = np.ones((len(event), 1)), (np.nan, np.nan, np.nan)
    lines = {"slope": undefined, "intercept": undefined}
    if matters:
        return lines
    happened, not_happened = logit[event == 1], logit[event == 0]
    fewest = min(len(happened), len(not_happened))
    if fewest > 0:
        lines["intercept"] = _logistic(event, constant, logit)
    if fewest >= FEWEST_EVENTS and not (
        happened.min() >= not_happened.max() or not_happened.min() >= happened.max()
    ):
        lines["slope"] = _logistic(event, np.column_stack([logit, constant]), 0 * logit)
    return lines


def _logistic(event, columns, offset) -> tuple[float, float, float]:
    """(estimate, low, high) of the first coefficient of a logistic regression, by Newton steps."""

    def likelihood(beta):
        linear = offset + columns @ beta
        return (event * linear - np.logaddexp(0, linear)).sum()

    beta = np.zeros(columns.shape[1])
    for _ in range(100):
        # Written so that no probability overflows.
        expected = np.exp(-np.logaddexp(0, -(offset + columns @ beta)))
        information = columns.T @ (columns * (expected * (1 - expected))[:, None])
        step = np.linalg.solve(information, columns.T @ (event - expected))
        while likelihood(beta + step) < likelihood(beta) and np.abs(step).max() > 1e-12:
            step = step / 2
        beta = beta + step
        if np.abs(step).max() < 1e-12 * (1 + np.abs(beta).max()):
            break
    half = WALD * np.sqrt(np.linalg.inv(information)[0, 0])
    return float(beta[0]), float(beta[0] - half), float(beta[0] + half)


def calibration_rows(part: Predictions) -> list[list]:
    """Rows of calibration.csv from `repeat` on."""
    rows = []
    for repeat, predictions in repeats_of(part).items():
        event, prob = event_of(predictions)
        line = calibration_line(event, prob)
        brier = score(predictions, ["brier"])["brier"]
        fewest = int(min(event.sum(), (~event).sum()))
        errors = calibration_errors(event, prob)
        share = float(clipped(prob).mean())
        rows.append([repeat, *line["slope"], *line["intercept"], brier, fewest, share, *errors])
    return rows
