"""log2 of counts per million + 1."""

import numpy as np

DOMAIN = "counts, from 0"
KEEPS_ZERO, COMPOSITIONAL = True, True
NEEDS_TOTAL = True


def inside(x):
    """Whether a number can be a count."""
    return (x >= 0) & np.isfinite(x)


def apply(values, total, pseudo_count):
    """log2(x / total * 1e6 + 1)."""
    return np.log2(values / total * 1e6 + 1)
