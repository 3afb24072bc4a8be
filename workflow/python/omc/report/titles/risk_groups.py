"""How many of the two risk groups of the leader have not had the event at the last horizon."""

from omc.core.names import DEVELOPMENT
from omc.report.phrases import nobody_leads, short
from omc.report.result import Result


def title(result: Result) -> str:
    if not result.leader:
        return nobody_leads(result)
    text = _of_leader(result)
    return f"{text}; {result.no_better()} better than the baseline" if result.unbeaten else text


def summary(result: Result) -> str:
    """The title as a sentence, without what other sentences say."""
    return f"Risk groups: {_of_leader(result)}." if result.leader else ""


def _of_leader(result: Result) -> str:
    horizons = [(h, _survival(result, h)) for h in result.dataset["horizons"]]
    known = [(h, groups) for h, groups in horizons if len(groups) == 2]
    if not known:
        return (
            f"{result.leader} puts all samples into one group, or they were not observed for long"
            " enough"
        )
    horizon, groups = known[-1]
    low, high = (f"{100 * groups[name]:.0f} %" for name in ("low", "high"))
    return (
        f"{result.leader}: {low} of the low-risk group and {high} of the high-risk group are"
        f" without the event at {short(horizon, 6)}"
    )


def _survival(result: Result, horizon: float) -> dict[str, float]:
    """Survival of each group at a time that its curve reaches."""
    found, last = {}, {}
    for row in result.tables["risk_groups"]:
        model = f"{row['language']}/{row['model']}"
        if (model, row["cohort"]) == (result.leader, DEVELOPMENT):
            last[row["group"]] = float(row["time"])
            if float(row["time"]) <= horizon:
                found[row["group"]] = float(row["survival"])
    return {group: value for group, value in found.items() if last[group] >= horizon}
