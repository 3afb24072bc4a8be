"""summary.md: findings and a table of models for each data set, where to look, what failed."""

from omc.core.errors import some
from omc.core.names import FINAL, NO_INNER_PREDICTIONS
from omc.report.failures import failed_on, keeps_model, left_out, lost_splits
from omc.report.findings import Result
from omc.report.pages import inert


def summary(tables: dict[str, list[dict]], datasets: list[dict], places: dict) -> str:
    """Markdown: findings and a table for each data set, then where to look, cost, and failures.

    tables, datasets: see `findings.Result`, and rows of findings; places: images, results.
    """
    parts = ["# Model comparison\n"]
    for dataset in datasets:
        result = Result(tables, dataset)
        parts.append(f"## {result.name}\n")
        texts = {"summary": [], "check": []}
        for row in result.tables["findings"]:
            if row["place"] in texts:
                texts[row["place"]].append(row["text"])
        parts += [f"{text}\n" for text in texts["summary"]]
        if texts["check"]:
            parts.append("\n".join(f"- {text}" for text in texts["check"]) + "\n")
        parts.append(f"{table(result)}\n")
    results, images = places["results"], places["images"]
    parts.append(
        f"## Where to look\n\n- To explore and share, in a browser: `{results}/explorer.html`.\n-"
        f" Figures: `{images}/`, for each data set; `model_comparison.png` first.\n- Every number:"
        f" `{results}/estimates.csv`, `{results}/comparisons.csv`, `{results}/metrics.csv`.\n-"
        f" Methods, ready to paste, with what else to report: `{results}/methods.md`.\n- Rules with"
        " their code and runtimes: `make report`, with the same `CONFIG=` as the run.\n"
    )
    parts.append(f"{cost(tables['timing'])}\n")
    if tables["failures"]:
        parts.append(f"## What failed\n\n{failed(tables['failures'])}\n")
        parts.append(f"Each failure with its log: `{results}/failures.csv`.\n")
    return inert("\n".join(parts))


def table(result: Result) -> str:
    """Markdown table of all models: best first, then those that cannot lead or have no value."""
    against = "the leader" if len(result.tied) <= 1 else "each leader, the largest"
    lines = [
        f"| model | {result.label} | 95 % interval | adjusted p against {against} | CPU seconds |",
        "|---|--:|---|--:|--:|",
    ]
    for model, row in rows_of(result).items():
        name = model + (f" ({', '.join(row['notes'])})" if row["notes"] else "")
        cells = [name, row["value"], row["interval"], row["against"], f"{row['cpu_seconds']:.1f}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def rows_of(result: Result) -> dict[str, dict]:
    """What is said of each model, in the order of the ranking.

    By language/name: notes (a list), value, interval, against (how it stands to the leader), all as
    text, and cpu_seconds.
    """
    cpu_seconds = dict.fromkeys(result.dataset["models"], 0.0)
    for row in result.tables["timing"]:
        cpu_seconds[f"{row['language']}/{row['model']}"] += float(row["cpu_seconds"])
    lead = "leads" if len(result.tied) == 1 else "shares the lead"
    if result.unbeaten:
        lead += ", no evidence that it beats the baseline"
    rows = {}
    for model in result.order or result.dataset["models"]:
        scored = result.rows.get(model)
        notes = ["baseline"] if model in result.dataset["baselines"] else []
        notes += _failure(result, model)
        if scored and not result.is_complete(model):
            notes.append(f"a value on {result.splits_with_value(model)}: cannot lead")
        rows[model] = {
            "notes": notes,
            "value": result.shown(model) if scored else "",
            "interval": result.interval(scored).removeprefix("95 % interval ") if scored else "",
            "against": lead if model in result.tied else _p(result.p.get(model)),
            "cpu_seconds": cpu_seconds[model],
        }
    return rows


def _failure(result: Result, model: str) -> list[str]:
    """On how many splits a model failed, as the ranking counts them, or that it has no value."""
    row = result.order.get(model)
    if not row or row["status"] == "failed":
        return ["failed on all splits"]
    lost = [
        row
        for row in result.tables["failures"]
        if f"{row['language']}/{row['model']}" == model and not (left_out(row) or keeps_model(row))
    ]
    splits = lost_splits(int(row["n_failed"]), any(row["split"] == FINAL for row in lost))
    notes = [f"failed on {splits}"] if splits else []
    return notes + ([f"no value of {result.label}"] if row["status"] == "undefined" else [])


def _p(p: float | None) -> str:
    if p is None:
        return ""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def cost(timing: list[dict]) -> str:
    """CPU seconds of all training jobs by kind."""
    kinds = {"startup": "start-up", "load": "loading", "tune": "tuning", "fit": "fitting"}
    kinds["predict"] = "prediction"
    cpu_seconds = dict.fromkeys(kinds, 0.0)
    for row in timing:
        cpu_seconds[row["stage"]] += float(row["cpu_seconds"])
    listed = ", ".join(f"{name} {cpu_seconds[stage]:.0f}" for stage, name in kinds.items())
    return f"CPU seconds of training: {sum(cpu_seconds.values()):.0f} ({listed})."


def failed(failures: list[dict]) -> str:
    """One line per data set and model that failed, with the first message."""
    groups = {}
    for row in failures:
        stage = "candidates left out" if left_out(row) else "failed"
        if keeps_model(row):
            stage = NO_INNER_PREDICTIONS
        dataset, split = failed_on(row)
        messages = groups.setdefault((dataset, row["language"], row["model"], stage), {})
        messages.setdefault(split, row["message"])
    lines = []
    for (dataset, language, model, stage), messages in groups.items():
        splits = [split for split in messages if split != FINAL]
        where = lost_splits(len(splits), FINAL in messages)
        where += f" ({some(splits, 3)})" if splits else ""
        message = next(iter(messages.values())).removeprefix(f"{NO_INNER_PREDICTIONS}: ")
        lines.append(f"- {dataset}: {language}/{model}, {stage} on {where}: {message}")
    return "\n".join(lines)
