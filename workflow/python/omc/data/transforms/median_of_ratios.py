"""Counts, as they are until each fit normalises them by its own size factors.

See `omc.learn.size_factors`: what they are relative to is learned from a fit's training samples.
"""

import numpy as np

DOMAIN = "counts, from 0"
KEEPS_ZERO, COMPOSITIONAL = True, False


def inside(x):
    """Whether a number can be a count."""
    return (x >= 0) & np.isfinite(x)


def apply(values, total, pseudo_count):
    """The counts themselves."""
    return values
