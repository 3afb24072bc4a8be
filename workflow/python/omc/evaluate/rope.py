"""The region of practical equivalence (ROPE): differences that do not matter in practice."""

import math

from omc.evaluate.metrics import METRICS


def half_width(metric: str, rope: float | None, outcome) -> float:
    """Half the width of the region in units of the metric; NaN for none.

    rope: as configured, None for the metric's own; outcome: (n,) Series of labels or of numbers as
    text. In units of the outcome, the rope is a multiple of its standard deviation. The own rope of
    Brier score and log loss is a share of what predicting the share of each class would score:
    with a rare class, any two models differ by little in absolute terms.
    """
    value, unit = _configured(metric, rope)
    if unit == "outcome":
        return value * outcome.astype(float).std()
    if unit == "baseline":
        return value * _uninformed(metric, outcome.value_counts(normalize=True).tolist())
    return value


def _configured(metric: str, rope: float | None) -> tuple[float, str]:
    """(value, unit) of the rope; a configured one is never a share of the baseline's score."""
    unit = METRICS[metric].unit
    if rope is None:
        return METRICS[metric].rope, unit
    return rope, "" if unit == "baseline" else unit


def _uninformed(metric: str, shares: list[float]) -> float:
    """Score of a prediction that gives each class its share."""
    if metric == "log_loss":
        return -sum(share * math.log(share) for share in shares)
    return (1 - sum(share**2 for share in shares)) / (2 if len(shares) == 2 else 1)


def describe(metric: str, rope: float | None) -> str:
    """'0.01', '0.01 standard deviations of the outcome', or "" if the metric has no rope."""
    value, unit = _configured(metric, rope)
    if math.isnan(value):
        return ""
    if unit == "outcome":
        return f"{value:g} standard deviations of the outcome"
    if unit == "baseline":
        return f"{100 * value:g} % of the score of the class shares"
    return f"{value:g}"
