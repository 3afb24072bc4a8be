"""Regressions with an elastic net at its optimum, which caret's glmnet finds too."""

import warnings

import numpy as np
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import ElasticNet, enet_path
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.validation import check_is_fitted, validate_data

# Smallest variance of a label in the quadratic approximation, as in glmnet.
LEAST_VARIANCE = 1e-5
# How far a sweep of coordinate descent goes, as a share of the last change of the linear predictor:
# while the approximation still changes, its exact minimum is of no use.
SHARE = 0.01


class LogisticElasticNet(ClassifierMixin, BaseEstimator):
    """Logistic or, for more than two classes, multinomial regression with an elastic net.

    Minimises mean log loss + alpha * (l1_ratio * |b|_1 + (1 - l1_ratio) / 2 * |b|_2^2), which is
    glmnet's objective with lambda = alpha and alpha = l1_ratio. C, if given, takes the place of
    alpha: alpha = 1 / (n C), scikit-learn's scale. The intercept is not penalised. Coordinate
    descent (scikit-learn's) on quadratic approximations, class by class: Friedman, Hastie &
    Tibshirani 2010, doi:10.18637/jss.v033.i01. scikit-learn's own solver for this penalty (saga)
    takes a hundred times as long to come as close to the optimum.

    tol: largest change of a linear predictor at the end. class_weight: None or "balanced".
    unpenalised: positions of columns whose coefficients are not penalised, as the intercept is not.
    coef_ (1, p) for two classes, (K, p) for more; intercept_ (1,) or (K,).
    """

    def __init__(
        self, alpha=0.1, l1_ratio=0.5, C=None, class_weight=None, tol=1e-6, max_iter=1000,
        unpenalised=(),
    ):  # fmt: skip
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.C = C
        self.class_weight = class_weight
        self.tol = tol
        self.max_iter = max_iter
        self.unpenalised = unpenalised

    def fit(self, x, y, sample_weight=None):
        """x: (n, p); y: (n,) labels of two classes or more; sample_weight: (n,)."""
        x, y = validate_data(self, x, y, dtype=float)
        self.classes_, label = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("the training samples are all of one class")
        weights = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, float)
        if self.class_weight is not None:
            weights = weights * compute_sample_weight(self.class_weight, y)
        penalty = self.alpha if self.C is None else 1 / (self.C * weights.sum())
        weights = weights / weights.sum()
        target = np.eye(len(self.classes_))[label]
        if len(self.classes_) == 2:
            target = target[:, 1:]
        self.coef_, self.intercept_ = self._minimise(x, target, weights, penalty)
        return self

    def _minimise(self, x, target, weights, penalty):
        """(coefficients, intercepts); target: (n, 1) or (n, K), 1 in the column of the class."""
        coefficients = np.zeros((target.shape[1], x.shape[1]))
        share = weights @ target
        intercepts = np.log(share / (1 - share)) if len(share) == 1 else np.log(share)
        change = 1.0
        for n_iter in range(1, self.max_iter + 1):
            self.n_iter_ = n_iter
            sweep_tol = max(self.tol / 100, SHARE * change)
            change = 0.0
            for k in range(len(coefficients)):
                linear = x @ coefficients.T + intercepts
                prob = _probabilities(linear)[:, -1 if len(coefficients) == 1 else k]
                variance = np.maximum(prob * (1 - prob), LEAST_VARIANCE)
                response = linear[:, k] + (target[:, k] - prob) / variance
                coefficients[k], intercepts[k] = _weighted_elastic_net(
                    x, response, weights * variance, penalty, self.l1_ratio, coefficients[k],
                    sweep_tol, self.unpenalised,
                )  # fmt: skip
                moved = np.abs(x @ coefficients[k] + intercepts[k] - linear[:, k])
                change = max(change, moved.max())
            # A coarse sweep may not move at all.
            if change < self.tol and sweep_tol <= self.tol / 100:
                break
        else:
            warnings.warn(
                f"no convergence in {self.max_iter} rounds", ConvergenceWarning, stacklevel=2
            )
        return coefficients, intercepts

    def decision_function(self, x):
        """(n,) linear predictor of the second class, or (n, K)."""
        check_is_fitted(self)
        x = validate_data(self, x, dtype=float, reset=False)
        linear = x @ self.coef_.T + self.intercept_
        return linear[:, 0] if len(self.coef_) == 1 else linear

    def predict_proba(self, x):
        """(n, K) probabilities."""
        linear = self.decision_function(x)
        return _probabilities(linear.reshape(len(linear), -1))

    def predict(self, x):
        """(n,) labels with the highest probability."""
        return self.classes_[self.predict_proba(x).argmax(axis=1)]


def _probabilities(linear: np.ndarray) -> np.ndarray:
    """(n, K) from linear predictors (n, K), or (n, 1) of the second of two classes."""
    if linear.shape[1] == 1:
        linear = np.hstack([np.zeros_like(linear), linear])
    return softmax(linear, axis=1)


class LinearElasticNet(ElasticNet):
    """scikit-learn's ElasticNet, in which some columns may be unpenalised.

    unpenalised: positions of columns whose coefficients are not penalised, as the intercept is not.
    """

    def __init__(self, alpha=1.0, *, l1_ratio=0.5, max_iter=1000, tol=1e-4, unpenalised=()):
        super().__init__(alpha=alpha, l1_ratio=l1_ratio, max_iter=max_iter, tol=tol)
        self.unpenalised = unpenalised

    def fit(self, x, y):
        """x: (n, p); y: (n,)."""
        if not len(self.unpenalised):
            return super().fit(x, y)
        x, y = validate_data(self, x, y, dtype=float, y_numeric=True)
        share = np.full(len(y), 1 / len(y))
        self.coef_, self.intercept_ = _weighted_elastic_net(
            x, y, share, self.alpha, self.l1_ratio, np.zeros(x.shape[1]), self.tol, self.unpenalised
        )
        return self


def _weighted_elastic_net(x, response, weights, penalty, l1_ratio, start, tol, unpenalised):
    """(coefficients, intercept) of a weighted least squares fit, from `start` on.

    Columns without a penalty are projected out of the others and of the response, as the intercept
    is (Frisch & Waugh 1933, doi:10.2307/1907330): what remains is an elastic net.
    """
    total = weights.sum()
    # scikit-learn divides the sum of squares by 2 n.
    root = np.sqrt(weights * len(x) / total)[:, None]
    coefficients, penalised = np.zeros(x.shape[1]), np.ones(x.shape[1], dtype=bool)
    penalised[list(unpenalised)] = False
    if penalised.all():
        means = weights @ x / total, weights @ response / total
        rest, response = (x - means[0]) * root, (response - means[1]) * root[:, 0]
    else:
        free = np.column_stack([np.ones(len(x)), x[:, ~penalised]])
        both = np.column_stack([x[:, penalised], response]) * root
        # Indicators of all levels add up to the intercept: the smallest solution is taken.
        explained = np.linalg.lstsq(free * root, both, rcond=None)[0]
        both -= free * root @ explained
        rest, response, means = both[:, :-1], both[:, -1], (explained[:, :-1], explained[:, -1])
    if penalised.any():
        with warnings.catch_warnings():
            # The rounds around it converge, whether this sweep does or not.
            warnings.simplefilter("ignore", ConvergenceWarning)
            _, path, _ = enet_path(
                np.asfortranarray(rest), response, l1_ratio=l1_ratio, alphas=[penalty / total],
                coef_init=start[penalised], precompute=False, check_input=False, tol=tol,
                max_iter=10_000,
            )  # fmt: skip
        coefficients[penalised] = path[:, 0]
    of_free = np.atleast_1d(means[1] - means[0] @ coefficients[penalised])
    coefficients[~penalised] = of_free[1:]
    return coefficients, of_free[0]
