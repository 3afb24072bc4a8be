"""Mean absolute error."""

import numpy as np


def score(samples):
    """(B,) values, in units of the outcome."""
    return samples.mean(np.abs(samples.predicted - samples.truth))
