"""Spearman's rank correlation."""

import numpy as np


def score(samples):
    """(B,) values; NaN in resamples of equal outcomes or equal predictions."""
    shared = samples.mean(samples.truth_ranks * samples.predicted_ranks)
    return shared / np.sqrt(samples.truth_spread * samples.mean(samples.predicted_ranks**2))
