"""AUC of the leader at each horizon, and how many models have a better Brier score than none."""

from omc.core.names import DEVELOPMENT
from omc.report.phrases import joined, nobody_leads, of_models, short
from omc.report.result import Result


def title(result: Result) -> str:
    if not result.leader:
        return nobody_leads(result)
    rows = [row for row in result.tables["horizons"] if row["cohort"] == DEVELOPMENT]
    aucs = [
        f"{float(row['auc']):.3f} at {short(float(row['horizon']), 6)}"
        for row in rows
        if f"{row['language']}/{row['model']}" == result.leader and row["auc"]
    ]
    if len(aucs) > 3:
        aucs = [aucs[0], aucs[-1]]
    text = f"{result.leader}: AUC {joined(aucs)}" if aucs else f"{result.leader} has no AUC"
    return f"{text}; {_better_than_none(result, rows)}"


def _better_than_none(result: Result, rows: list[dict]) -> str:
    """How many models have a lower Brier score than Kaplan-Meier at every horizon."""
    better: dict[str, bool] = {}
    for row in rows:
        model = f"{row['language']}/{row['model']}"
        if row["brier"] and model not in result.dataset["baselines"]:
            lower = float(row["brier"]) < float(row["brier_kaplan_meier"])
            better[model] = better.get(model, True) and lower
    n, count = len(better), sum(better.values())
    if not n:
        return "no model predicts survival"
    if not count:
        return "no model has a lower Brier score than Kaplan-Meier at every horizon"
    have = "have" if count > 1 else "has"
    return f"{of_models(count, n)} {have} a lower Brier score than Kaplan-Meier at every horizon"
