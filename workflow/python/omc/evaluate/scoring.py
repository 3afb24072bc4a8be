"""One scorer for both languages: metrics from predictions, whoever made them."""

from functools import partial

import numpy as np

from omc.evaluate.metrics import METRICS_OF, kind_of


def score(task: str, truth, predicted, prob, classes: list, positive) -> dict[str, float]:
    """All metrics of one set of test samples; NaN where a metric is undefined. See `scores`."""
    once = np.ones((1, len(truth)))
    values = scores(task, truth, predicted, prob, classes, positive, once)
    return {metric: float(value[0]) for metric, value in values.items()}


def scorer(part, task: str, classes: list, positive):
    """`scores` of some rows of predictions.csv (a table of text), as a function of the weights."""
    prob = part[[f"prob_{c}" for c in classes]]
    # A model without probabilities leaves them empty.
    prob = None if not classes or (prob == "").any(axis=None) else prob.to_numpy(float)
    truth, predicted = part["truth"].to_numpy(), part["predicted"].to_numpy()
    return partial(scores, task, truth, predicted, prob, classes, positive)


def proportions(truth, classes: list, positive) -> dict[str, np.ndarray]:
    """The metrics that are a share of samples that are right: (n,) which samples each is of."""
    truth = np.asarray(truth)
    of = {"accuracy": np.ones(len(truth), dtype=bool)} if classes else {}
    if len(classes) == 2:
        of |= {"sensitivity": truth == positive, "specificity": truth != positive}
    return of


def scores(task, truth, predicted, prob, classes, positive, weights) -> dict[str, np.ndarray]:
    """All metrics, (B,) each, of B resamples of one set of test samples; NaN where undefined.

    truth, predicted: (n,) labels, or numbers in a regression; prob: (n, K) in the order of
    `classes`, or None; positive: the label of the positive class of two; weights: (B, n) how often
    each sample stands in each resample. roc_auc: macro one-vs-rest; average_precision: of the
    positive class, macro one-vs-rest of several; brier: mean squared distance to the one-hot truth,
    halved for two classes; f1: macro.
    """
    kind = kind_of(task, classes)
    values = {metric: np.full(len(weights), np.nan) for metric in METRICS_OF[kind]}
    # What is undefined divides by zero and ends as NaN.
    with np.errstate(divide="ignore", invalid="ignore"):
        if kind == "regression":
            truth, predicted = np.asarray(truth, dtype=float), np.asarray(predicted, dtype=float)
            return values | _regression_metrics(truth, predicted, weights)
        code = {label: i for i, label in enumerate(classes)}
        y = np.array([code[label] for label in truth])
        labels = np.array([code[label] for label in predicted])
        values |= _label_metrics(y, labels, len(classes), code.get(positive), weights)
        if prob is not None:
            prob = np.asarray(prob, dtype=float)
            values |= _probability_metrics(kind, y, prob, code.get(positive), weights)
    return values


def _label_metrics(y, labels, classes: int, positive, weights) -> dict[str, np.ndarray]:
    """Metrics of the confusion matrix, all from one count.

    A class that the test samples lack does not count in balanced_accuracy, nor in f1 if no sample
    was put into it either (as in scikit-learn).
    """
    table = weights @ np.eye(classes**2)[y * classes + labels]
    table = table.reshape(-1, classes, classes)
    true, given = table.sum(axis=2), table.sum(axis=1)
    right, total = np.diagonal(table, axis1=1, axis2=2), table.sum(axis=(1, 2))
    recall = right / true
    values = {
        "accuracy": right.sum(axis=1) / total,
        "balanced_accuracy": np.nansum(recall, axis=1) / (true > 0).sum(axis=1),
        "f1": np.nansum(2 * right / (true + given), axis=1) / (true + given > 0).sum(axis=1),
    }
    # Gorodkin 2004, doi:10.1016/j.compbiolchem.2004.09.006
    spread = (total**2 - (given**2).sum(axis=1)) * (total**2 - (true**2).sum(axis=1))
    shared = right.sum(axis=1) * total - (given * true).sum(axis=1)
    values["mcc"] = np.where(spread > 0, shared / np.sqrt(spread), 0.0)
    values["mcc"][(true > 0).sum(axis=1) < 2] = np.nan
    if classes == 2:
        values["sensitivity"] = recall[:, positive]
        values["specificity"] = recall[:, 1 - positive]
    return values


def _probability_metrics(kind, y, prob, positive, weights) -> dict[str, np.ndarray]:
    distance = ((prob - np.eye(prob.shape[1])[y]) ** 2).sum(axis=1)
    surprise = -np.log(np.clip(prob[np.arange(len(y)), y], 1e-15, 1))
    classes = [positive] if kind == "binary" else range(prob.shape[1])
    ranked = [_ranking_metrics(y == k, prob[:, k], weights) for k in classes]
    auc, precision = np.mean(ranked, axis=0)
    return {
        "brier": _mean(distance, weights) / (2 if kind == "binary" else 1),
        "log_loss": _mean(surprise, weights),
        "roc_auc": auc,
        "average_precision": precision,
    }


def _ranking_metrics(positive, value, weights):
    """(ROC AUC, average precision) of a score; NaN in resamples that lack one of both classes."""
    order, starts = _ties(-value)
    heavy = weights[:, order]
    inside = np.add.reduceat(heavy * positive[order], starts, axis=1)
    outside = np.add.reduceat(heavy * ~positive[order], starts, axis=1)
    found, passed = inside.cumsum(axis=1), outside.cumsum(axis=1)
    below = passed[:, -1:] - passed + outside / 2
    auc = (inside * below).sum(axis=1) / (found[:, -1] * passed[:, -1])
    precision = np.where(inside > 0, found / (found + passed), 0)
    average = (inside * precision).sum(axis=1) / found[:, -1]
    return auc, np.where(passed[:, -1] > 0, average, np.nan)


def _regression_metrics(truth, predicted, weights) -> dict[str, np.ndarray]:
    error = predicted - truth
    of_truth, of_predicted = _ranks(truth, weights), _ranks(predicted, weights)
    covered = _mean(of_truth * of_predicted, weights)
    spread_truth, spread_predicted = (_mean(r**2, weights) for r in (of_truth, of_predicted))
    deviation = truth - _mean(truth, weights)[:, None]
    explained = 1 - _mean(error**2, weights) / _mean(deviation**2, weights)
    return {
        "rmse": np.sqrt(_mean(error**2, weights)),
        "mae": _mean(np.abs(error), weights),
        # By the ranks: of equal numbers the variance may be a rounding error.
        "r2": np.where(spread_truth > 0, explained, np.nan),
        "spearman": covered / np.sqrt(spread_truth * spread_predicted),
    }


def _ranks(value, weights):
    """(B, n) ranks of a value in each resample, ties at their middle, less their mean."""
    order, starts = _ties(value)
    heavy = np.add.reduceat(weights[:, order], starts, axis=1)
    rank = heavy.cumsum(axis=1) - heavy / 2
    of_sample = np.empty(len(order), dtype=int)
    of_sample[order] = np.repeat(np.arange(len(starts)), np.diff([*starts, len(order)]))
    rank = rank[:, of_sample]
    return rank - _mean(rank, weights)[:, None]


def _ties(value):
    """The ascending order of a value, and where in it each distinct value begins."""
    order = np.argsort(value, kind="stable")
    return order, np.flatnonzero(np.diff(value[order], prepend=np.nan) != 0)


def _mean(of, weights):
    """(B,) weighted mean of (n,) or (B, n) numbers."""
    return (weights * of).sum(axis=1) / weights.sum(axis=1)
