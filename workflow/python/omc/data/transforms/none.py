"""No transform: numbers as they are."""

import numpy as np

DOMAIN, inside = "finite numbers", np.isfinite
KEEPS_ZERO, COMPOSITIONAL = True, False


def apply(values, total, pseudo_count):
    """The values themselves."""
    return values
