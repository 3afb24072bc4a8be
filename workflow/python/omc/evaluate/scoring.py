"""One scorer for both languages: metrics from predictions."""

from functools import cache

import numpy as np

from omc.core.checksums import sha256_file
from omc.core.csv_files import number
from omc.core.errors import UserError
from omc.core.names import DEVELOPMENT, FINAL
from omc.core.registry import entries
from omc.evaluate.metrics import METRICS_OF, kind_of
from omc.evaluate.predictions import Predictions, read_predictions
from omc.evaluate.reading import read_text
from omc.evaluate.samples import Samples, Undefined


@cache
def _scores() -> dict:
    """The files of the metrics by name."""
    return entries("omc.evaluate.scores")


def score(predictions: Predictions, metrics=None) -> dict[str, float]:
    """Metrics of one set of test samples (default: all metrics); NaN if undefined."""
    values = scores(predictions, np.ones((1, len(predictions))), metrics)
    return {metric: float(value[0]) for metric, value in values.items()}


def scores(predictions: Predictions, weights: np.ndarray, metrics=None) -> dict[str, np.ndarray]:
    """{metric: (B,)} of B resamples of one set of test samples; NaN if undefined.

    weights: (B, n) how often each sample is in each resample; metrics: names (default: all that
    suit the predictions).
    """
    metrics = metrics or METRICS_OF[predictions.kind]
    # Each class has rankings: with more classes, fewer resamples at once need the same memory.
    parts = np.array_split(weights, max(1, min(len(predictions.classes) // 2, len(weights) // 2)))
    scored = []
    with np.errstate(divide="ignore", invalid="ignore"):
        for part in parts:
            samples = Samples(predictions, part)
            scored.append({metric: _score(metric, samples) for metric in metrics})
    if len(scored) == 1:
        return scored[0]
    return {metric: np.concatenate([values[metric] for values in scored]) for metric in metrics}


def _score(metric: str, samples: Samples) -> np.ndarray:
    try:
        return _scores()[metric].score(samples)
    except Undefined:
        return np.full(len(samples.weights), np.nan)


def proportions(truth, classes: list, positive) -> dict[str, np.ndarray]:
    """{metric: (n,)}: for metrics that are a share of correct samples, which samples they count.

    truth: (n,) codes of classes; positive: code of the positive class of two.
    """
    if not classes:
        return {}
    files = {metric: _scores()[metric] for metric in METRICS_OF[kind_of(classes)]}
    return {
        metric: file.counted(truth, positive)
        for metric, file in files.items()
        if hasattr(file, "counted")
    }


def score_dataset(path: str, splits_path: str, dataset: dict) -> list[list]:
    """Rows of metrics.csv; external cohorts are tested by split `final`, without repeat and fold.

    path: predictions.csv; dataset: dictionary of name, positive, models ([language, name]) and
    cohorts. UserError if the predictions belong to other splits, or lack test samples.
    """
    predictions = read_predictions(path, dataset["positive"])
    if set(predictions.rows["splits_sha256"]) - {sha256_file(splits_path)}:
        raise UserError(f"{path}: made on other splits than {splits_path}: delete it and run again")
    splits = read_text(splits_path)
    tested = list(splits[splits["role"] == "test"].groupby("split", sort=False))
    parts = dict(predictions.by("language", "model", "split"))
    metrics = METRICS_OF[predictions.kind]
    rows = []
    for language, model in dataset["models"]:
        for split, expected in tested:
            part = parts.get((language, model, split))
            if part is not None and sorted(part.rows["sample"]) != sorted(expected["sample"]):
                raise UserError(
                    f"{path}: {language}/{model} did not predict the test samples of {split}"
                )
            first = expected.iloc[0]
            for cohort in dataset["cohorts"] if split == FINAL else [DEVELOPMENT]:
                values: dict[str, float | None] = dict.fromkeys(metrics)
                if part is not None:
                    values |= score(part.take((part.rows["cohort"] == cohort).to_numpy()))
                where = [split, first["repeat"], first["fold"], cohort]
                lead = [dataset["name"], language, model, *where]
                rows += [[*lead, metric, number(values[metric])] for metric in metrics]
    return rows
