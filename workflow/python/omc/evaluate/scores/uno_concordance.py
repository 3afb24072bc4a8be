"""Uno's concordance, which does not depend on how the samples were censored.

Pairs are weighted by the inverse of the squared probability that the sample with the event was not
censored before it, in the training samples: Uno et al. 2011, doi:10.1002/sim.4154.
"""

from omc.core.survival import comparable


def score(samples):
    """(B,) values; NaN in resamples in which no two samples can be compared."""
    pairs = comparable(samples.truth) * samples.own_weight[:, None] ** 2
    return samples.paired(pairs * samples.concordant) / samples.paired(pairs)
