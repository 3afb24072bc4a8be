"""Time-dependent ROC AUC, mean over the horizons.

Of those who had the event until the horizon (cases, weighted for censoring) against those who were
observed for longer: Uno et al. 2007, doi:10.1198/016214507000000149. The mean gives every horizon
the same weight, whereas scikit-survival weights times by how much the survival falls between them.
"""

import numpy as np


def score(samples):
    """(B,) values; NaN in resamples without cases or without controls at all horizons."""
    values = np.array([at_horizon(samples, horizon) for horizon in samples.horizons])
    known = np.isfinite(values)
    return np.where(known, values, 0).sum(axis=0) / known.sum(axis=0)


def at_horizon(samples, horizon: float) -> np.ndarray:
    """(B,) values of one horizon."""
    time, event = samples.truth["time"], samples.truth["event"]
    cases = (event & (time <= horizon)) * samples.own_weight
    pairs = cases[:, None] * (time > horizon)
    return samples.paired(pairs * samples.concordant) / samples.paired(pairs)
