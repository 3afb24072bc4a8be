"""Resamples of predicted samples, and what several metrics share, computed once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

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
    """B resamples of n predictions. weights: (B, n) how often each one stands in each resample.

    What is undefined in a resample divides by zero and ends as NaN.
    """

    def __init__(self, predictions: Predictions, weights: np.ndarray):
        self.predictions, self.weights = predictions, weights
        self.truth, self.predicted = predictions.truth, predictions.predicted
        self.classes, self.positive = predictions.classes, predictions.positive

    @property
    def prob(self) -> np.ndarray:
        """(n, K) probabilities; Undefined for a model without."""
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
        """(B, K, K) confusion matrices: samples of each class put into each class."""
        classes = len(self.classes)
        table = self.weights @ np.eye(classes**2)[self.truth * classes + self.predicted]
        return table.reshape(-1, classes, classes)

    @cached_property
    def true(self) -> np.ndarray:
        """(B, K) samples of each class."""
        return self.counts.sum(axis=2)

    @cached_property
    def given(self) -> np.ndarray:
        """(B, K) samples put into each class."""
        return self.counts.sum(axis=1)

    @cached_property
    def right(self) -> np.ndarray:
        """(B, K) samples of each class that were put into it."""
        return np.diagonal(self.counts, axis1=1, axis2=2)

    @cached_property
    def recall(self) -> np.ndarray:
        """(B, K) share of each class that was put into it; NaN where it has no sample."""
        return self.right / self.true

    @cached_property
    def rankings(self) -> list[Ranking]:
        """Of the positive class of two, or of each of several classes against the rest."""
        classes = range(len(self.classes)) if self.positive is None else [self.positive]
        return [self._ranking(self.truth == k, self.prob[:, k]) for k in classes]

    def over_classes(self, area) -> np.ndarray:
        """(B,) mean of what a function makes of each of the `rankings`."""
        return sum(area(ranking) for ranking in self.rankings) / len(self.rankings)

    def _ranking(self, positive, value) -> Ranking:
        order, starts = _ties(-value)
        weights = self.weights[:, order]
        inside = np.add.reduceat(weights * positive[order], starts, axis=1)
        return Ranking(inside, np.add.reduceat(weights * ~positive[order], starts, axis=1))

    @cached_property
    def truth_ranks(self) -> np.ndarray:
        """(B, n) ranks of the true numbers, ties at their middle, less their mean."""
        return self._ranks(self.truth)

    @cached_property
    def predicted_ranks(self) -> np.ndarray:
        """(B, n) as `truth_ranks`, of the predicted numbers."""
        return self._ranks(self.predicted)

    @cached_property
    def truth_spread(self) -> np.ndarray:
        """(B,) variance of the ranks of the true numbers, which of equal numbers is exactly 0."""
        return self.mean(self.truth_ranks**2)

    def _ranks(self, value):
        order, starts = _ties(value)
        times = np.add.reduceat(self.weights[:, order], starts, axis=1)
        rank = times.cumsum(axis=1) - times / 2
        of_sample = np.empty(len(order), dtype=int)
        of_sample[order] = np.repeat(np.arange(len(starts)), np.diff([*starts, len(order)]))
        rank = rank[:, of_sample]
        return rank - self.mean(rank)[:, None]


def _ties(value):
    """The ascending order of a value, and where in it each distinct value begins."""
    order = np.argsort(value, kind="stable")
    return order, np.flatnonzero(np.diff(value[order], prepend=np.nan) != 0)
