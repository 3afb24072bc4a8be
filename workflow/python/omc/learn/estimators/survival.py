"""Survival models that scikit-survival lacks, or has without what is needed here."""

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted
from sksurv.base import SurvivalAnalysisMixin
from sksurv.functions import StepFunction
from sksurv.linear_model import CoxnetSurvivalAnalysis
from sksurv.nonparametric import kaplan_meier_estimator

# Standing for no penalty, as glmnet's path cannot end at 0.
LEAST_ALPHA = 1e-8


class KaplanMeier(SurvivalAnalysisMixin, BaseEstimator):
    """The survival of the training samples for everybody: what others must beat."""

    def fit(self, x, y):
        """x: (n, p), not used; y: (n,) structured array of event and time."""
        self.n_features_in_ = x.shape[1]
        self.unique_times_, self.survival_ = kaplan_meier_estimator(y["event"], y["time"])
        return self

    def predict(self, x):
        """(n,) equal risks."""
        check_is_fitted(self)
        return np.zeros(len(x))

    def predict_survival_function(self, x):
        """(n,) the same step function for each sample."""
        check_is_fitted(self)
        function = StepFunction(self.unique_times_, self.survival_)
        return np.array([function] * len(x), dtype=object)


class CoxElasticNet(SurvivalAnalysisMixin, BaseEstimator):
    """Cox regression with an elastic net, as glmnet's: one alpha (glmnet's lambda).

    Maximises the partial log likelihood * 2 / n - alpha * (l1_ratio * |b|_1 + (1 - l1_ratio) / 2 *
    |b|_2^2) by scikit-survival's CoxnetSurvivalAnalysis (Simon et al. 2011,
    doi:10.18637/jss.v039.i05), on a path that leads to alpha; the baseline hazard is Breslow's.

    unpenalised: positions of columns whose coefficients are not penalised. coef_: (p,).
    """

    def __init__(self, alpha=0.1, l1_ratio=0.5, tol=1e-9, max_iter=100000, unpenalised=()):
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.tol = tol
        self.max_iter = max_iter
        self.unpenalised = unpenalised

    def fit(self, x, y):
        """x: (n, p); y: (n,) structured array of event and time."""
        factors = np.ones(x.shape[1])
        factors[list(self.unpenalised)] = 0
        # scikit-survival multiplies penalty factors by a number that makes their mean 1.
        alpha = max(self.alpha * factors.mean(), LEAST_ALPHA)
        if not factors.any():
            factors[:] = 1
        self.model_ = CoxnetSurvivalAnalysis(
            alphas=self._path(alpha), l1_ratio=self.l1_ratio, penalty_factor=factors,
            tol=self.tol, max_iter=self.max_iter, fit_baseline_model=True,
        )  # fmt: skip
        self.model_.fit(x, y)
        self.coef_ = self.model_.coef_[:, -1]
        self.n_features_in_ = x.shape[1]
        self.unique_times_ = self.model_.unique_times_
        return self

    @staticmethod
    def _path(alpha: float) -> list[float]:
        """Larger penalties that lead to alpha: warm starts."""
        return [alpha * 2**k for k in range(5, -1, -1)]

    def predict(self, x):
        """(n,) risks: the linear predictor."""
        check_is_fitted(self)
        return self.model_.predict(x)

    def predict_survival_function(self, x):
        """(n,) step functions."""
        check_is_fitted(self)
        return self.model_.predict_survival_function(x)
