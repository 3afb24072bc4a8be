"""Brier score: the mean squared distance to the one-hot truth, halved for two classes."""

import numpy as np


def score(samples):
    """(B,) values."""
    classes = len(samples.classes)
    distance = ((samples.prob - np.eye(classes)[samples.truth]) ** 2).sum(axis=1)
    return samples.mean(distance) / (2 if classes == 2 else 1)
