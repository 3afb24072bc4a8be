"""Root mean squared error."""

import numpy as np


def score(samples):
    """(B,) values, in units of the outcome."""
    return np.sqrt(samples.mean((samples.predicted - samples.truth) ** 2))
