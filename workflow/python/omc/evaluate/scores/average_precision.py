"""Average precision: of the positive class of two, macro one-vs-rest of several."""

import numpy as np


def score(samples):
    """(B,) values; NaN in resamples that lack a class, or all others."""
    return samples.over_classes(_average)


def _average(ranking):
    found, passed = ranking.inside.cumsum(axis=1), ranking.outside.cumsum(axis=1)
    precision = np.where(ranking.inside > 0, found / (found + passed), 0)
    average = (ranking.inside * precision).sum(axis=1) / found[:, -1]
    return np.where(passed[:, -1] > 0, average, np.nan)
