"""At which thresholds the leader has more net benefit than treating all or none."""

from omc.core.names import DEVELOPMENT
from omc.report.phrases import joined, nobody_leads, short
from omc.report.result import Result

ROUNDING = 1e-9


def title(result: Result) -> str:
    if not result.leader:
        return nobody_leads(result)
    by_horizon: dict[str, list[dict]] = {}
    for row in result.tables["horizon_benefit"]:
        model = f"{row['language']}/{row['model']}"
        if (model, row["cohort"]) == (result.leader, DEVELOPMENT):
            by_horizon.setdefault(row["horizon"], []).append(row)
    if not by_horizon:
        return f"{result.leader}, which leads, has no probabilities of survival"
    ranges = {horizon: longest(rows) for horizon, rows in by_horizon.items()}
    found = [
        f"{low} to {high} for {short(float(horizon), 6)}"
        for horizon, (low, high) in ranges.items()
        if low
    ]
    if not found:
        return f"{result.leader} nowhere has more net benefit than treating all or none"
    if len(found) > 3:
        found = [found[0], found[-1]]
    return (
        f"In these samples, {result.leader} has more net benefit than treating all or none at"
        f" thresholds {joined(found)}"
    )


def longest(rows: list[dict]) -> tuple[str, str]:
    """The longest run of thresholds with a gain, or empty texts."""
    best, run = [], []
    for row in rows:
        rival = max(float(row["treat_all"] or "nan"), 0.0)
        gains = row["net_benefit"] and float(row["net_benefit"]) > rival + ROUNDING
        run = [*run, row["threshold"]] if gains else []
        best = run if len(run) > len(best) else best
    return (best[0], best[-1]) if best else ("", "")
