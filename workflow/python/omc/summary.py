"""The answer in words, from the estimates; never more than they say."""

from omc.contracts import METRIC_NAMES, SMALLER_IS_BETTER
from omc.errors import some

TIE = 5e-4
DEVELOPMENT = "development"


def summary(estimates, failures, timing, checks, datasets: list[dict], places: dict) -> str:
    """Markdown: per data set one paragraph and where to look, then the cost, then what failed.

    estimates, failures, timing, checks: rows of the tables of these names, as dictionaries of text.

    datasets: dictionaries of name, metric, models, baselines and cohorts (the number of samples of
    each by name); places: images, results.
    """
    parts = ["# Model comparison\n"]
    for dataset in datasets:
        parts.append(f"## {dataset['name']}\n\n{answer(estimates, dataset)}\n")
        parts += [f"{validated(estimates, dataset, cohort)}\n" for cohort in dataset["cohorts"]]
        figure = f"{places['images']}/{dataset['name']}/model_comparison.png"
        parts.append(f"Look at `{figure}`.\n")
        warnings = [row for row in checks if row["dataset"] == dataset["name"]]
        lines = [warned(row) for row in warnings if row["status"] == "warning"]
        if lines:
            parts.append("\n".join(lines) + "\n")
    parts.append(
        f"Every number: `{places['results']}/metrics.csv`, `{places['results']}/estimates.csv`.\n"
    )
    parts.append(f"{cost(timing)}\n")
    if failures:
        parts.append(f"## What failed\n\n{failed(failures, datasets)}\n")
        parts.append(f"Each failure with its log: `{places['results']}/failures.csv`.\n")
    return "\n".join(parts)


def warned(row: dict) -> str:
    """One line about a warning of checks.csv."""
    return f"- **Warning** ({row['check']}): {row['value']}. Advice: {row['advice']}."


def cost(timing: list[dict]) -> str:
    """CPU seconds of all training jobs by kind."""
    kinds = {"startup": "start-up", "load": "loading", "tune": "tuning", "fit": "fitting"}
    kinds["predict"] = "prediction"
    spent = dict.fromkeys(kinds, 0.0)
    for row in timing:
        spent[row["stage"]] += float(row["cpu_seconds"])
    listed = ", ".join(f"{name} {spent[stage]:.0f}" for stage, name in kinds.items())
    return f"CPU seconds of training: {sum(spent.values()):.0f} ({listed})."


def _rows(estimates: list[dict], dataset: dict, cohort: str) -> dict[str, dict]:
    """Rows of the comparison metric with a value, by model."""
    wanted = dataset["name"], dataset["metric"], cohort
    rows = [r for r in estimates if (r["dataset"], r["metric"], r["cohort"]) == wanted]
    # The later one stays: a row with an interval, and of those the one over the splits.
    rows.sort(key=lambda row: (bool(row["ci_low"]), row["method"] == "nadeau_bengio"))
    return {f"{row['language']}/{row['model']}": row for row in rows if row["estimate"]}


def _ranked(rows: dict[str, dict], dataset: dict) -> list[str]:
    """Models but the baselines that have a value, the best first."""
    sign = -1 if dataset["metric"] in SMALLER_IS_BETTER else 1
    candidates = [m for m in dataset["models"] if m in rows and m not in dataset["baselines"]]
    return sorted(candidates, key=lambda m: -sign * float(rows[m]["estimate"]))


def validated(estimates: list[dict], dataset: dict, cohort: str) -> str:
    """One sentence: what the model that leads in cross-validation reaches in an external cohort.

    Its leader, and not the cohort's: to choose by the cohort would make it one more training set.
    """
    inside = _rows(estimates, dataset, DEVELOPMENT)
    outside = _rows(estimates, dataset, cohort)
    ranked = _ranked(inside, dataset)
    where = f"In cohort {cohort}, {dataset['cohorts'][cohort]} samples: "
    name = METRIC_NAMES[dataset["metric"]]
    if not ranked or ranked[0] not in outside:
        return f"{where}{ranked[0] if ranked else 'no model'} has no value of {name} there."
    found, said = outside[ranked[0]], float(inside[ranked[0]]["estimate"])
    interval = "no interval"
    if found["ci_low"]:
        interval = f"{float(found['ci_low']):.3f} to {float(found['ci_high']):.3f}"
    value = f"{name} {float(found['estimate']):.3f} ({interval})"
    return f"{where}{ranked[0]} {value}; cross-validation said {said:.3f}."


def answer(estimates: list[dict], dataset: dict) -> str:
    """One paragraph: the leading model or models, with score and interval, and the baseline's."""
    metric = dataset["metric"]
    name = METRIC_NAMES[metric]
    rows = _rows(estimates, dataset, DEVELOPMENT)
    ranked = _ranked(rows, dataset)
    base = [m for m in dataset["baselines"] if m in rows]
    against = ", ".join(f"{m} {float(rows[m]['estimate']):.3f}" for m in base)
    baseline = f" The baseline: {against}." if base else " No baseline was configured."
    if not ranked:
        return f"No model has a value of {name}.{baseline}"
    top = rows[ranked[0]]
    value = float(top["estimate"])
    tied = [m for m in ranked if abs(float(rows[m]["estimate"]) - value) < TIE]
    interval = ""
    if top["ci_low"]:
        interval = f", 95 % interval {float(top['ci_low']):.3f} to {float(top['ci_high']):.3f}"
    inside = (r for r in estimates if (r["dataset"], r["cohort"]) == (dataset["name"], DEVELOPMENT))
    by_split = any(row["method"] == "nadeau_bengio" for row in inside)
    pooled = "" if by_split else ", all test predictions together"
    over = f"over {top['n_splits']} splits{pooled}"
    if len(tied) > 1:
        lead = f"{len(tied)} models share the lead with {name} {value:.3f} {over}: {some(tied)}"
    else:
        lead = f"{ranked[0]} leads with {name} {value:.3f} {over}{interval}"
    within = [m for m in ranked if m not in tied and _inside(rows[m], top)]
    values = "values" if pooled else "means"
    near = (
        f" The {values} of {len(within)} of {len(ranked) - 1} other models lie inside that"
        " interval."
    )
    return f"{lead}.{near if within and len(tied) == 1 else ''}{baseline}"


def _inside(row: dict, top: dict) -> bool:
    if not top["ci_low"]:
        return False
    return float(top["ci_low"]) <= float(row["estimate"]) <= float(top["ci_high"])


def failed(failures: list[dict], datasets: list[dict]) -> str:
    """One line per data set and model that failed, with the first message."""
    groups = {}
    for row in failures:
        stage = "candidates left out" if row["stage"] == "tune" else "failed"
        groups.setdefault((row["dataset"], row["language"], row["model"], stage), []).append(row)
    lines = []
    for (dataset, language, model, stage), rows in groups.items():
        splits = list(dict.fromkeys(row["split"] for row in rows))
        where = f"{len(splits)} split(s) ({some(splits, 3)})"
        lines.append(f"- {dataset}: {language}/{model}, {stage} on {where}: {rows[0]['message']}")
    return "\n".join(lines)
