"""Train one split: tune on the inner folds, refit, predict the test samples (twin: training.R)."""

import traceback

import numpy as np

from omc.core.errors import UserError
from omc.core.logs import reason
from omc.core.names import NO_INNER_PREDICTIONS
from omc.learn import models
from omc.learn.batch import Data, prediction_cells
from omc.learn.inner_folds import inner_predictions
from omc.learn.job import Settings, SplitResult, split_seed, timed
from omc.learn.preprocessing import Fit
from omc.learn.saving import save_model, saved_model
from omc.learn.tuning import choose_candidate, evaluate_candidates, split_candidates


def train_split(
    data: Data, settings: Settings, estimator, split: str, tuned: dict | None = None,
    model_folder: str | None = None,
) -> SplitResult:  # fmt: skip
    """Tune, refit and predict one split. An error becomes a failure, with its stage.

    tuned: rows of `evaluate_candidates` by split, if other jobs have made them; model_folder: where
    the model is saved, if it is wanted.
    """
    result = SplitResult()
    stage = "tune"
    try:
        with timed(result, "tune"):
            if tuned is None:
                evaluated, predictions = evaluate_candidates(data, settings, estimator, split)
            else:
                evaluated, predictions = tuned.get(split, []), {}
            grid = split_candidates(data, settings, split)
            chosen = choose_candidate(result, settings, grid, evaluated)
        stage = "fit"
        train, test, _ = data.split_rows(split)
        fit = data.fits[split, 0]
        with timed(result, "fit"):
            model, decision = refit_split(data, settings, estimator, split, chosen)
        stage = "predict"
        with timed(result, "predict"):
            if len(test):
                x = data.fit_matrix(fit, test)
                result.predictions = predict_test(data, model, x, test, train)
        result.importance = importance_rows(model, data, fit)
        if model_folder:
            keep_model(result, saved_model(data, settings, model, fit, chosen), model_folder)
        if settings.inner_predictions:
            with timed(result, "tune"):
                known = predictions.get(grid.index(chosen))
                inner = data, settings, estimator, split, chosen, known, decision
                add_inner_predictions(result, *inner)
    # Whatever a model raises, even SystemExit, is a failure of this split.
    except BaseException as error:
        if not isinstance(error, UserError):
            traceback.print_exc()
        result.predictions, result.importance = [], []
        result.failures.append([stage, reason(error)])
    return result


def keep_model(result: SplitResult, saved: dict, folder: str) -> None:
    """Save a model. An error is a failure that costs nothing else."""
    try:
        save_model(saved, folder)
    except Exception as error:
        traceback.print_exc()
        result.failures.append(["fit", f"the model cannot be saved: {reason(error)}"])


def add_inner_predictions(result: SplitResult, *arguments) -> None:
    """Add what `inner_predictions` returns. An error is a failure that costs nothing else."""
    try:
        result.inner_predictions = inner_predictions(*arguments)
    except Exception as error:
        traceback.print_exc()
        result.failures.append(["tune", f"{NO_INNER_PREDICTIONS}: {reason(error)}"])


def refit_split(data: Data, settings: Settings, estimator, split: str, chosen: dict):
    """(model, decision) of a split: the chosen candidate, fitted on all training rows.

    A classifier without probabilities is calibrated on decision values of the training rows, each
    from a model that was trained without its inner fold, with the preprocessing of that fit. If a
    class is in one inner fold only, the model stays without probabilities. decision: (n, 1), or
    (n, K) for more than two classes, these values; None without calibration.
    """
    train, _, inner = data.split_rows(split)
    outcome = data.outcome[train]
    classes_present = set(outcome) if data.classes else set()

    def matrix(j: int, rows):
        return data.fit_matrix(data.fits[split, j], train[rows])

    def fitted(j: int):
        rows, seed = inner != j, split_seed(settings, split, j)
        return models.fit_model(
            estimator, chosen, matrix(j, rows), outcome[rows], len(data.classes), [], seed,
            settings.imbalance, data.unpenalised(data.fits[split, j]),
        )  # fmt: skip

    model, fold_numbers = fitted(0), [int(j) for j in np.unique(inner)]
    if not (data.classes and models.needs_calibration(model)):
        return model, None
    if any(set(outcome[inner != j]) != classes_present for j in fold_numbers):
        return model, None
    decision = np.zeros((len(train), 1 if len(classes_present) == 2 else len(classes_present)))
    for j in fold_numbers:
        values = models.decision_values(fitted(j), matrix(j, inner == j))
        decision[inner == j] = values.reshape(len(values), -1)
    x = matrix(0, inner != 0)
    return models.calibrate(model, x, outcome, decision, settings.imbalance), decision


def predict_test(data: Data, model, x, test, train) -> list:
    """Rows of predictions.csv from `cohort` on.

    x: (n, features) numbers of the samples in rows `test`, ready for the model; train: its rows.
    """
    predicted, prob = models.predict_model(model, x, len(data.classes), data.horizons)
    cells = prediction_cells(data, test, predicted, prob, train)
    return [[data.cohort[row], *row_cells] for row, row_cells in zip(test, cells, strict=True)]


def importance_rows(model, data: Data, fit: Fit) -> list:
    """Rows of importance.csv from `feature` on, for the columns of the final fit.

    An error costs only the numbers.
    """
    try:
        importance, kind = models.own_importance(model, len(fit.index))
    except Exception as error:
        print(f"no importance: {reason(error)}", flush=True)
        importance, kind = None, ""
    return [
        [data.features[c], "true", None if importance is None else importance[i], kind]
        for i, c in enumerate(fit.index)
    ]
