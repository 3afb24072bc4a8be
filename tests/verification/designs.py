"""Simulated cross-validation of two equally good models, many data sets at a time in numpy.

Samples are normal in each class; a model is the nearest centroid on a block of features, and half
of the features of two models are shared, so that their predictions are correlated as those of real
models are. Neither is better, so every difference found is an error; and since each data set is
drawn anew, how often an interval holds the mean over all data sets is its coverage.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm


@dataclass(frozen=True)
class Setting:
    """What the data are like: samples, share of positives, features of a model, its ROC AUC."""

    samples: int
    share: float
    features: int
    auc: float

    @property
    def positives(self) -> int:
        return round(self.samples * self.share)

    @property
    def negatives(self) -> int:
        return self.samples - self.positives


def settings(samples: int, fewest: int = 1) -> list[Setting]:
    """All settings of a number of samples, with at least `fewest` positives."""
    every = [
        Setting(samples, share, features, auc)
        for share in (0.5, 0.3)
        for features in (10, 100)
        for auc in (0.6, 0.7, 0.8, 0.9)
    ]
    return [setting for setting in every if setting.positives >= fewest]


def splits(setting: Setting, scheme: str, folds: int, repeats: int, rng):
    """(weights, test): (J, n) how often each sample is trained on, and whether it is tested.

    Stratified as the schemes of the workflow are: J = folds * repeats of repeated_kfold and
    subsampling (which tests 1 / folds of the samples), J = repeats of bootstrap.
    """
    sizes = setting.positives, setting.negatives
    if scheme == "bootstrap":
        drawn = [rng.multinomial(size, np.full(size, 1 / size), size=repeats) for size in sizes]
        weights = np.concatenate(drawn, axis=1).astype(float)
        return weights, weights == 0
    divisions = repeats if scheme == "repeated_kfold" else folds * repeats
    place = [rng.random((divisions, size)).argsort(axis=1).argsort(axis=1) for size in sizes]
    if scheme == "subsampling":
        test = [p < max(1, round(p.shape[1] / folds)) for p in place]
        test = np.concatenate(test, axis=1)
    else:
        # The second class goes on where the first one ended, so that folds have equal sizes.
        fold = np.concatenate([place[0], place[1] + sizes[0]], axis=1) % folds
        test = (fold[:, None] == np.arange(folds)[:, None]).reshape(-1, setting.samples)
    return (~test).astype(float), test


def areas(setting: Setting, splits_of, count: int, rng, better: float = 1) -> np.ndarray:
    """(count, 2, J) ROC AUC of two models on each split of `count` data sets.

    splits_of: function that returns (weights, test) of a data set; better: how many times as far
    apart the classes are in the features that only the second model has. NaN where a split lacks a
    class.
    """
    positives, features = setting.positives, setting.features
    distance = np.full(features + features // 2, shift(setting))
    distance[features:] *= better
    values = []
    for _ in range(count):
        x = rng.normal(size=(setting.samples, features + features // 2))
        x[:positives] += distance
        weights, test = splits_of()
        blocks = x[:, :features], x[:, features // 2 :]
        values.append([area(block, weights, test, positives) for block in blocks])
    return np.array(values)


def left_out(groups: int, size: int, auc: float, count: int, rng, better: float = 1) -> np.ndarray:
    """(count, 2, groups) ROC AUC within each group that is left out, of two models.

    The groups differ in the level of each feature and in how far its classes are apart.
    """
    setting = Setting(groups * size, 0.5, 20, auc)
    group = np.tile(np.repeat(np.arange(groups), size // 2), 2)
    test = group == np.arange(groups)[:, None]
    values = []
    for _ in range(count):
        x = rng.normal(size=(setting.samples, 30)) + 0.5 * rng.normal(size=(groups, 30))[group]
        distance = np.full(30, shift(setting))
        distance[20:] = shift(setting) * better
        apart = 1 + 0.3 * rng.normal(size=(groups, 1))
        x[: setting.positives] += (apart * distance)[group[: setting.positives]]
        blocks = x[:, :20], x[:, 10:]
        values.append([area(block, ~test * 1.0, test, setting.positives) for block in blocks])
    return np.array(values)


def area(x, weights, test, positives: int) -> np.ndarray:
    """(J,) ROC AUC of the nearest centroid; the first `positives` rows of x are positive."""
    means = [
        w @ part / w.sum(axis=1, keepdims=True)
        for w, part in (
            (weights[:, :positives], x[:positives]),
            (weights[:, positives:], x[positives:]),
        )
    ]
    score = np.where(test, (means[0] - means[1]) @ x.T, np.inf)
    # Test samples first: only these are sorted.
    tested = np.argsort(~test, axis=1, kind="stable")[:, : test.sum(axis=1).max()]
    tested = np.take_along_axis(
        tested, np.take_along_axis(score, tested, axis=1).argsort(axis=1), 1
    )
    counted = np.take_along_axis(test, tested, axis=1)
    positive, negative = counted & (tested < positives), counted & (tested >= positives)
    with np.errstate(invalid="ignore"):
        below = (negative.cumsum(axis=1) * positive).sum(axis=1)
        return below / (positive.sum(axis=1) * negative.sum(axis=1))


@cache
def shift(setting: Setting, trained: float = 0.8) -> float:
    """Distance of the class means of each feature at which the model has the wanted ROC AUC."""
    spread = np.sqrt(1 / (trained * setting.positives) + 1 / (trained * setting.negatives))
    noise = np.random.default_rng(5).normal(size=(2000, setting.features)) * spread

    def excess(distance):
        direction = noise + distance
        separation = direction.sum(axis=1) * distance / np.linalg.norm(direction, axis=1)
        return norm.cdf(separation / np.sqrt(2)).mean() - setting.auc

    return brentq(excess, 0, 6)
