"""Centred log-ratio of the value + pseudo_count (Aitchison 1982).

doi:10.1111/j.2517-6161.1982.tb01195.x
"""

import math

import numpy as np

DOMAIN = "parts of a whole, from 0"
KEEPS_ZERO, COMPOSITIONAL = False, True


def inside(x):
    """Whether a number can be a part of a whole."""
    return (x >= 0) & np.isfinite(x)


def refuse(values, pseudo_count):
    """The first sample with a zero that the pseudo_count does not lift."""
    zero = np.argwhere(values + pseudo_count == 0)
    if len(zero):
        return zero[0][0], "takes a logarithm, and {sample} has a zero: set pseudo_count above 0"
    return None


def apply(values, total, pseudo_count):
    """log(x + pseudo_count) less its mean over the sample."""
    values += pseudo_count
    logs = np.log(values, out=values)
    known = (~np.isnan(logs)).sum(axis=1)
    means = np.array([math.fsum(row[~np.isnan(row)]) for row in logs]) / np.maximum(known, 1)
    logs -= means[:, None]
    return logs
