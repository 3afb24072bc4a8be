"""The score test of a Cox regression on each feature."""

import numpy as np


def score_statistics(x: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """(p,) chi-square statistics with one degree of freedom, at a coefficient of 0.

    x: (n, p); outcome: (n,) structured array of event and time. At each event, the values of those
    who have it are compared with those of all who are at risk (Cox 1972,
    doi:10.1111/j.2517-6161.1972.tb00899.x; ties as by Breslow). -inf for a constant feature.
    """
    order = np.argsort(-outcome["time"], kind="stable")
    time, event = outcome["time"][order], outcome["event"][order]
    x = x[order] - x.mean(axis=0)
    # The last row of each time, from which all are at risk.
    last = np.flatnonzero(np.append(np.diff(time) != 0, True))
    at_risk = (last + 1)[:, None]
    mean = x.cumsum(axis=0)[last] / at_risk
    variance = (x**2).cumsum(axis=0)[last] / at_risk - mean**2
    first = np.append(0, last[:-1] + 1)
    events = np.add.reduceat(event.astype(float), first)[:, None]
    observed = np.add.reduceat(x * event[:, None], first, axis=0)
    score = (observed - events * mean).sum(axis=0)
    information = (events * variance).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(information > 1e-12, score**2 / information, -np.inf)
