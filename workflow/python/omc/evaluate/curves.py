"""Describes predictions: calibration, decision, ROC and PR curves, and confusion matrices."""

from statistics import NormalDist

import numpy as np

from omc.core.csv_files import number
from omc.evaluate.predictions import Predictions
from omc.evaluate.scoring import score

# Common grids, so that curves of several splits and repeats can be averaged point by point.
GRID = np.linspace(0, 1, 101)
THRESHOLDS = np.arange(1, 100) / 100
HISTOGRAM = np.linspace(0, 1, 21)
# With fewer of either outcome, a slope is too uncertain to be of use.
FEWEST_EVENTS = 20
FEWEST_PER_BIN = 15
BINS = (3, 10)
# Forests and neighbours give probabilities of 0 and 1, which have no logit.
CLIP = 1e-8
# Standard errors on each side of a 95 % interval.
WALD = NormalDist().inv_cdf(0.975)


def describe(predictions: Predictions, dataset: str, pooled: bool) -> tuple[list, list, list]:
    """Rows of calibration.csv, curves.csv and confusion.csv for a classification.

    predictions: with the column `repeat`; pooled: see `ranking_curves`.
    """
    calibration, curves, confusion_rows = [], [], []
    for model, part in predictions.by("language", "model", "cohort"):
        key = [dataset, *model]
        for label, counts in zip(part.classes, confusion(part), strict=True):
            cells = zip(part.classes, map(number, counts), strict=True)
            confusion_rows += [[*key, label, *cell] for cell in cells]
        if not part.has_probabilities:
            continue
        for repeat, *values, events in calibration_rows(part):
            calibration.append([*key, repeat, *map(number, values), events])
        for curve, repeat, x, y, n in curve_rows(part, pooled):
            curves.append([*key, curve, repeat, number(x), number(y), n])
    return calibration, curves, confusion_rows


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


def calibration_line(event, prob) -> dict[str, tuple]:
    """Slope and intercept, each as (estimate, low, high) with Wald's 95 % limits.

    slope: from a logistic regression of the event on the logit of its probability; below 1, the
    predictions are too extreme. NaN with fewer than 20 events or non-events, and if the
    probabilities separate the two or are all the same. intercept: with the slope fixed at 1
    (calibration in the large); below 0, the probabilities are too high. NaN if only one outcome
    occurred. Cox 1958,
    doi:10.1093/biomet/45.3-4.562; Van Calster et al. 2019, doi:10.1186/s12916-019-1466-7.
    """
    event, prob = np.asarray(event, dtype=float), np.clip(prob, CLIP, 1 - CLIP)
    logit = np.log(prob / (1 - prob))
    constant, undefined = np.ones((len(event), 1)), (np.nan, np.nan, np.nan)
    lines = {"slope": undefined, "intercept": undefined}
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


def ranking_curves(part: Predictions, pooled: bool) -> dict[str, np.ndarray]:
    """ROC (true positive rate at each false one) and PR (precision at each recall) on `GRID`.

    The mean of the curves of the splits, so that the area is the mean of theirs (vertical
    averaging: Fawcett 2006, doi:10.1016/j.patrec.2005.10.010): models of several splits do not rank
    on one scale (Parker et al. 2007, doi:10.1186/1471-2105-8-326). pooled: of all predictions at
    once, where the splits are too small for a curve. With several classes, the mean over each class
    against the rest. NaN if no split has all classes.
    """
    splits = {"": part} if pooled else dict(sorted(part.by("split")))
    classes = range(len(part.classes)) if part.positive is None else [part.positive]
    curves = {"roc": [], "pr": []}
    for split in splits.values():
        if len(np.unique(split.truth)) < len(part.classes):
            continue
        by_class = [_on_grid(split.truth == k, split.prob[:, k]) for k in classes]
        roc_curves, pr_curves = zip(*by_class, strict=True)
        curves["roc"].append(np.mean(roc_curves, axis=0))
        curves["pr"].append(np.mean(pr_curves, axis=0))
    undefined = np.full((1, len(GRID)), np.nan)
    return {
        name: np.mean(split_curves or undefined, axis=0) for name, split_curves in curves.items()
    }


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


def calibration_rows(part: Predictions) -> list[list]:
    """Rows of calibration.csv from `repeat` on."""
    rows = []
    for repeat, predictions in repeats_of(part).items():
        event, prob = event_of(predictions)
        line = calibration_line(event, prob)
        brier = score(predictions, ["brier"])["brier"]
        fewest = int(min(event.sum(), (~event).sum()))
        rows.append([repeat, *line["slope"], *line["intercept"], brier, fewest])
    return rows


def curve_rows(part: Predictions, pooled: bool) -> list[list]:
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
        for curve, y in ranking_curves(predictions, pooled).items():
            curves[curve] = (GRID, y, n)
        if part.positive is not None:
            curves["decision"] = (THRESHOLDS, net_benefit(event, prob), n[1:-1])
        for curve, points in curves.items():
            rows += [[curve, repeat, *point] for point in zip(*points, strict=True)]
    return rows
