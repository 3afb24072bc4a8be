"""From a line of the configuration to fits and predictions of an estimator (twin: models.R)."""

import importlib
import inspect
import random
import warnings
from collections.abc import Sequence
from contextlib import contextmanager

import numpy as np
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import StackingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import has_fit_parameter

from omc.core.child import Child, Lost
from omc.core.errors import UserError, did_you_mean, some
from omc.core.logs import one_line, reason
from omc.learn.survival import ROUNDING, predict_survival


def estimator_class(dotted: str, key: str):
    """The class with a dotted name such as sklearn.svm.SVC."""
    if not isinstance(dotted, str):
        raise UserError(
            f"{key}: {dotted!r} is not a dotted name: write one, such as sklearn.svm.SVC"
        )
    module_name, _, class_name = dotted.rpartition(".")
    try:
        member = getattr(importlib.import_module(module_name), class_name)
    # A module may raise anything, SystemExit too.
    except BaseException as error:
        hint = "correct the dotted name"
        if isinstance(error, ModuleNotFoundError) and error.name == "sksurv":
            hint = "install scikit-survival in the version of envs/ (pip: for Python up to 3.12)"
        if not isinstance(error, ImportError | AttributeError | TypeError | ValueError):
            hint = f"correct the module, which raises {type(error).__name__}"
        raise UserError(f"{key}: cannot import '{dotted}' ({one_line(error)}): {hint}") from error
    if not (inspect.isclass(member) and hasattr(member, "fit") and hasattr(member, "get_params")):
        raise UserError(
            f"{key}: '{dotted}' is not a scikit-learn estimator class: it needs fit and get_params"
        )
    return member


def build(spec: dict, task: str, imbalance: str, key: str):
    """An unfitted estimator for a model's specification, with checked parameters and one thread.

    spec: name, estimator (dotted name), params, grid, size. task: classification or regression.
    UserError, whatever the estimator's own code raises.
    """
    try:
        return _build(spec, task, imbalance, key)
    except UserError:
        raise
    except Exception as error:
        raise UserError(
            f"{key}: {spec['estimator']} cannot be used: {reason(error)}: correct its code"
        ) from error


# Seconds for the import of an estimator's module.
LONGEST_IMPORT = 300


def check_model(spec: dict, task: str, imbalance: str, key: str) -> None:
    """UserError as of `build`, or if the estimator's module ends its process, or hangs."""

    def try_it():
        build(spec, task, imbalance, key)

    try:
        with Child(try_it) as child:
            child.call(LONGEST_IMPORT)
    except Lost as lost:
        raise UserError(
            f"{key}: '{spec['estimator']}' cannot be used: its import {lost}: correct the module"
        ) from lost


def _build(spec: dict, task: str, imbalance: str, key: str):
    estimator = _instance(spec["estimator"], spec["params"], key)
    known = estimator.get_params()
    for name in spec["grid"] or {}:
        if name not in known:
            raise UserError(
                f"{key}.grid: '{name}' is not a parameter of"
                f" {spec['estimator']}.{did_you_mean(name, list(known))} Its parameters:"
                f" {some(sorted(known), 30)}"
            )
    wanted = {"classification": "classifier", "regression": "regressor"}.get(task)
    kind = getattr(estimator.__sklearn_tags__(), "estimator_type", None)
    # Some of scikit-survival's models are regressors, of a time.
    if wanted is None and hasattr(estimator, "_predict_risk_score"):
        kind = None
    if kind is not None and kind != wanted:
        use = wanted or "survival model, such as those of scikit-survival"
        raise UserError(
            f"{key}: {spec['estimator']} is a {kind}, and the task is {task}: use a {use}"
        )
    single_threaded(estimator)
    if imbalance == "weights" and task == "classification" and not takes_weights(estimator):
        raise UserError(
            f"{key}: '{spec['name']}' takes no weights: set imbalance: none, or take this model out"
        )
    return estimator


def _instance(dotted: str, params: dict, key: str):
    """An estimator; a parameter that is a mapping with the key `estimator` becomes one as well."""
    kind = estimator_class(dotted, key)
    if not isinstance(params, dict):
        raise UserError(f"{key}.params: {params!r} is not a mapping: write key: value")
    own_params = {
        name: _instance(value["estimator"], value.get("params", {}), f"{key}.params.{name}")
        if isinstance(value, dict) and "estimator" in value
        else value
        for name, value in params.items()
    }
    # A name such as regressor__C is a parameter of an estimator inside this one.
    nested_params = {name: own_params.pop(name) for name in list(own_params) if "__" in name}
    try:
        estimator = kind(**own_params)
        known = estimator.get_params() if nested_params else {}
        for name in nested_params:
            outer = name.partition("__")[0]
            if not hasattr(known.get(outer), "set_params"):
                raise UserError(
                    f"{key}.params: '{name}' belongs to an estimator inside {dotted}, and '{outer}'"
                    f" is not one: give it, for example {outer}: {{estimator: sklearn.svm.SVC}}"
                )
        return estimator.set_params(**nested_params)
    except (TypeError, ValueError, AttributeError) as error:
        raise UserError(
            f"{key}.params: {' '.join(str(error).split())}: see the documentation of {dotted}"
        ) from error


def _named(estimator, *names: str) -> list[str]:
    """Parameters with these names, of the estimator and of those inside it."""
    return [p for p in estimator.get_params() if p.rpartition("__")[2] in names]


# Names that packages give to the number of their threads or processes.
THREADS = ("n_jobs", "n_threads", "num_threads", "nthread", "nthreads", "thread_count", "n_cores")


def single_threaded(estimator):
    """Give an estimator one thread: the workflow runs jobs in parallel, and threads multiply."""
    values = estimator.get_params()
    named = _named(estimator, *THREADS)
    return estimator.set_params(**{n: 1 for n in named if values[n] not in (None, 1)})


@contextmanager
def seeded(seed: int):
    """Start the generators of `random` and `numpy.random`; afterwards they are as before."""
    states = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(seed)
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])


def takes_weights(estimator) -> bool:
    """Whether the estimator can weight classes or samples."""
    return "class_weight" in estimator.get_params() or has_fit_parameter(estimator, "sample_weight")


# Slope times the largest decision value, for a sigmoid that would otherwise fall. Probabilities are
# written with 12 digits.
RISE = 1e-4


def fit_model(
    estimator, candidate: dict, x, y, classes: int, folds, seed: int, imbalance: str,
    unpenalised: Sequence[int] = (),
):  # fmt: skip
    """Fit one candidate on one fit's rows.

    x: (n, p); y: (n,) class indices or numbers; classes: K, 0 in a regression; folds: (train, test)
    row numbers in these rows. With two or more folds, a classifier without probabilities is
    calibrated inside x, unless a class is in one fold only. Its features and scale were learned
    from all rows, so the probabilities are too extreme, but good enough to rank candidates. Without
    folds, it has no probabilities until `calibrate`. unpenalised: positions of columns, for
    estimators with a parameter of that name. The model gets copies: it may write into them. If y
    lacks a class before its last one, the model is fitted to 0, 1, ... instead, since some
    estimators, such as XGBoost's, refuse gaps; its `class_numbers_` are the classes that these
    stand for.
    """
    model = single_threaded(clone(estimator).set_params(**candidate))
    model.set_params(**dict.fromkeys(_named(model, "random_state"), seed))
    if len(unpenalised):
        model.set_params(**dict.fromkeys(_named(model, "unpenalised"), list(unpenalised)))
    numbers = np.unique(y) if classes else np.arange(0)
    has_gaps = not np.array_equal(numbers, np.arange(len(numbers)))
    if has_gaps:
        y = np.searchsorted(numbers, y)
    calibrated = (
        classes
        and needs_calibration(model)
        and len(folds) > 1
        and all(set(y[train]) == set(y) for train, _ in folds)
    )
    weights = {}
    if imbalance == "weights" and classes:
        # A calibration without weights would undo the weights of the calibrated model.
        by_sample = has_fit_parameter(model, "sample_weight")
        if "class_weight" in model.get_params() and not (calibrated and by_sample):
            model.set_params(class_weight="balanced")
        else:
            weights = {"sample_weight": _balanced(y)}
    if calibrated:
        model = CalibratedClassifierCV(model, cv=folds, ensemble=False)
    with seeded(seed):
        model = model.fit(x.copy(order="K"), y.copy(), **weights)
    if has_gaps:
        model.class_numbers_ = numbers
    return model


def needs_calibration(model) -> bool:
    """Whether a classifier has decision values but no probabilities."""
    return not hasattr(model, "predict_proba") and hasattr(model, "decision_function")


def calibrate(model, x, y, decision, imbalance: str):
    """A fitted model with probabilities: a sigmoid of its decision values (Platt 1999).

    x: (n, p); y: (n,) class indices of its training rows; decision: (n, 1), or (n, K) for more than
    two classes, decision values of the same rows from models that were not trained on them. With
    more than two classes, each has its own sigmoid, and the values are divided by their sum. Platt,
    Advances in Large Margin Classifiers, 61-74; Zadrozny & Elkan 2002, doi:10.1145/775047.775151.
    """
    sigmoid = fit_sigmoid(y, decision, imbalance)
    # A scikit-learn estimator that passes the model's decision values to the sigmoid.
    parts = {"estimators": [("model", model)], "final_estimator": FrozenEstimator(sigmoid)}
    combined = StackingClassifier(**parts, cv="prefit", stack_method="decision_function")
    return combined.fit(x, y)


def fit_sigmoid(y, decision, imbalance: str):
    """The sigmoid of `calibrate`: a fitted classifier of decision values.

    With a weak signal, decision values may by chance be higher outside the class, and the fitted
    sigmoid would fall. This would reverse the order of the samples, and with it the ROC AUC.
    Instead, it is set to the share of the class and rises just enough to keep the order.
    """
    # A linear model whose decision values are its input: they were computed before.
    identity = LogisticRegression()
    identity.classes_, identity.n_features_in_ = np.unique(y), decision.shape[1]
    identity.coef_, identity.intercept_ = np.eye(decision.shape[1]), np.zeros(decision.shape[1])
    rows = np.arange(len(y))
    sigmoid = CalibratedClassifierCV(FrozenEstimator(identity), cv=[(rows, rows)], ensemble=False)
    with warnings.catch_warnings():
        # The identity takes no weights, but only the sigmoid is fitted.
        warnings.filterwarnings("ignore", ".*does not appear to accept sample_weight")
        weights = _balanced(y) if imbalance == "weights" else None
        sigmoid.fit(decision, y, sample_weight=weights)
    sigmoids = sigmoid.calibrated_classifiers_[0].calibrators
    labels = identity.classes_[-len(sigmoids) :]
    for label, values, fitted in zip(labels, decision.T, sigmoids, strict=True):
        # scikit-learn's sigmoid is 1 / (1 + exp(a value + b)).
        if fitted.a_ >= 0:
            share = np.average(y == label, weights=weights)
            fitted.a_ = -RISE / max(np.abs(values).max(), np.finfo(float).tiny)
            fitted.b_ = np.log((1 - share) / share)
    return sigmoid


def _balanced(y) -> np.ndarray:
    """(n,) weights of samples: the inverse frequency of their class."""
    count = np.bincount(y)
    return (len(y) / (np.count_nonzero(count) * count.clip(1)))[y]


def predict_model(model, x, classes: int, horizons: list[float] | None = None):
    """(predicted, prob): prob (n, K), rows sum to 1, or None; the label is the argmax of prob.

    horizons: of a survival analysis; then predicted are risks, and prob (n, H) the probabilities of
    surviving the horizons, None if the model has none.
    The model gets a copy. UserError if it returns other than one prediction per sample, numbers
    that are not finite, unknown labels, or no probabilities.
    """
    given = x.copy(order="K")
    with seeded(0):
        if horizons is not None:
            return predict_survival(model, given, horizons)
        if not hasattr(model, "predict_proba") or not classes:
            values = np.array(model.predict(given)).ravel()
        else:
            values = np.array(model.predict_proba(given), dtype=float)
    if len(values) != len(x):
        raise UserError(f"the model returned {len(values)} predictions of {len(x)} samples")
    if not classes:
        values = values.astype(float)
        if not np.all(np.isfinite(values)):
            raise UserError("the predictions hold values that are not finite")
        return values, None
    # Set by `fit_model` where the training samples lack a class.
    numbers = getattr(model, "class_numbers_", np.arange(classes))
    if not hasattr(model, "predict_proba"):
        return numbers[_class_numbers(values, len(numbers))], None
    columns = numbers[_class_numbers(np.array(model.classes_), len(numbers))]
    _check_probabilities(values, len(columns))
    prob = np.zeros((len(x), classes))
    prob[:, columns] = values
    return prob.argmax(axis=1), prob


def decision_values(model, x) -> np.ndarray:
    """Decision values of a classifier: (n,), or (n, K). The model gets a copy of x (n, p)."""
    with seeded(0):
        return np.array(model.decision_function(x.copy(order="K")), dtype=float)


def _class_numbers(labels: np.ndarray, classes: int) -> np.ndarray:
    unknown = labels[~np.isin(labels, np.arange(classes))]
    if len(unknown):
        raise UserError(
            f"the model predicts a label that is not a class: {str(unknown[0])[:50]} instead of"
            f" {' or '.join(map(str, range(classes)))}, the numbers of the classes"
        )
    return labels.astype(int)


def _check_probabilities(values: np.ndarray, columns: int) -> None:
    """UserError if values, one row per sample, are no probabilities of `columns` classes."""
    problem = ""
    if values.shape[1:] != (columns,):
        problem = f"have the shape {values.shape}, for {columns} classes"
    elif not np.all(np.isfinite(values)):
        problem = "hold values that are not finite"
    elif values.min() < -ROUNDING or values.max() > 1 + ROUNDING:
        problem = f"go from {values.min():.6g} to {values.max():.6g}, not from 0 to 1"
    elif np.abs(sums := values.sum(axis=1) - 1).max() > ROUNDING:
        problem = f"of a sample sum to {1 + sums[np.abs(sums).argmax()]:.6g}, not to 1"
    if problem:
        raise UserError(f"the probabilities {problem}")


def own_importance(model, columns: int) -> tuple[np.ndarray | None, str]:
    """((p,) importance of each column or None, kind): mean absolute coefficient, or impurity.

    columns: p. ValueError if the model has another number of them.
    """
    if isinstance(model, StackingClassifier) and model.cv == "prefit":
        # Made by `calibrate`.
        model = model.estimators_[0]
    model = getattr(model, "regressor_", model)
    coefficients = getattr(model, "coef_", None)
    if coefficients is not None:
        importance = np.abs(np.atleast_2d(np.asarray(coefficients, dtype=float))).mean(axis=0)
        kind = "coefficient"
    else:
        impurity = getattr(model, "feature_importances_", None)
        if impurity is None:
            return None, ""
        importance, kind = np.asarray(impurity, dtype=float), "impurity"
    if importance.shape != (columns,):
        raise ValueError(f"{kind} of shape {importance.shape} for {columns} features")
    return importance, kind
