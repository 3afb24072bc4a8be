"""The answer in words and in a table, from the estimates and comparisons; never more than they say.

The words: *no evidence of a difference* where a test does not find one; *practically equivalent*
only where the probability of a difference within the region of practical equivalence is .95.
"""

import math

from omc.contracts import METRIC_NAMES, SMALLER_IS_BETTER
from omc.errors import some

DEVELOPMENT = "development"
ALPHA = 0.05
EQUIVALENT = 0.95
# The test with a p-value that suits the resampling; a data set has one of them.
TESTS = ("nadeau_bengio", "group_bootstrap", "sample_bootstrap")
BAYESIAN = "bayesian_correlated_t"


class Found:
    """What the tables say about a data set on its comparison metric, in cross-validation.

    tables: rows of estimates, comparisons, selection, timing, checks and failures, as dictionaries
    of text. dataset: dictionary of name, metric, models, baselines and cohorts (the number of
    samples of each by name).
    """

    def __init__(self, tables: dict[str, list[dict]], dataset: dict):
        self.dataset, self.name, self.metric = dataset, dataset["name"], dataset["metric"]
        self.label = METRIC_NAMES[self.metric]
        self.tables = {
            name: [row for row in rows if row["dataset"] == self.name]
            for name, rows in tables.items()
        }
        self.rows = self.estimates(DEVELOPMENT)
        self.ranked = self.by_value(m for m in self.rows if m not in dataset["baselines"])
        self.leader = self.ranked[0] if self.ranked else None
        # Errors have the outcome's unit: three significant digits of the smallest.
        self.decimals = 3
        if self.ranked and self.metric in ("rmse", "mae") and self.value(self.leader) > 0:
            self.decimals = max(0, 2 - math.floor(math.log10(self.value(self.leader))))
        self.tied = [m for m in self.ranked if self.shown(m) == self.shown(self.leader)]
        self.p, self.equivalent = {}, {}
        for row in self.tables["comparisons"]:
            pair = [row["model_a"], row["model_b"]]
            if row["cohort"] == DEVELOPMENT and self.leader in pair:
                pair.remove(self.leader)
                if row["test"] in TESTS and row["p_adjusted"]:
                    self.p[pair[0]] = float(row["p_adjusted"])
                if row["test"] == BAYESIAN and row["p_equivalent"]:
                    self.equivalent[pair[0]] = float(row["p_equivalent"])

    def estimates(self, cohort: str) -> dict[str, dict]:
        """Rows of the comparison metric with a value, by model."""
        wanted = self.metric, cohort
        rows = [r for r in self.tables["estimates"] if (r["metric"], r["cohort"]) == wanted]
        # The later one stays: a row with an interval, and of those the one over the splits.
        rows.sort(key=lambda row: (bool(row["ci_low"]), row["method"] == "nadeau_bengio"))
        return {f"{row['language']}/{row['model']}": row for row in rows if row["estimate"]}

    def by_value(self, models) -> list[str]:
        """Models that have a value, the best first; equal ones as in the configuration."""
        sign = 1 if self.metric in SMALLER_IS_BETTER else -1
        order = self.dataset["models"].index
        return sorted(models, key=lambda m: (sign * self.value(m), order(m)))

    def value(self, model: str) -> float:
        return float(self.rows[model]["estimate"])

    def text(self, value) -> str:
        return f"{float(value):.{self.decimals}f}"

    def shown(self, model: str) -> str:
        return self.text(self.rows[model]["estimate"])

    def interval(self, row: dict) -> str:
        # What never varied in any resample does not tell how much it can.
        if not row["ci_low"] or row["ci_low"] == row["ci_high"]:
            return "no interval"
        return f"95 % interval {self.text(row['ci_low'])} to {self.text(row['ci_high'])}"

    def others(self) -> list[str]:
        """Models but the baselines that do not lead."""
        return [m for m in self.ranked if m not in self.tied]


def summary(tables: dict[str, list[dict]], datasets: list[dict], places: dict) -> str:
    """Markdown: per data set the answer and its table, then where to look, cost, and what failed.

    tables, datasets: see `Found`; places: images, results.
    """
    parts = ["# Model comparison\n"]
    for dataset in datasets:
        found = Found(tables, dataset)
        parts.append(f"## {found.name}\n\n{answer(found)}\n")
        parts += [f"{validated(found, cohort)}\n" for cohort in dataset["cohorts"]]
        warnings = [row for row in found.tables["checks"] if row["status"] == "warning"]
        if warnings:
            parts.append("\n".join(map(warned, warnings)) + "\n")
        parts.append(f"{table(found)}\n")
    results, images = places["results"], places["images"]
    parts.append(
        "## Where to look\n\n"
        f"- Figures: `{images}/`, for each data set; `model_comparison.png` first.\n"
        f"- Every number: `{results}/estimates.csv`, `{results}/comparisons.csv`,"
        f" `{results}/metrics.csv`.\n"
        f"- Methods, ready to paste, with what to report: `{results}/methods.md`.\n"
        "- All of it on one page to pass on: `make report`, with the same `CONFIG=` as the run.\n"
    )
    parts.append(f"{cost(tables['timing'])}\n")
    if tables["failures"]:
        parts.append(f"## What failed\n\n{failed(tables['failures'])}\n")
        parts.append(f"Each failure with its log: `{results}/failures.csv`.\n")
    return "\n".join(parts)


def answer(found: Found) -> str:
    """Three sentences: who leads and against whom, what to expect, what the checks say."""
    sentences = [_lead(found), _expected(found), *_checked(found)]
    return ". ".join(sentence[0].upper() + sentence[1:] for sentence in sentences) + "."


def _lead(found: Found) -> str:
    if not found.ranked:
        return f"no model has a value of {found.label}"
    top = found.rows[found.leader]
    over = f"over {top['n_splits']} splits"
    if not any(row["method"] == "nadeau_bengio" for row in found.tables["estimates"]):
        over += ", all test predictions together"
    said = f"{found.label} {found.shown(found.leader)} {over}, {found.interval(top)}"
    lead = f"`{found.leader}` leads with {said}"
    if len(found.tied) > 1:
        names = some([f"`{m}`" for m in found.tied])
        lead = (
            f"{len(found.tied)} models share the lead with {said}, and none of them wins ({names})"
        )
    return lead + (f": {_evidence(found)}" if found.others() else "")


def _evidence(found: Found) -> str:
    """Against how many others the leader differs, does not, or is the same for all practice."""
    others = found.others()
    tested = [m for m in others if m in found.p]
    alike = [m for m in tested if found.p[m] >= ALPHA]
    of = f"{len(tested)} other model{'' if len(tested) == 1 else 's'}"
    if not tested:
        text = "no test against the others was possible"
    elif alike:
        text = f"no evidence of a difference from {len(alike)} of {of}"
    else:
        text = f"evidence of a difference (adjusted p < {ALPHA}) from each of {of}"
    same = [m for m in others if found.equivalent.get(m, 0) >= EQUIVALENT]
    return text + (f", {len(same)} practically equivalent" if same else "")


def _expected(found: Found) -> str:
    """What the baselines reach, and what to expect of the model that one would pick."""
    there = [m for m in found.dataset["baselines"] if m in found.rows]
    if there:
        text = "the baseline reaches " + ", ".join(_baseline(found, m) for m in there)
    else:
        text = "no baseline was configured"
    for row in found.tables["selection"]:
        if row["estimate"]:
            text += (
                f"; of the model that you would pick, expect {found.label}"
                f" {found.text(row['estimate'])} ({found.interval(row)}), allowing for the choice"
                f" among {row['n_models']}"
            )
    return text


def _baseline(found: Found, model: str) -> str:
    p = found.p.get(model)
    doubt = ", no evidence of a difference from the leader" if p is not None and p >= ALPHA else ""
    return f"{found.shown(model)} (`{model}`{doubt})"


def _checked(found: Found) -> list[str]:
    """What the checks warn of: nothing is said of a variant, whose samples are its parent's."""
    checks = found.tables["checks"]
    named = dict.fromkeys(row["check"] for row in checks if row["status"] == "warning")
    if named:
        return [f"the checks warn of {some(named)}"]
    return ["the checks warn of nothing"] if checks else []


def validated(found: Found, cohort: str) -> str:
    """One sentence: what the model that leads in cross-validation reaches in an external cohort.

    Its leader, and not the cohort's: to choose by the cohort would make it one more training set.
    """
    outside = found.estimates(cohort)
    where = f"In cohort {cohort}, {found.dataset['cohorts'][cohort]} samples: "
    if found.leader not in outside:
        return f"{where}{found.leader or 'no model'} has no value of {found.label} there."
    row, said = outside[found.leader], found.shown(found.leader)
    value = f"{found.label} {found.text(row['estimate'])} ({found.interval(row)})"
    return f"{where}{found.leader} {value}; cross-validation said {said}."


def table(found: Found) -> str:
    """Markdown table of all models, the best first and those without a value last."""
    spent, lost = dict.fromkeys(found.dataset["models"], 0.0), {}
    for row in found.tables["timing"]:
        spent[f"{row['language']}/{row['model']}"] += float(row["cpu_seconds"])
    for row in found.tables["failures"]:
        # A candidate that was left out is no lost split.
        if row["stage"] != "tune":
            lost.setdefault(f"{row['language']}/{row['model']}", set()).add(row["split"])
    lines = [
        f"| model | {found.label} | 95 % interval | adjusted p against the leader | CPU seconds |",
        "|---|--:|---|--:|--:|",
    ]
    lead = "leads" if len(found.tied) == 1 else "shares the lead"
    empty = [m for m in found.dataset["models"] if m not in found.rows]
    for model in found.by_value(found.rows) + empty:
        row = found.rows.get(model)
        notes = ["baseline"] if model in found.dataset["baselines"] else []
        notes += [f"failed on {len(lost[model])} splits"] if model in lost else []
        cells = [
            model + (f" ({', '.join(notes)})" if notes else ""),
            found.shown(model) if row else "",
            found.interval(row).removeprefix("95 % interval ") if row else "",
            lead if model in found.tied else _p(found.p.get(model)),
            f"{spent[model]:.1f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _p(p: float | None) -> str:
    if p is None:
        return ""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


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


def failed(failures: list[dict]) -> str:
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
