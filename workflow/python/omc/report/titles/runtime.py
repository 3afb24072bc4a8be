"""How close to the leader other models come for less CPU time."""

import math

from omc.core.names import DEVELOPMENT
from omc.evaluate.metrics import METRICS
from omc.report.phrases import NO_LEADER, named_or_counted, no_model_beats, short
from omc.report.result import Result

# The stages that count for a model; the others are the overhead of a job.
STAGES = ("tune", "fit", "predict")
# Distance that counts as near the leader on metrics with a maximum of 1; else a share of its value.
NEAR, NEAR_SHARE = 0.02, 0.05


def title(result: Result) -> str:
    cpu = _cpu_per_split(result)
    timed = [m for m in result.ranked if m in cpu]
    if not timed:
        if any(m in cpu for m in result.incomplete):
            return NO_LEADER
        return f"No model but baselines has {result.label} and a CPU time"
    tied = sorted((m for m in result.tied if m in cpu), key=lambda m: cpu[m])
    if not tied:
        return f"The CPU time of {result.leader}, which leads, is unknown"
    best, value = tied[0], f"{result.label} {result.shown(tied[0])}"
    who = named_or_counted(tied)
    if result.unbeaten:
        return no_model_beats(result, who)
    if len(timed) == 1:
        return f"{best} has {value} for {_seconds(cpu[best])} of CPU per split"
    if len(tied) > 1:
        return (
            f"{who} tie at the best {value}; {best} needs the least CPU time,"
            f" {_percent(cpu[best] / cpu[tied[-1]])} of {tied[-1]}'s"
        )
    if cpu[best] == min(cpu[m] for m in timed):
        return f"{best} has the best {value}, and the least CPU time"
    return _cheapest_near(result, cpu, timed)


def _cheapest_near(result: Result, cpu: dict[str, float], timed: list[str]) -> str:
    """The model with the least CPU time among those near the leader."""
    best, value = result.leader, f"{result.label} {result.shown(result.leader)}"
    near = NEAR if METRICS[result.metric].highest == 1 else NEAR_SHARE * abs(result.value(best))
    loss = {m: result.sign * (result.value(best) - result.value(m)) for m in timed}
    cheap = [m for m in timed if loss[m] <= near and cpu[m] < cpu[best]]
    if not cheap:
        return (
            f"No model comes within {short(_up(near, result.decimals))} of the best {value}"
            f" ({best}) for less CPU time"
        )
    model = min(cheap, key=lambda m: cpu[m])
    return (
        f"{model} comes within {result.text(_up(loss[model], result.decimals))} of the best"
        f" {value} ({best}) at {_percent(cpu[model] / cpu[best])} of its CPU time"
    )


def _cpu_per_split(result: Result) -> dict[str, float]:
    """Mean CPU seconds per predicted split, of the models with a value and a time."""
    predicted = {
        (row["language"], row["model"], row["split"])
        for row in result.tables["metrics"]
        if row["value"] and row["cohort"] == DEVELOPMENT
    }
    spent, splits = {}, {}
    for row in result.tables["timing"]:
        model = f"{row['language']}/{row['model']}"
        key = row["language"], row["model"], row["split"]
        if row["stage"] in STAGES and key in predicted and model in result.rows:
            spent[model] = spent.get(model, 0.0) + float(row["cpu_seconds"])
            splits.setdefault(model, set()).add(row["split"])
    cpu = {model: total / len(splits[model]) for model, total in spent.items()}
    # Zero is less than the clock can measure.
    least = min([0.001, *(value for value in cpu.values() if value)])
    return {model: value or least for model, value in cpu.items()}


def _up(value: float, decimals: int) -> float:
    """The value rounded up, ignoring rounding errors of sums."""
    return math.ceil(round(value * 10**decimals, 6)) / 10**decimals


def _percent(share: float) -> str:
    return f"{short(100 * share, 1 if share < 0.1 else 2)} %"


def _seconds(value: float) -> str:
    """A time in the unit that suits it."""
    if value >= 3600 * 1.5:
        return f"{short(value / 3600, 2)} h"
    return f"{short(value / 60, 2)} min" if value >= 90 * 1.5 else f"{short(value, 2)} s"
