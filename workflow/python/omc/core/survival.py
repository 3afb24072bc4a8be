"""Times to an event, some of them censored (twin: survival.R).

A time is written as R prints it: `365` if the event happened then, `365+` if the sample was
observed until then without an event.
"""

import numpy as np

OUTCOME = np.dtype([("event", bool), ("time", float)])
CENSORED = "+"
# Prefix of the columns with the probabilities of surviving the horizons.
SURVIVAL = "survival_"
# Column with the probability of not being censored until the sample's own time; with a horizon, `_`
# and the horizon.
UNCENSORED = "uncensored"


def outcomes(texts) -> np.ndarray:
    """(n,) structured array of event and time, as scikit-survival takes it, from written times."""
    found = np.empty(len(texts), dtype=OUTCOME)
    for i, text in enumerate(texts):
        found[i] = not text.endswith(CENSORED), float(text.removesuffix(CENSORED))
    return found


def written(time: str, event: bool) -> str:
    """A time with its mark."""
    return time if event else f"{time}{CENSORED}"


def status(text: str) -> str:
    """`event` or `censored`."""
    return "censored" if text.endswith(CENSORED) else "event"


def survival_columns(horizons) -> list[str]:
    """Names of the columns with the probabilities of surviving each horizon."""
    return [f"{SURVIVAL}{horizon:.12g}" for horizon in horizons]


def uncensored_columns(horizons) -> list[str]:
    """Names of the columns with the probabilities of not being censored."""
    return [UNCENSORED, *(f"{UNCENSORED}_{horizon:.12g}" for horizon in horizons)]


def martingale_residuals(outcome: np.ndarray) -> np.ndarray:
    """(n,) events less those expected without features: high for early events.

    The expected number is the Nelson-Aalen estimate of the cumulative hazard at the sample's time
    (Therneau, Grambsch & Fleming 1990, doi:10.1093/biomet/77.1.147). A number for each sample, for
    methods that know no censoring.
    """
    times, at = np.unique(outcome["time"], return_inverse=True)
    events = np.bincount(at, weights=outcome["event"], minlength=len(times))
    leaving = np.bincount(at, minlength=len(times))
    at_risk = leaving[::-1].cumsum()[::-1]
    return outcome["event"] - (events / at_risk).cumsum()[at]


class Censoring:
    """Kaplan-Meier estimate of the probability that a sample is not censored yet.

    Of training samples: its inverse weights the test samples, so that those who were observed stand
    for those who were not (IPCW). Events come before censorings at the same time. After the last
    training sample, if that is censored, the probability stays what it was before: at 0, test
    samples that lived on would have no weight.
    """

    def __init__(self, outcome: np.ndarray):
        """outcome: (n,) of the training samples."""
        self.times, at = np.unique(outcome["time"], return_inverse=True)
        leaving = np.bincount(at)
        events = np.bincount(at, weights=outcome["event"])
        at_risk = leaving[::-1].cumsum()[::-1] - events
        censored = leaving - events
        with np.errstate(invalid="ignore"):
            kept = np.where(at_risk > 0, 1 - censored / at_risk, 1)
        survival = np.append(1, kept.cumprod())
        self.survival = np.where(survival > 0, survival, survival[survival > 0].min())

    def at(self, times) -> np.ndarray:
        """Probability of not being censored until each of these times, themselves included."""
        return self.survival[np.searchsorted(self.times, times, side="right")]


def comparable(outcome: np.ndarray) -> np.ndarray:
    """(n, n) whether sample i had the event while j was still observed without it."""
    time, event = outcome["time"], outcome["event"]
    later = time[:, None] < time
    same = (time[:, None] == time) & ~event
    return event[:, None] & (later | same)


# Risks that differ by less are tied, as in scikit-survival.
TIED = 1e-8


def concordant(risk: np.ndarray) -> np.ndarray:
    """(n, n) 1 where the risk of i is higher than that of j, 0.5 where they are tied, else 0."""
    difference = risk[:, None] - risk
    return np.where(np.abs(difference) <= TIED, 0.5, difference > 0)


def squared_errors(outcome, survival, horizons, own, at_horizons) -> np.ndarray:
    """(n, H) weighted squared errors of survival probabilities, whose mean is the Brier score.

    survival: (n, H); own: (n,) probability of not being censored until the sample's own time;
    at_horizons: (n, H) or (H,) until each horizon. Samples that were censored before a horizon
    count by the others, whose weights are larger (Graf et al. 1999,
    doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5).
    """
    time, horizons = outcome["time"][:, None], np.asarray(horizons)
    died, lived = outcome["event"][:, None] & (time <= horizons), time > horizons
    with np.errstate(divide="ignore"):
        of_died = np.where(own > 0, 1 / own, 0)[:, None]
        of_lived = np.where(at_horizons > 0, 1 / at_horizons, 0)
    return died * of_died * survival**2 + lived * of_lived * (1 - survival) ** 2


def horizon_weights(horizons) -> np.ndarray:
    """(H,) weights of the horizons in an integral over them, which sum to 1: trapezoids."""
    horizons = np.asarray(horizons, dtype=float)
    if len(horizons) == 1:
        return np.ones(1)
    steps = np.diff(horizons)
    weights = np.append(steps, 0) + np.append(0, steps)
    return weights / weights.sum()
