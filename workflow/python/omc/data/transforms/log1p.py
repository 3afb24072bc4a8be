"""Natural logarithm of the value + 1."""

import numpy as np

DOMAIN = "numbers above -1"
KEEPS_ZERO, COMPOSITIONAL = True, False


def inside(x):
    """Whether the number + 1 has a logarithm."""
    return (x > -1) & np.isfinite(x)


def apply(values, total, pseudo_count):
    """log(1 + x)."""
    return np.log1p(values)
