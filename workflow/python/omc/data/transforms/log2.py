"""log2 of the value."""

import numpy as np

DOMAIN = "numbers above 0"
KEEPS_ZERO, COMPOSITIONAL = False, False


def inside(x):
    """Whether a number has a logarithm."""
    return (x > 0) & np.isfinite(x)


def apply(values, total, pseudo_count):
    """log2(x)."""
    return np.log2(values)
