"""Spearman's rank correlation; a constant prediction has none: 0."""

import numpy as np


def score(samples):
    """(B,) values; NaN in resamples of equal outcomes."""
    shared = samples.mean(samples.truth_ranks * samples.predicted_ranks)
    predicted_spread = samples.mean(samples.predicted_ranks**2)
    correlation = shared / np.sqrt(samples.truth_spread * predicted_spread)
    return np.where((predicted_spread == 0) & (samples.truth_spread > 0), 0, correlation)
