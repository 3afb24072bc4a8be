"""What a run will cost: a row for each model and data set, and a text for the screen."""

import math
from collections.abc import Iterable

from omc.core.csv_files import number
from omc.core.tables import FORECAST

# So many lines of a table fit on a screen.
LINES = 25
EARLIER = "earlier run"
# Seconds of a job beyond which the text says how to get shorter ones.
LONG = 3600
SHORTER = (
    "for shorter jobs, give the model cost: costly (one job per repeat), or set"
    " resampling.splits_per_job for all models"
)
# Basis of a cost that nobody knows: no fit came to its end.
AT_LEAST = "at least"


def forecast(
    plans: list[dict], costs: list[dict], timing: list[dict], splits: dict[str, int]
) -> list[dict]:
    """Rows of forecast.csv as numbers.

    plans: of each model on each data set: dataset, language, model, batches and parts (how many
    jobs train it, and tune each of these batches), permutations (of the outcomes), final (whether
    split `final` is trained on top of the outer splits); costs: rows of costs.csv; timing: rows of
    an earlier run's timing.csv, which is better than any extrapolation; splits: number of outer
    splits by data set.
    """
    known = {_names(row): row for row in costs} | costs_of(timing)
    rows = []
    for plan in plans:
        cost = known[_names(plan)]
        before, split = float(cost["job_seconds"]), float(cost["split_seconds"])
        outer = splits[plan["dataset"]]
        jobs = plan["batches"] * (1 + plan["parts"]) + plan["permutations"]
        trained = outer + plan["final"] + outer * plan["permutations"]
        rows.append(
            {
                **{name: plan[name] for name in ("dataset", "language", "model")},
                "basis": cost["basis"],
                "jobs": jobs,
                "splits": trained,
                "cpu_seconds": jobs * before + trained * split,
                "longest_seconds": longest_seconds(plan, cost, outer),
                "memory_mb": float(cost["peak_mb"]),
            }
        )
    return rows


def longest_seconds(plan: dict, cost: dict, outer: int) -> float:
    """Seconds of a model's longest job; plan, cost: see `forecast`; outer: number of splits."""
    in_batch = math.ceil(outer / plan["batches"]) + (plan["final"] and plan["batches"] == 1)
    tuned_apart = max(plan["parts"], 1)
    splits = max(in_batch / tuned_apart, outer if plan["permutations"] else 0)
    return float(cost["job_seconds"]) + splits * float(cost["split_seconds"])


def needs(
    forecast: list[dict], timing: list[dict], plans: list[dict], splits: dict[str, int]
) -> dict[tuple[str, str, str], dict]:
    """{(dataset, language, model): basis, longest_seconds and memory_mb}, as far as they are known.

    forecast: rows of forecast.csv; timing: rows of an earlier run's timing.csv, which knows better;
    plans, splits: see `forecast`.
    """
    numbers = ("longest_seconds", "memory_mb")
    known = {
        _names(row): {"basis": row["basis"], **{name: float(row[name]) for name in numbers}}
        for row in forecast
        if row["basis"] != AT_LEAST
    }
    costs = costs_of(timing)
    for plan in plans:
        if cost := costs.get(_names(plan)):
            seconds = longest_seconds(plan, cost, splits[plan["dataset"]])
            cells = EARLIER, seconds, cost["peak_mb"]
            known[_names(plan)] = dict(zip(("basis", *numbers), cells, strict=True))
    return known


def costs_of(timing: list[dict]) -> dict:
    """Rows like those of costs.csv by (dataset, language, model), from rows of timing.csv.

    Models without any split that was fitted are left out.
    """
    models: dict = {}
    for row in timing:
        models.setdefault(_names(row), []).append(row)
    costs = {}
    for names, rows in models.items():
        jobs = sum(row["stage"] == "startup" for row in rows)
        fitted = {row["split"] for row in rows if row["stage"] == "fit"}
        if jobs and fitted:
            costs[names] = {
                "basis": EARLIER,
                "job_seconds": _seconds(row for row in rows if not row["split"]) / jobs,
                "split_seconds": _seconds(row for row in rows if row["split"]) / len(fitted),
                "peak_mb": max(float(row["peak_mb"] or 0) for row in rows),
            }
    return costs


def forecast_cells(rows: list[dict]) -> list[list]:
    """Rows as cells of forecast.csv."""
    digits = {"cpu_seconds": 1, "longest_seconds": 1, "memory_mb": 0}
    return [
        [number(round(row[n], digits[n])) if n in digits else row[n] for n in FORECAST]
        for row in rows
    ]


def forecast_text(rows: list[dict], cores: int, where: str) -> str:
    """The forecast in a few lines; where: path of forecast.csv."""
    models: dict = {}
    datasets: dict = {}
    for row in rows:
        models.setdefault(f"{row['language']}/{row['model']}", []).append(row)
        datasets.setdefault(row["dataset"], []).append(row)
    total, jobs = (sum(row[name] for row in rows) for name in ("cpu_seconds", "jobs"))
    longest = max(rows, key=lambda row: row["longest_seconds"])
    seconds = longest["longest_seconds"]
    lines = ["Estimated cost of training from the start:", ""]
    lines += _table("model", models)
    if len(datasets) > 1:
        lines += ["", *_table("data set", datasets)]
    lines += [
        "",
        f"total: {total / 3600:.2g} CPU-hours in {_counted(jobs, 'job')}; on"
        f" {_counted(cores, 'core')} {duration(max(total / cores, seconds))}",
        f"longest job: {duration(seconds)}, {longest['language']}/{longest['model']} on"
        f" {longest['dataset']}",
        *([SHORTER] if seconds > LONG else []),
        "not included: scoring, figures and the start of Snakemake's jobs",
        f"by data set and model: {where}",
    ]
    bases = {row["basis"] for row in rows}
    if EARLIER in bases:
        lines.append("models trained in an earlier run: what they took there")
    if rough := bases - {EARLIER, "measured"}:
        names = {f"{r['language']}/{r['model']}" for r in rows if r["basis"] in rough}
        lines.append(f"rough estimates, as a single fit takes long: {', '.join(sorted(names))}")
    return "\n".join(lines)


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _table(title: str, groups: dict[str, list[dict]]) -> list[str]:
    """Lines with CPU time and memory of each group of rows, the costliest first."""
    cells = [
        (name, sum(r["cpu_seconds"] for r in rows), max(r["memory_mb"] for r in rows))
        for name, rows in groups.items()
    ]
    cells.sort(key=lambda cell: -cell[1])
    shown, others = cells[:LINES], cells[LINES:]
    if others:
        sums = sum(cell[1] for cell in others), max(cell[2] for cell in others)
        shown.append((f"{len(others)} others", *sums))
    width = max(len(title), *(len(cell[0]) for cell in shown))
    lines = [f"  {title:{width}}  {'CPU time':>9}  {'memory':>9}"]
    for name, seconds, memory in shown:
        lines.append(f"  {name:{width}}  {duration(seconds):>9}  {f'{memory:.0f} MB':>9}")
    return lines


def duration(seconds: float) -> str:
    """Seconds in two digits and a unit that suits them."""
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= 1.5 * size:
            return f"{float(f'{seconds / size:.2g}'):g} {unit}"
    return f"{float(f'{seconds:.2g}'):g} s"


def _names(row: dict) -> tuple[str, str, str]:
    return row["dataset"], row["language"], row["model"]


def _seconds(rows: Iterable[dict]) -> float:
    return sum(float(row["cpu_seconds"]) for row in rows)
