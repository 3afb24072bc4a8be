"""Balanced accuracy: the mean recall of the classes that occur."""

import numpy as np


def score(samples):
    """(B,) values."""
    return np.nansum(samples.recall, axis=1) / (samples.true > 0).sum(axis=1)
