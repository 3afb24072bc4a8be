"""The leader, or leaders, compared with the others."""

from omc.report.phrases import against_others, leaders, no_model_beats, nobody_leads, rivals
from omc.report.result import Result


def title(result: Result) -> str:
    if not result.leader:
        return nobody_leads(result)
    who = leaders(result)
    if len(result.rows) == 1:
        return f"{who} is the only model with a value of {result.label}"
    if result.unbeaten:
        return no_model_beats(result, who)
    lead = f"{who} leads"
    if len(result.tied) > 1:
        lead = f"{who} tie at {result.label} {result.shown(result.leader)}"
    others = rivals(result)
    parts = [lead, against_others(result) or ("the pairs were not tested" if others else "")]
    equal = sum(result.is_equivalent(m) for m in others)
    if equal and len(others) == 1:
        parts.append("the two are practically equivalent")
    elif equal:
        parts.append(f"{equal} {'is' if equal == 1 else 'are'} practically equivalent")
    return "; ".join(part for part in parts if part)
