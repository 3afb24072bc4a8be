"""Kaplan-Meier estimate of the survival of samples, with its limits."""

import numpy as np
from sksurv.nonparametric import kaplan_meier_estimator


class KaplanMeier:
    """Survival of samples, with 95 % limits on the scale of log(-log(survival)).

    Kaplan & Meier 1958, doi:10.1080/01621459.1958.10501452; limits: Borgan & Liestøl 1990,
    https://www.jstor.org/stable/4616152.
    """

    def __init__(self, outcome: np.ndarray):
        """outcome: (n,) of the samples, with a row for each time that one was drawn."""
        self.observed = np.sort(outcome["time"])
        if len(outcome):
            self.times, *estimate = kaplan_meier_estimator(
                outcome["event"], outcome["time"], conf_type="log-log"
            )
            self.steps = np.column_stack([np.ones(3), np.vstack(estimate)])

    def at(self, times) -> np.ndarray:
        """(3, T) survival at these times, and its lower and upper limit.

        NaN after the last sample was observed, unless it had the event; and without samples.
        """
        times = np.asarray(times, dtype=float)
        if not len(self.observed):
            return np.full((3, len(times)), np.nan)
        values = self.steps[:, np.searchsorted(self.times, times, side="right")]
        unknown = (times > self.observed[-1]) & (values[0] > 0)
        return np.where(unknown, np.nan, values)

    def at_risk(self, times) -> np.ndarray:
        """(T,) samples that are still observed, and had no event, just before these times."""
        return len(self.observed) - np.searchsorted(self.observed, times, side="left")
