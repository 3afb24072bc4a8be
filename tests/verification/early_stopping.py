"""Boosting that stops early, for which scikit-survival has an argument of `fit` only."""

import numpy as np
from sksurv.ensemble import GradientBoostingSurvivalAnalysis


class EarlyStopped(GradientBoostingSurvivalAnalysis):
    """Trees until the loss out of the bag has not fallen for `patience` iterations.

    The rule of the scikit-survival user guide, Gradient Boosted Models, with its seed: an iteration
    counts as a fall if the mean improvement of the last `window` ones is above 1e-6.
    """

    window, patience = 10, 5

    def fit(self, X, y):
        self.random_state = 0
        return super().fit(X, y, monitor=self._stop)

    def _stop(self, iteration, model, _):
        """Whether to stop; called after each iteration, which counts from 0."""
        if iteration < self.window:
            self._last_fall = -1
            return False
        if np.mean(model.oob_improvement_[iteration - self.window + 1 : iteration + 1]) > 1e-6:
            self._last_fall = iteration
        return iteration - self._last_fall >= self.patience
