"""Average precision of the positive class; with several classes, macro one-vs-rest."""

import numpy as np


def score(samples):
    """(B,) values; NaN in resamples that lack a class, or all others."""
    return samples.over_classes(_average)


def _average(ranking):
    hits, misses = ranking.inside.cumsum(axis=1), ranking.outside.cumsum(axis=1)
    precision = np.where(ranking.inside > 0, hits / (hits + misses), 0)
    average = (ranking.inside * precision).sum(axis=1) / hits[:, -1]
    return np.where(misses[:, -1] > 0, average, np.nan)
