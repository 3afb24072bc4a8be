"""Numbers of the explorer page: short enough to ship, None where undefined."""

import math
from collections.abc import Iterable


def short(value, digits: int = 6) -> float | None:
    """A number, or the text of one, in a few significant digits; None for what is not finite."""
    if value is None or value == "":
        return None
    number = float(f"{float(value):.{digits}g}")
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def mean(values: Iterable[float | None]) -> float | None:
    """The mean of the values that are defined."""
    defined = [value for value in values if value is not None]
    return sum(defined) / len(defined) if defined else None
