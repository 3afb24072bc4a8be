"""Describes predictions: calibration, decision, ROC and PR curves, and confusion matrices."""

import numpy as np

from omc.core.csv_files import number
from omc.evaluate.calibration import calibration_rows, event_of, repeats_of
from omc.evaluate.predictions import Predictions

# Common grids, so that curves of several splits and repeats can be averaged point by point.
GRID = np.linspace(0, 1, 101)
THRESHOLDS = np.arange(1, 100) / 100
HISTOGRAM = np.linspace(0, 1, 21)
FEWEST_PER_BIN = 15
BINS = (3, 10)


def describe(predictions: Predictions, dataset: str) -> tuple[list, list, list]:
    """Rows of calibration.csv, curves.csv and confusion.csv for a classification.

    predictions: with the column `repeat`.
    """
    calibration, curves, confusion_rows = [], [], []
    for model, part in predictions.by("language", "model", "cohort"):
        key = [dataset, *model]
        for label, counts in zip(part.classes, confusion(part), strict=True):
            cells = zip(part.classes, map(number, counts), strict=True)
            confusion_rows += [[*key, label, *cell] for cell in cells]
        if not part.has_probabilities:
            continue
        for repeat, *values in calibration_rows(part):
            calibration.append([*key, repeat, *map(number, values)])
        for curve, repeat, x, y, n in curve_rows(part):
            curves.append([*key, curve, repeat, number(x), number(y), n])
    return calibration, curves, confusion_rows


def bin_edges(prob, repeats: int) -> np.ndarray:
    """Inner edges of 3 to 10 bins with equally many predictions, about 15 per repeat in each.

    prob: (n,) of all repeats together, so that all repeats have the same bins.
    """
    bins = int(np.clip(len(prob) / repeats / FEWEST_PER_BIN, *BINS))
    return np.quantile(prob, np.linspace(0, 1, bins + 1)[1:-1])


def reliability(event, prob, edges) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(mean probability, share of events, count) of each bin; NaN in an empty bin.

    edges: (bins - 1,) inner edges.
    """
    bins = np.searchsorted(edges, prob)
    count = np.bincount(bins, minlength=len(edges) + 1)
    with np.errstate(invalid="ignore"):
        mean = np.bincount(bins, prob, minlength=len(count)) / count
        share = np.bincount(bins, event, minlength=len(count)) / count
    return mean, share, count


def net_benefit(event, prob, thresholds=THRESHOLDS) -> np.ndarray:
    """(T,) net benefit of treating those whose probability reaches each threshold.

    Vickers & Elkin 2006, doi:10.1177/0272989X06295361.
    """
    treated = prob >= thresholds[:, None]
    true, false = (treated & event).mean(axis=1), (treated & ~event).mean(axis=1)
    return true - false * thresholds / (1 - thresholds)


def roc(event, prob) -> tuple[np.ndarray, np.ndarray]:
    """(false, true positive rate) from (0, 0) to (1, 1), a point per distinct probability."""
    events, others = _cumulative(event, prob)
    return others / others[-1], events / events[-1]


def precision_recall(event, prob) -> tuple[np.ndarray, np.ndarray]:
    """(recall, precision) at each distinct probability, the highest first."""
    events, others = (counts[1:] for counts in _cumulative(event, prob))
    return events / events[-1], events / (events + others)


def _cumulative(event, prob) -> tuple[np.ndarray, np.ndarray]:
    """Cumulative events and non-events by distinct probability, highest first, after a 0."""
    order = np.argsort(-prob, kind="stable")
    last = np.append(np.diff(prob[order]) != 0, True)
    event = np.asarray(event)[order]
    events, others = (np.append(0, np.cumsum(part)[last]) for part in (event, ~event))
    return events, others


def ranking_curves(part: Predictions) -> dict[str, np.ndarray]:
    """ROC (true positive rate at each false one) and PR (precision at each recall) on `GRID`.

    The mean of the curves of the splits, so that the area is the mean of theirs (vertical
    averaging: Fawcett 2006, doi:10.1016/j.patrec.2005.10.010): models of several splits do not rank
    on one scale (Parker et al. 2007, doi:10.1186/1471-2105-8-326). With several classes, the mean
    over each class against the rest. Empty if no split has all classes, as in leave-one-out.
    """
    classes = range(len(part.classes)) if part.positive is None else [part.positive]
    curves = {"roc": [], "pr": []}
    for _, split in sorted(part.by("split"), key=lambda item: item[0]):
        if len(np.unique(split.truth)) < len(part.classes):
            continue
        by_class = [_on_grid(split.truth == k, split.prob[:, k]) for k in classes]
        roc_curves, pr_curves = zip(*by_class, strict=True)
        curves["roc"].append(np.mean(roc_curves, axis=0))
        curves["pr"].append(np.mean(pr_curves, axis=0))
    return {name: np.mean(of_splits, axis=0) for name, of_splits in curves.items() if of_splits}


def _on_grid(event, prob) -> tuple[np.ndarray, np.ndarray]:
    """(ROC, PR) of one split on `GRID`.

    ROC is linear between its points; PR has the steps of the average precision.
    """
    recall, precision = precision_recall(event, prob)
    step = np.searchsorted(recall, np.maximum(GRID, 1e-9) - 1e-12)
    # Where the curve rises straight up, its upper end counts.
    return np.interp(np.minimum(GRID + 1e-12, 1), *roc(event, prob)), precision[step]


def confusion(part: Predictions) -> np.ndarray:
    """(K, K) samples of each class (rows) put into each class (columns), mean over the repeats."""
    count = len(part.classes)
    table = np.bincount(part.truth * count + part.predicted, minlength=count**2)
    return table.reshape(count, count) / part.rows["repeat"].nunique()


def curve_rows(part: Predictions) -> list[list]:
    """Rows of curves.csv from `curve` on: curve, repeat, x, y, n.

    n: samples of a bin (calibration), of a bar (histogram), else of the whole curve.
    """
    repeats = repeats_of(part)
    edges = bin_edges(event_of(part)[1], len(repeats))
    rows = []
    for repeat, predictions in repeats.items():
        event, prob = event_of(predictions)
        curves = {"calibration": reliability(event, prob, edges)}
        bars = np.histogram(prob, HISTOGRAM)[0]
        curves["histogram"] = (HISTOGRAM[:-1], bars / len(prob), bars)
        n = np.full(len(GRID), len(prob))
        for curve, y in ranking_curves(predictions).items():
            curves[curve] = (GRID, y, n)
        if part.positive is not None:
            curves["decision"] = (THRESHOLDS, net_benefit(event, prob), n[1:-1])
        for curve, points in curves.items():
            rows += [[curve, repeat, *point] for point in zip(*points, strict=True)]
    return rows
