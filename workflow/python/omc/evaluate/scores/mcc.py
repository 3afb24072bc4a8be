"""Matthews correlation for any number of classes.

Gorodkin 2004, doi:10.1016/j.compbiolchem.2004.09.006.
"""

import numpy as np


def score(samples):
    """(B,) values: 0 if one class was predicted for all samples, NaN if all are of one class."""
    true, given, total = samples.true, samples.given, samples.total
    spread = (total**2 - (given**2).sum(axis=1)) * (total**2 - (true**2).sum(axis=1))
    shared = samples.right.sum(axis=1) * total - (given * true).sum(axis=1)
    value = np.where(spread > 0, shared / np.sqrt(spread), 0.0)
    value[(true > 0).sum(axis=1) < 2] = np.nan
    return value
