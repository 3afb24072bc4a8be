"""From a line of the configuration to a scikit-learn estimator."""

import importlib
import inspect

import numpy as np
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import ParameterGrid
from sklearn.utils.validation import has_fit_parameter

from omc.errors import UserError, did_you_mean, some


def estimator_class(dotted: str, key: str):
    """The class that a dotted name such as sklearn.svm.SVC means."""
    module_name, _, class_name = dotted.rpartition(".")
    try:
        found = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError, ValueError) as error:
        raise UserError(
            f"{key}: cannot import '{dotted}' ({error}): correct the dotted name"
        ) from error
    if not (inspect.isclass(found) and hasattr(found, "fit") and hasattr(found, "get_params")):
        raise UserError(
            f"{key}: '{dotted}' is no scikit-learn estimator class: it needs fit and get_params"
        )
    return found


def build(spec: dict, task: str, imbalance: str, key: str):
    """An unfitted estimator of a model's specification, one thread, its parameters checked.

    spec: name, estimator (dotted name), params, grid, size. task: classification or regression.
    """
    kind = estimator_class(spec["estimator"], key)
    try:
        estimator = kind(**spec["params"])
    except TypeError as error:
        raise UserError(
            f"{key}.params: {error}: see the documentation of {spec['estimator']}"
        ) from error
    known = estimator.get_params()
    for name in spec["grid"] or {}:
        if name not in known:
            raise UserError(
                f"{key}.grid: '{name}' is no parameter of {spec['estimator']}."
                f"{did_you_mean(name, list(known))} Its parameters: {some(sorted(known), 30)}"
            )
    wanted = "classifier" if task == "classification" else "regressor"
    actual = getattr(estimator.__sklearn_tags__(), "estimator_type", None)
    if actual is not None and actual != wanted:
        raise UserError(
            f"{key}: {spec['estimator']} is a {actual}, and the task is {task}: use a {wanted}"
        )
    if known.get("n_jobs") not in (None, 1):
        # The workflow is the parallelism: more threads here would multiply with its jobs.
        estimator.set_params(n_jobs=1)
    if imbalance == "weights" and not takes_weights(estimator):
        raise UserError(
            f"{key}: '{spec['name']}' takes no weights: set imbalance: none, or take this model out"
        )
    return estimator


def takes_weights(estimator) -> bool:
    """Whether the estimator can weight classes or samples."""
    return "class_weight" in estimator.get_params() or has_fit_parameter(estimator, "sample_weight")


def candidates(spec: dict, seed: int) -> list[dict]:
    """The hyperparameter candidates in grid order; of a larger grid a seeded sample of `size`."""
    grid = ParameterGrid(spec["grid"] or {})
    if len(grid) <= spec["size"]:
        return list(grid)
    drawn = np.random.default_rng(seed).choice(len(grid), spec["size"], replace=False)
    return [grid[int(i)] for i in np.sort(drawn)]


def fit(estimator, candidate: dict, x, y, classes: int, folds, seed: int, imbalance: str):
    """Fit one candidate on one fit's rows.

    x: (n, p); y: (n,) class indices or numbers; classes: K, 0 in a regression; folds: the fit's
    own inner folds as (train, test) row numbers, for calibrating a classifier without
    probabilities.
    """
    model = clone(estimator).set_params(**candidate)
    if "random_state" in model.get_params():
        model.set_params(random_state=seed)
    weights = {}
    if imbalance == "weights" and classes:
        if "class_weight" in model.get_params():
            model.set_params(class_weight="balanced")
        else:
            count = np.bincount(y, minlength=classes)
            weights = {"sample_weight": (len(y) / (np.count_nonzero(count) * count.clip(1)))[y]}
    if classes and not hasattr(model, "predict_proba") and hasattr(model, "decision_function"):
        model = CalibratedClassifierCV(model, cv=folds, ensemble=False)
    return model.fit(x, y, **weights)


def predict(model, x, classes: int):
    """(predicted, prob): prob (n, K), rows sum to 1, or None; the label is the argmax of prob."""
    if not classes:
        return np.asarray(model.predict(x), dtype=float).ravel(), None
    if not hasattr(model, "predict_proba"):
        return np.asarray(model.predict(x), dtype=int), None
    prob = np.zeros((len(x), classes))
    prob[:, np.asarray(model.classes_, dtype=int)] = model.predict_proba(x)
    return prob.argmax(axis=1), prob


def importance(model) -> tuple[np.ndarray | None, str]:
    """((p,) importance of each column or None, kind): mean absolute coefficient, or impurity."""
    if isinstance(model, CalibratedClassifierCV):
        model = model.calibrated_classifiers_[0].estimator
    coefficients = getattr(model, "coef_", None)
    if coefficients is not None:
        return np.abs(np.atleast_2d(np.asarray(coefficients))).mean(axis=0), "coefficient"
    impurity = getattr(model, "feature_importances_", None)
    return (None, "") if impurity is None else (np.asarray(impurity), "impurity")
