"""Train one split: tune on the inner folds, refit, predict the test samples (twin: training.R)."""

import traceback

import numpy as np

from omc.core.csv_files import number
from omc.core.errors import UserError
from omc.core.logs import one_line
from omc.core.names import FINAL
from omc.core.seeds import fit_seed
from omc.learn import models
from omc.learn.batch import Data
from omc.learn.job import Settings, SplitResult, stage
from omc.learn.tuning import candidates, choose, evaluate


def train_split(
    data: Data, settings: Settings, estimator, split: str, tuned: dict | None = None
) -> SplitResult:
    """Tune, refit and predict one split. An error becomes a failure, with its stage.

    tuned: rows of `evaluate` by split, where other jobs have made them.
    """
    result = SplitResult()
    at = "tune"
    try:
        with stage(result, "tune"):
            if tuned is None:
                evaluated = evaluate(data, settings, estimator, split)
            else:
                evaluated = tuned.get(split, [])
            chosen = choose(settings, candidates(data, settings, split), evaluated, result)
        at = "fit"
        test, fit = data.rows(split)[1], data.fits[split, 0]
        with stage(result, "fit"):
            model = refit(data, settings, estimator, split, chosen)
        at = "predict"
        with stage(result, "predict"):
            if len(test):
                result.predictions = predictions(data, model, data.matrix(fit, test), test)
        importance, kind = models.importance(model)
        result.importance = [
            [data.features[c], "true", None if importance is None else importance[i], kind]
            for i, c in enumerate(fit.index)
        ]
        if split == FINAL:
            result.saved = _saved(data, settings, model, fit, chosen)
    except Exception as error:
        if not isinstance(error, UserError):
            traceback.print_exc()
        kind = "" if isinstance(error, UserError) else f"{type(error).__name__}: "
        result.predictions, result.importance = [], []
        result.failures.append([at, kind + one_line(error)])
    return result


def refit(data: Data, settings: Settings, estimator, split: str, chosen: dict):
    """The model of a split: the chosen candidate, fitted on all training rows.

    A classifier without probabilities is calibrated on decision values of the training rows, each
    by a model that is trained without its inner fold, with the preprocessing of that fit; where a
    class is in one inner fold only, it stays without.
    """
    train, _, inner = data.rows(split)
    outcome, present = data.outcome[train], set(data.outcome[train])
    names_of_split = (settings.dataset, settings.language, settings.model, split)

    def matrix(j: int, rows):
        return data.matrix(data.fits[split, j], train[rows])

    def fitted(j: int):
        rows, seed = inner != j, fit_seed(settings.seed, *names_of_split, j)
        return models.fit(
            estimator, chosen, matrix(j, rows), outcome[rows], len(data.classes), [], seed,
            settings.imbalance,
        )  # fmt: skip

    model, numbers = fitted(0), [int(j) for j in np.unique(inner)]
    if not (data.classes and models.needs_calibration(model)):
        return model
    if any(set(outcome[inner != j]) != present for j in numbers):
        return model
    decision = np.zeros((len(train), 1 if len(present) == 2 else len(present)))
    for j in numbers:
        values = fitted(j).decision_function(matrix(j, inner == j))
        decision[inner == j] = values.reshape(len(values), -1)
    return models.calibrate(model, matrix(0, inner != 0), outcome, decision, settings.imbalance)


def predictions(data: Data, model, x, test) -> list:
    """Rows of predictions.csv from `cohort` on; UserError where one is not finite.

    x: (n, kept) numbers of the samples in the rows `test`, ready for the model.
    """
    predicted, prob = models.predict(model, x, len(data.classes))
    if not np.all(np.isfinite(predicted if prob is None else prob)):
        raise UserError("the predictions hold values that are not finite")
    rows = []
    for i, row in enumerate(test):
        label = data.classes[predicted[i]] if data.classes else number(predicted[i])
        empty = [""] * len(data.classes)
        probabilities = empty if prob is None else [number(p) for p in prob[i]]
        cohort, sample = data.cohort.iloc[row], data.samples[row]
        rows.append([cohort, sample, data.truth[row], label, *probabilities])
    return rows


def _saved(data, settings, model, fit, chosen) -> dict:
    return {
        "estimator": model,
        "features": [str(f) for f in data.features[fit.index]],
        "fill": fit.fill,
        "center": fit.center,
        "scale": fit.scale,
        "classes": list(data.classes),
        "task": settings.task,
        "dataset": settings.dataset,
        "model": settings.model,
        "parameters": chosen,
    }
