"""Between which values the areas under the curves of the models lie."""

from omc.report.phrases import NO_LEADER, baseline, leaders, no_model_beats, plural
from omc.report.result import Ranked, Result


def title(result: Result) -> str:
    roc, precision = result.on("roc_auc"), result.on("average_precision")
    several = len({row["truth"] for row in result.tables["confusion"]}) > 2
    if not roc.leader:
        return NO_LEADER if roc.incomplete else "No model has a ROC curve"
    who = roc.leader if len(roc.ranked) == 1 else plural(len(roc.ranked), "model")
    text = f"{who}: {'macro ' if several else ''}{roc.label} {_range(roc)}"
    of_models = ""
    if roc.unbeaten:
        text = no_model_beats(roc, leaders(roc))
        # Not of the models that were just named.
        of_models = f" of {plural(len(precision.ranked), 'model')}"
    if not precision.leader:
        return text
    if precision.unbeaten:
        return f"{text}; none has a higher {precision.label} than {baseline(precision)}"
    return f"{text}{';' if of_models else ','} {precision.label}{of_models} {_range(precision)}"


def _range(ranked: Ranked) -> str:
    """'0.813 to 0.951' of the models that may lead."""
    values = [ranked.value(m) for m in ranked.ranked]
    return " to ".join(dict.fromkeys(map(ranked.text, (min(values), max(values)))))
