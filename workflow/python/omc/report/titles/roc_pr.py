"""Which models have the highest areas under the curves."""

from omc.report.phrases import NO_LEADER, baseline, named_or_counted, no_model_beats
from omc.report.result import Ranked, Result


def title(result: Result) -> str:
    roc, precision = result.on("roc_auc"), result.on("average_precision")
    several = len({row["truth"] for row in result.tables["confusion"]}) > 2
    if not roc.leader:
        return NO_LEADER if roc.incomplete else "No model has a ROC curve"
    first, second = named_or_counted(roc.tied), named_or_counted(precision.tied)
    text = (
        f"{first} {_verb(roc)} the highest {'macro ' if several else ''}{roc.label}, {_best(roc)}"
    )
    if roc.unbeaten:
        text = no_model_beats(roc, first)
    if not precision.leader:
        return text
    if precision.unbeaten:
        return f"{text}; none does better than {baseline(precision)}"
    area = f"{precision.label}, {_best(precision)}"
    if roc.unbeaten:
        return f"{text}; {second} {_verb(precision)} the highest {area}"
    if second == first:
        return f"{text}, and {area}"
    return f"{text}; {second} the highest {area}"


def _verb(ranked: Ranked) -> str:
    return "has" if len(ranked.tied) == 1 else "share"


def _best(ranked: Ranked) -> str:
    return ranked.shown(ranked.leader)
