"""Tuning metrics: the value of a candidate on an inner fold (twin: losses.R, equal to 1e-9)."""

import numpy as np

from omc.core.errors import UserError
from omc.core.survival import Censoring, comparable, concordant, horizon_weights, squared_errors

LARGER_IS_BETTER = {"accuracy", "balanced_accuracy", "concordance"}


def tuning_value(
    metric: str, truth: np.ndarray, predicted: np.ndarray, prob, training=None, horizons=None
) -> float:
    """Value of `metric` on one inner fold.

    truth, predicted: (n,) class indices 0..K-1, or numbers in a regression. prob: (n, K)
    probabilities, None in a regression; one-hot labels if a model has no probabilities.
    brier: mean over samples of the squared distance to the one-hot truth, halved for two classes.
    log_loss: natural logarithm, probabilities clipped at 1e-15.
    In a survival analysis: truth, training: outcomes of the fold and of its training samples;
    predicted: risks; prob: (n, H) probabilities of surviving the horizons (H,), or None.
    concordance: Harrell's, 0.5 where no two samples can be compared; integrated_brier: the Brier
    score with weights for censoring, integrated over the horizons.
    """
    if metric == "concordance":
        pairs = comparable(truth)
        return float((pairs * concordant(predicted)).sum() / pairs.sum()) if pairs.any() else 0.5
    if metric == "integrated_brier":
        if prob is None:
            raise UserError(
                "the model has no survival probabilities: set tuning.metric.survival: concordance"
            )
        censoring = Censoring(training)
        own, later = censoring.at(truth["time"]), censoring.at(horizons)
        errors = squared_errors(truth, prob, horizons, own, later)
        return float(errors.mean(axis=0) @ horizon_weights(horizons))
    if metric == "rmse":
        return float(np.sqrt(np.mean((predicted - truth) ** 2)))
    if metric == "mae":
        return float(np.mean(np.abs(predicted - truth)))
    if metric == "accuracy":
        return float(np.mean(predicted == truth))
    if metric == "balanced_accuracy":
        return float(np.mean([np.mean(predicted[truth == k] == k) for k in np.unique(truth)]))
    if metric == "brier":
        classes = prob.shape[1]
        distance = ((prob - np.eye(classes)[truth]) ** 2).sum(axis=1)
        return float(np.mean(distance) / (2 if classes == 2 else 1))
    if metric == "log_loss":
        return float(-np.mean(np.log(np.clip(prob[np.arange(len(truth)), truth], 1e-15, 1))))
    raise ValueError(f"no tuning metric '{metric}'")


def best_candidate(metric: str, values: np.ndarray) -> int:
    """Index of the best candidate, the first one on ties; NaN (failed) is never chosen.

    values: means over the inner folds of numbers with 12 digits; a tie is equality in 11 digits.
    """
    values = np.array([float(f"{value:.11g}") for value in values])
    losses = -values if metric in LARGER_IS_BETTER else values
    return int(np.nanargmin(losses))
