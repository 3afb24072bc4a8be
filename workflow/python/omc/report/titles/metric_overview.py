"""How many models and metrics are shown, and which one is tested: the others only describe."""

from omc.evaluate.metrics import METRICS
from omc.report.phrases import NO_LEADER, joined, plural
from omc.report.result import Ranked, Result


def title(result: Result) -> str:
    present = {row["metric"] for row in result.tables["ranking"]}
    task = METRICS[result.metric].task
    by_metric = [result.on(m) for m in METRICS if m in present and METRICS[m].task == task]
    models = list(dict.fromkeys(m for r in by_metric for m in r.ranked + r.incomplete))
    decided = [ranked for ranked in by_metric if ranked.leader]
    if not decided:
        return NO_LEADER if models else "No model has a value of any metric"
    n, unbeaten = len(decided), [ranked.label for ranked in decided if _unbeaten(ranked)]
    if len(unbeaten) == n:
        on = "the one metric" if n == 1 else f"any of {n} metrics"
        return f"No model does better than the baseline on {on}"
    who = models[0] if len(models) == 1 else f"{len(models)} models"
    text = f"{who} on {plural(n, 'metric')}"
    if n > 1 and len(models) > 1:
        text += f"; differences are tested on {result.label} alone"
    on = joined(unbeaten) if len(unbeaten) < 3 else f"{len(unbeaten)} of them"
    return text + (f"; on {on}, none does better than the baseline" if unbeaten else "")


def _unbeaten(ranked: Ranked) -> bool:
    """Whether a baseline, complete or not, is as good as the best model."""
    best = ranked.sign * ranked.value(ranked.leader)
    baselines = [m for m in ranked.rows if ranked.is_baseline(m)]
    return ranked.unbeaten != "" or any(ranked.sign * ranked.value(m) >= best for m in baselines)
