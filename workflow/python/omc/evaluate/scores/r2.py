"""Coefficient of determination: the share of the outcome's variance that is explained."""

import numpy as np


def score(samples):
    """(B,) values; NaN in resamples of equal outcomes."""
    error = samples.predicted - samples.truth
    deviation = samples.truth - samples.mean(samples.truth)[:, None]
    explained = 1 - samples.mean(error**2) / samples.mean(deviation**2)
    # Ranks show equal outcomes: their variance is exactly 0, without rounding errors.
    return np.where(samples.truth_spread > 0, explained, np.nan)
