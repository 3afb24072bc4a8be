"""One scorer for both languages: metrics from predictions, whoever made them."""

import numpy as np
from sklearn import metrics as sk
from sklearn.preprocessing import label_binarize

from omc.contracts import METRICS_OF


def kind_of(task: str, classes: list) -> str:
    """'binary', 'multiclass' or 'regression': which metrics there are."""
    if task == "regression":
        return "regression"
    return "binary" if len(classes) == 2 else "multiclass"


def score(task: str, truth, predicted, prob, classes: list, positive) -> dict[str, float]:
    """All metrics of one set of test samples; NaN where a metric is undefined.

    truth, predicted: (n,) labels, or numbers in a regression; prob: (n, K) in the order of
    `classes`, or None; positive: the label of the positive class of two. roc_auc: macro
    one-vs-rest; average_precision: of the positive class, macro one-vs-rest of several; brier: mean
    squared distance to the one-hot truth, halved for two classes; f1: macro.
    """
    kind = kind_of(task, classes)
    values = dict.fromkeys(METRICS_OF[kind], np.nan)
    if kind == "regression":
        truth, predicted = np.asarray(truth, dtype=float), np.asarray(predicted, dtype=float)
        values["rmse"] = sk.root_mean_squared_error(truth, predicted)
        values["mae"] = sk.mean_absolute_error(truth, predicted)
        if len(truth) > 1 and np.ptp(truth) > 0:
            values["r2"] = sk.r2_score(truth, predicted)
            values["spearman"] = _spearman(truth, predicted)
        return values
    truth, predicted = np.asarray(truth, dtype=object), np.asarray(predicted, dtype=object)
    code = {label: i for i, label in enumerate(classes)}
    y = np.array([code[t] for t in truth])
    labels = np.array([code[p] for p in predicted])
    values.update(_label_metrics(y, labels, len(classes)))
    if kind == "binary":
        at = code[positive]
        if np.any(y == at):
            values["sensitivity"] = np.mean(labels[y == at] == at)
        if np.any(y != at):
            values["specificity"] = np.mean(labels[y != at] != at)
    if prob is not None:
        prob = np.asarray(prob, dtype=float)
        values.update(_probability_metrics(kind, y, prob, classes, code.get(positive)))
    return values


def _label_metrics(y, labels, classes: int) -> dict[str, float]:
    """Metrics of the confusion matrix, all from one count: ten times scikit-learn's speed.

    A class that the test samples lack does not count in balanced_accuracy, nor in f1 if no sample
    was put into it either (as in scikit-learn).
    """
    table = np.bincount(y * classes + labels, minlength=classes**2).reshape(classes, classes)
    true, given, right = table.sum(axis=1), table.sum(axis=0), np.diag(table)
    there = true > 0
    used = there | (given > 0)
    total = table.sum()
    values = {
        "accuracy": right.sum() / total,
        "balanced_accuracy": np.mean(right[there] / true[there]),
        "f1": np.mean(2 * right[used] / (true + given)[used]),
    }
    # Gorodkin 2004, doi:10.1016/j.compbiolchem.2004.09.006
    spread = (total**2 - given @ given) * (total**2 - true @ true)
    if there.sum() > 1:
        values["mcc"] = (right.sum() * total - given @ true) / np.sqrt(spread) if spread else 0.0
    return values


def _probability_metrics(kind, y, prob, classes, positive) -> dict[str, float]:
    onehot = np.eye(len(classes))[y]
    values = {
        "brier": np.mean(((prob - onehot) ** 2).sum(axis=1)) / (2 if kind == "binary" else 1),
        "log_loss": float(-np.mean(np.log(np.clip(prob[np.arange(len(y)), y], 1e-15, 1)))),
    }
    if kind == "binary":
        if len(np.unique(y)) == 2:
            values["roc_auc"] = sk.roc_auc_score(y == positive, prob[:, positive])
            values["average_precision"] = sk.average_precision_score(
                y == positive, prob[:, positive]
            )
    elif len(np.unique(y)) == len(classes):
        truth = label_binarize(y, classes=range(len(classes)))
        values["roc_auc"] = sk.roc_auc_score(truth, prob, average="macro")
        values["average_precision"] = sk.average_precision_score(truth, prob, average="macro")
    return values


def _spearman(truth, predicted) -> float:
    from scipy.stats import spearmanr

    return np.nan if np.ptp(predicted) == 0 else float(spearmanr(truth, predicted).statistic)
