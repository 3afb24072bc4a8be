"""Log loss: the mean of -log of the true class's probability, clipped at 1e-15."""

import numpy as np


def score(samples):
    """(B,) values."""
    prob = samples.prob[np.arange(len(samples.truth)), samples.truth]
    return samples.mean(-np.log(np.clip(prob, 1e-15, 1)))
