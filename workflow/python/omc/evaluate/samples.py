"""Resamples of predicted samples, with the quantities that several metrics share."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from omc.core.survival import concordant
from omc.evaluate.predictions import Predictions


class Undefined(Exception):
    """These predictions have no value of the metric, whichever samples are drawn."""


@dataclass(frozen=True)
class Ranking:
    """Samples in and out of one class at each of its d distinct probabilities, highest first.

    inside, outside: (B, d) numbers of samples in each resample.
    """

    inside: np.ndarray
    outside: np.ndarray


class Samples:
    """B resamples of n predictions. weights: (B, n) how often each one is in each resample.

    An undefined quantity is NaN, as it divides by zero.
    """

    def __init__(self, predictions: Predictions, weights: np.ndarray):
        self.predictions, self.weights = predictions, weights
        self.truth, self.predicted = predictions.truth, predictions.predicted
        self.classes, self.positive = predictions.classes, predictions.positive
        self.horizons = predictions.horizons

    @property
    def prob(self) -> np.ndarray:
        """(n, K) probabilities; raises Undefined if the model has none."""
        if not self.predictions.has_probabilities:
            raise Undefined
        return self.predictions.prob

    @cached_property
    def total(self) -> np.ndarray:
        """(B,) number of samples."""
        return self.weights.sum(axis=1)

    def mean(self, values) -> np.ndarray:
        """(B,) mean of (n,) or (B, n) numbers."""
        return (self.weights * values).sum(axis=1) / self.total

    @cached_property
    def counts(self) -> np.ndarray:
        """(B, K, K) confusion matrices: samples by true and by predicted class."""
        classes = len(self.classes)
        table = self.weights @ np.eye(classes**2)[self.truth * classes + self.predicted]
        return table.reshape(-1, classes, classes)

    @cached_property
    def true(self) -> np.ndarray:
        """(B, K) samples of each class."""
        return self.counts.sum(axis=2)

    @cached_property
    def given(self) -> np.ndarray:
        """(B, K) samples predicted as each class."""
        return self.counts.sum(axis=1)

    @cached_property
    def right(self) -> np.ndarray:
        """(B, K) correctly predicted samples of each class."""
        return np.diagonal(self.counts, axis1=1, axis2=2)

    @cached_property
    def recall(self) -> np.ndarray:
        """(B, K) share of each class that was predicted correctly; NaN if it has no sample."""
        return self.right / self.true

    @cached_property
    def rankings(self) -> list[Ranking]:
        """Of the positive class of two, or of each of several classes against the rest."""
        classes = range(len(self.classes)) if self.positive is None else [self.positive]
        return [self._ranking(self.truth == k, self.prob[:, k]) for k in classes]

    def over_classes(self, area) -> np.ndarray:
        """(B,) mean of a function's values for each of the `rankings`."""
        return sum(area(ranking) for ranking in self.rankings) / len(self.rankings)

    def _ranking(self, positive, value) -> Ranking:
        order, starts = _ties(-value)
        weights = self.weights[:, order]
        inside = np.add.reduceat(weights * positive[order], starts, axis=1)
        return Ranking(inside, np.add.reduceat(weights * ~positive[order], starts, axis=1))

    def paired(self, pairs: np.ndarray) -> np.ndarray:
        """(B,) sums over (n, n) pairs of samples, each as often as both are in the resample."""
        # Few samples are the first of a pair: those with an event.
        first, second = pairs.any(axis=1), pairs.any(axis=0)
        of_first = self.weights[:, first] @ pairs[np.ix_(first, second)]
        return (of_first * self.weights[:, second]).sum(axis=1)

    @cached_property
    def concordant(self) -> np.ndarray:
        """(n, n) whether the risk of the first sample is higher; see `core.survival`."""
        return concordant(self.predicted)

    @property
    def own_weight(self) -> np.ndarray:
        """(n,) inverse probabilities of not being censored until the sample's own time; 0 for 0."""
        own = self.predictions.uncensored[:, 0]
        return np.divide(1, own, out=np.zeros_like(own), where=own > 0)

    @cached_property
    def truth_ranks(self) -> np.ndarray:
        """(B, n) centred ranks of the true numbers; ties get their mean rank."""
        return self._ranks(self.truth)

    @cached_property
    def predicted_ranks(self) -> np.ndarray:
        """(B, n) centred ranks of the predicted numbers."""
        return self._ranks(self.predicted)

    @cached_property
    def truth_spread(self) -> np.ndarray:
        """(B,) variance of the ranks of the true numbers: exactly 0 if all are equal."""
        return self.mean(self.truth_ranks**2)

    def _ranks(self, value):
        order, starts = _ties(value)
        counts = np.add.reduceat(self.weights[:, order], starts, axis=1)
        rank = counts.cumsum(axis=1) - counts / 2
        tie = np.empty(len(order), dtype=int)
        tie[order] = np.repeat(np.arange(len(starts)), np.diff([*starts, len(order)]))
        rank = rank[:, tie]
        return rank - self.mean(rank)[:, None]


def _ties(value):
    """The ascending order of values, and where each distinct value starts in it."""
    order = np.argsort(value, kind="stable")
    return order, np.flatnonzero(np.diff(value[order], prepend=np.nan) != 0)
