"""Log loss: the mean surprise at the true class, with probabilities of at least 1e-15."""

import numpy as np


def score(samples):
    """(B,) values."""
    given = samples.prob[np.arange(len(samples.truth)), samples.truth]
    return samples.mean(-np.log(np.clip(given, 1e-15, 1)))
