"""Fits and predictions of candidates on the inner folds of a split (twin: inner_folds.R)."""

from dataclasses import dataclass

import numpy as np

from omc.learn import models
from omc.learn.batch import Data, inner_folds, prediction_cells
from omc.learn.job import Settings, split_seed


@dataclass(frozen=True)
class InnerFold:
    """An inner fold of a split, preprocessed by its own fit.

    x, y: (n, p) and (n,) of the training rows outside the fold; x_out, y_out: the same of the rows
    in it; calibration: inner folds of the rows outside; seed: of every candidate's fit;
    unpenalised: see `models.fit_model`.
    """

    x: np.ndarray
    y: np.ndarray
    x_out: np.ndarray
    y_out: np.ndarray
    calibration: list
    seed: int
    unpenalised: list


def read_fold(data: Data, settings: Settings, split: str, fold: int) -> InnerFold:
    """An inner fold of a split."""
    train, _, inner = data.split_rows(split)
    fit, outside = data.fits[split, int(fold)], inner != fold
    return InnerFold(
        data.fit_matrix(fit, train[outside]),
        data.outcome[train[outside]],
        data.fit_matrix(fit, train[~outside]),
        data.outcome[train[~outside]],
        inner_folds(inner[outside]),
        split_seed(settings, split, fold),
        data.unpenalised(fit),
    )


def predict_fold(data: Data, settings: Settings, estimator, fold: InnerFold, candidate: dict):
    """(predicted, prob) of an inner fold's samples by a candidate; see `models.predict_model`."""
    classes = len(data.classes)
    model = models.fit_model(
        estimator, candidate, fold.x, fold.y, classes, fold.calibration, fold.seed,
        settings.imbalance, fold.unpenalised,
    )  # fmt: skip
    return models.predict_model(model, fold.x_out, classes, data.horizons)


def inner_predictions(
    data: Data, settings: Settings, estimator, split: str, candidate: dict, known=None,
    decision=None,
) -> list:  # fmt: skip
    """Rows of inner_predictions.csv from `inner_fold` on: a prediction of each training sample.

    Each comes from a model that was trained without the sample's inner fold, preprocessing
    included. Copies of a drawn sample share their fold, and so their prediction: a sample has one
    row. known: (predicted, prob) by inner fold, from the tuning, so that nothing is fitted twice;
    None to fit the candidate. decision: decision values of `refit_split`, which become
    probabilities by sigmoids fitted to the other inner folds.
    """
    train, _, inner = data.split_rows(split)
    rows = []
    for fold in np.unique(inner):
        held_out = inner == fold
        if decision is not None:
            y = data.outcome[train[~held_out]]
            sigmoid = models.fit_sigmoid(y, decision[~held_out], settings.imbalance)
            predicted, prob = models.predict_model(sigmoid, decision[held_out], len(data.classes))
        elif known is not None:
            predicted, prob = known[fold]
        else:
            inner_fold = read_fold(data, settings, split, fold)
            predicted, prob = predict_fold(data, settings, estimator, inner_fold, candidate)
        first = np.sort(np.unique(train[held_out], return_index=True)[1])
        cells = prediction_cells(
            data, train[held_out][first], predicted[first], None if prob is None else prob[first],
            train[~held_out],
        )  # fmt: skip
        rows += [[int(fold), *row] for row in cells]
    return rows
