"""Which model has the best mean on most metrics; printed values that tie count for each model."""

from collections import Counter

from omc.evaluate.metrics import METRICS
from omc.report.phrases import NO_LEADER, named_or_counted
from omc.report.result import Ranked, Result


def title(result: Result) -> str:
    present = {row["metric"] for row in result.tables["ranking"]}
    task = METRICS[result.metric].task
    by_metric = [result.on(m) for m in METRICS if m in present and METRICS[m].task == task]
    decided = [ranked for ranked in by_metric if ranked.leader]
    models = list(dict.fromkeys(m for r in by_metric for m in r.ranked + r.incomplete))
    if not decided:
        return NO_LEADER if models else "No model has a value of any metric"
    n, won = len(decided), [ranked for ranked in decided if not _unbeaten(ranked)]
    if len(models) == 1:
        if not any(_baselines(ranked) for ranked in by_metric):
            return f"{models[0]} is the only model with a value"
        return f"{models[0]} is better than the baseline on {_count(len(won), n)}"
    if not won:
        on = "the one metric" if n == 1 else f"any of {n} metrics"
        return f"No model does better than the baseline on {on}"
    # To be the best of those that do not beat the baseline is no merit.
    unbeaten = n - len(won)
    # Predictions that are scored together have no mean over the splits.
    noun = "mean" if result.by_split else "value"
    return _most_wins(won, n, noun) + (
        f"; on {unbeaten}, none beats the baseline" if unbeaten else ""
    )


def _most_wins(won: list[Ranked], n: int, noun: str) -> str:
    """'r/a has the best mean on 7 of 10 metrics'; won: the metrics on which a model beats all."""
    count = Counter(model for ranked in won for model in ranked.tied)
    most = max(count.values())
    best = [model for model, wins in count.items() if wins == most]
    who = named_or_counted(best)
    shared = any(len(r.tied) > 1 and set(best) & set(r.tied) for r in won)
    return (
        f"{who} {'each have' if len(best) > 1 else 'has'} the best {noun}"
        f"{', alone or tied,' if shared else ''} on {_count(most, n)}"
    )


def _unbeaten(ranked: Ranked) -> bool:
    """Whether a baseline, complete or not, is as good as the leader."""
    best = ranked.sign * ranked.value(ranked.leader)
    return ranked.unbeaten != "" or any(
        ranked.sign * ranked.value(m) >= best for m in _baselines(ranked)
    )


def _baselines(ranked: Ranked) -> list[str]:
    return [m for m in ranked.rows if ranked.is_baseline(m)]


def _count(part: int, n: int) -> str:
    """'7 of 10 metrics', 'all 10 metrics'."""
    if n == 1:
        return "the one metric" if part == 1 else "no metric"
    return f"all {n} metrics" if part == n else f"{part} of {n} metrics"
