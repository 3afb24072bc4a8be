"""Performance of the leader of cross-validation in the external cohorts."""

from omc.report.phrases import joined, no_model_beats, nobody_leads
from omc.report.result import Result


def title(result: Result) -> str:
    if not result.leader:
        return nobody_leads(result)
    value = f"{result.label} {result.shown(result.leader)}"
    if result.unbeaten:
        return f"{no_model_beats(result, result.leader)}; it {_in_cohorts(result)}"
    who = f"{result.leader} leads cross-validation at {value}"
    if len(result.tied) > 1:
        who = f"{result.leader} is one of {len(result.tied)} that lead cross-validation at {value}"
    return f"{who} and {_in_cohorts(result)}"


def _in_cohorts(result: Result) -> str:
    rows = {name: result.in_cohort(name).get(result.leader) for name in result.dataset["cohorts"]}
    values = {name: float(r["estimate"]) for name, r in rows.items() if r and r["estimate"]}
    if not values:
        return "has no value in a cohort"
    if len(values) <= 3:
        return f"reaches {joined([f'{result.text(v)} in {name}' for name, v in values.items()])}"
    low, high = min(values.values()), max(values.values())
    return f"reaches {result.text(low)} to {result.text(high)} in {len(values)} cohorts"
