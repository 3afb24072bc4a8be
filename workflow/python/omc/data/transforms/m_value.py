"""M-value of methylation (Du et al. 2010, doi:10.1186/1471-2105-11-587)."""

import numpy as np

DOMAIN = "methylation beta values between 0 and 1"
KEEPS_ZERO, COMPOSITIONAL = False, False


def inside(x):
    """Whether a beta value has a finite logit."""
    return (x > 0) & (x < 1)


def apply(values, total, pseudo_count):
    """log2(b / (1 - b))."""
    return np.log2(values / (1 - values))
