"""Harrell's concordance: how often the sample with the higher risk has the event first.

Harrell et al. 1982, doi:10.1001/jama.1982.03320430047030.
"""

from omc.core.survival import comparable


def score(samples):
    """(B,) values; NaN in resamples in which no two samples can be compared."""
    pairs = comparable(samples.truth)
    return samples.paired(pairs * samples.concordant) / samples.paired(pairs.astype(float))
