"""The score of the other layer as one more column of a baseline: a prevalidated score."""

import numpy as np
import pandas as pd
from scipy.special import logit

from omc.core.names import DEVELOPMENT, FINAL
from omc.core.tables import PREDICTIONS, with_outcome
from omc.evaluate.picking import PICKED, of_picks
from omc.evaluate.predictions import Predictions, parse
from omc.evaluate.reading import read_text
from omc.evaluate.scoring import score
from omc.learn.batch import Data
from omc.learn.estimators.elastic_net import LinearElasticNet, LogisticElasticNet
from omc.learn.training import predict_test

# What it reads: four files of the baseline, two of the other layer.
FILES = ("data", "samples", "splits", "preprocessing", "predictions", "inner_predictions")
PREVALIDATED = (PICKED[0], "prevalidated")
# A probability of 0 or 1 has no logit.
LEAST_PROBABILITY = 1e-3


def prevalidated(paths: dict, task: str, positive, picks: dict[str, str]) -> list[pd.DataFrame]:
    """Rows of predictions.csv of a regression on a baseline's columns with the score, and without.

    In each training set, the score of a sample is the inner prediction of the model that is picked
    for the other layer, as logit or number: it comes from a model that was trained without the
    sample, so that the regression does not take the other layer's fit to its own training samples
    for information (Tibshirani & Efron 2002, doi:10.2202/1544-6115.1000). The score of a test
    sample is that model's prediction. The regression, logistic, linear or Cox, has no penalty.

    paths: of `FILES`, by name; task: classification (of two classes), regression or survival;
    positive: its positive class, or None; picks: the other layer's picked model by split.
    """
    inner, outer = (
        _scores(of_picks(read_text(paths[kind]), picks), positive)
        for kind in ("inner_predictions", "predictions")
    )
    data = Data(paths["data"], paths["samples"], paths["splits"], paths["preprocessing"], task)
    splits = [name for name in data.splits if name != FINAL and name in inner]
    data.load_batch(splits)
    rows: list[list] = [[], []]
    for split in splits:
        train, test, _ = data.split_rows(split)
        columns = [data.fit_matrix(data.fits[split, 0], part) for part in (train, test)]
        scores = [
            of_split[split].reindex(data.samples[part]).to_numpy()[:, None]
            for of_split, part in ((inner, train), (outer, test))
        ]
        if any(np.isnan(part).any() for part in scores):
            print(f"{split}: left out: samples without a score of the other layer")
            continue
        for table, extra in zip(rows, (scores, [part[:, :0] for part in scores]), strict=True):
            x_train, x_test = map(np.hstack, zip(columns, extra, strict=True))
            every = range(x_train.shape[1])
            model = regression(task)(unpenalised=every).fit(x_train, data.outcome[train])
            predicted = predict_test(data, model, x_test, test, train)
            table += [[*PREVALIDATED, split, *row] for row in predicted]
    header = with_outcome(PREDICTIONS, data.classes, data.horizons)
    return [pd.DataFrame(table, columns=header).astype(str) for table in rows]


def regression(task: str):
    """The class of a regression with an elastic net for a task."""
    if task == "survival":
        # Whoever has no survival analysis need not wait for this import.
        from omc.learn.estimators.survival import CoxElasticNet

        return CoxElasticNet
    return LogisticElasticNet if task == "classification" else LinearElasticNet


def scored(table: pd.DataFrame, positive, measures: list[str]) -> pd.DataFrame:
    """Rows of metrics.csv of such predictions."""
    rows = [
        [*PREVALIDATED, split, DEVELOPMENT, metric, value]
        for split, part in parse(table, positive).by("split")
        for metric, value in score(part, measures).items()
    ]
    return pd.DataFrame(rows, columns=["language", "model", "split", "cohort", "metric", "value"])


def _scores(table: pd.DataFrame, positive) -> dict[str, pd.Series]:
    """By split: the score of each sample; no split without probabilities."""
    predictions = parse(table, positive)
    if len(predictions.classes) > 2:
        print("no prevalidated score: there are more than two classes")
        return {}
    return {
        split: pd.Series(_score(part), part.rows["sample"].to_numpy())
        for split, part in predictions.by("split")
        if not part.classes or part.has_probabilities
    }


def _score(part: Predictions) -> np.ndarray:
    if not part.classes:
        return part.predicted
    prob = part.prob[:, part.positive]
    return logit(np.clip(prob, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY))
