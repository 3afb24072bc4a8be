"""The smallest error, and its share of the observed range."""

from omc.report.phrases import NO_LEADER, named_or_counted, no_model_beats, short
from omc.report.result import Result


def title(result: Result) -> str:
    ranked = result.on("rmse")
    if not ranked.leader:
        return NO_LEADER if ranked.incomplete else "No model predicted a sample"
    who = named_or_counted(ranked.tied)
    verb = "has" if len(ranked.tied) == 1 else "share"
    text = f"{who} {verb} the smallest error: {ranked.label} {ranked.shown(ranked.leader)}"
    if ranked.unbeaten:
        text = no_model_beats(ranked, who)
    low, high = result.dataset["range"]
    if high > low:
        share = ranked.value(ranked.leader) / (high - low)
        text += f", {short(100 * share, 2)} % of the observed range"
    return text
