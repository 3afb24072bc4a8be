"""At which thresholds the first model has more net benefit than treating all or none."""

from omc.core.names import DEVELOPMENT
from omc.report.phrases import joined, nobody_leads, short
from omc.report.result import Result

ROUNDING = 1e-9


def title(result: Result) -> str:
    """Of the first model that has probabilities of survival."""
    if not result.leader:
        return nobody_leads(result)
    benefits: dict[str, dict[str, list[dict]]] = {}
    lowest, highest = result.dataset.get("threshold_range", (0, 1))
    for row in result.tables["horizon_benefit"]:
        shown = lowest - ROUNDING <= float(row["threshold"]) <= highest + ROUNDING
        if row["cohort"] == DEVELOPMENT and shown:
            of_model = benefits.setdefault(f"{row['language']}/{row['model']}", {})
            of_model.setdefault(row["horizon"], []).append(row)
    models = [m for m in result.rows if m in benefits and not result.is_baseline(m)]
    if not models:
        return "No model has probabilities of survival"
    ranges = {horizon: longest(rows) for horizon, rows in benefits[models[0]].items()}
    found = [
        f"{low} to {high} for {short(float(horizon), 6)}"
        for horizon, (low, high) in ranges.items()
        if low
    ]
    if not found:
        return f"{models[0]} has no more net benefit than treating all or none at any threshold"
    if len(found) > 3:
        found = [found[0], found[-1]]
    return (
        f"In these samples, {models[0]} has more net benefit than treating all or none at"
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
