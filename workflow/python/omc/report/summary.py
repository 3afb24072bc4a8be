"""The answer in words and in a table, from the estimates and comparisons; never more than they say.

The words: *no evidence of a difference* where a test does not find one; *practically equivalent*
only where the probability of a difference within the region of practical equivalence is .95.
"""

import math
import statistics

from omc.core.errors import some
from omc.evaluate.metrics import METRIC_NAMES, METRIC_RANGE, SMALLER_IS_BETTER

DEVELOPMENT = "development"
ALPHA = 0.05
EQUIVALENT = 0.95
# The test with a p-value that suits the resampling; a data set has one of them.
TESTS = ("nadeau_bengio", "group_bootstrap", "sample_bootstrap")
BAYESIAN = "bayesian_correlated_t"


class Found:
    """What the tables say about a data set on its comparison metric, in cross-validation.

    tables: rows of metrics, estimates, comparisons, selection, timing, checks and failures, as
    dictionaries of text. dataset: dictionary of name, metric, models, baselines and cohorts (the
    number of samples of each by name).

    Only a model with a value on every split on which any model has one may lead: the mean of one
    that failed on the hard splits is of the easy ones. `lacking`: on how many of these splits each
    other one has a value. Models whose printed values equal the best one's lead together (`tied`).
    `unbeaten`: the baseline that is as good as they, if one is.
    """

    def __init__(self, tables: dict[str, list[dict]], dataset: dict):
        self.dataset, self.name, self.metric = dataset, dataset["name"], dataset["metric"]
        self.label = METRIC_NAMES[self.metric]
        self.tables = {
            name: [row for row in rows if row["dataset"] == self.name]
            for name, rows in tables.items()
        }
        # Otherwise all test predictions were scored together.
        self.by_split = any(r["method"] == "nadeau_bengio" for r in self.tables["estimates"])
        self.rows = self.estimates(DEVELOPMENT)
        self.decimals = self.digits()
        valued = self.valued_splits()
        self.splits = set().union(*valued.values())
        counts = {m: len(valued.get(m, ())) for m in self.rows}
        self.lacking = {m: count for m, count in counts.items() if count < len(self.splits)}
        rivals = [m for m in self.rows if m not in dataset["baselines"]]
        self.ranked = self.by_value(m for m in rivals if m not in self.lacking)
        self.outside = self.by_value(m for m in rivals if m in self.lacking)
        self.leader = self.ranked[0] if self.ranked else None
        self.tied = [m for m in self.ranked if self.shown(m) == self.shown(self.leader)]
        self.unbeaten = self.baseline_ahead()
        self.p = self.against_leaders(TESTS, "p_adjusted", max)
        self.equivalent = self.against_leaders([BAYESIAN], "p_equivalent", min)

    def estimates(self, cohort: str) -> dict[str, dict]:
        """Rows of the comparison metric with a value, by model.

        In cross-validation that of the mean over the splits. Where these agree, it has the interval
        of the row that tells the same value; any other one is of the pooled predictions.
        """
        wanted = self.metric, cohort
        rows = [r for r in self.tables["estimates"] if (r["metric"], r["cohort"]) == wanted]
        found = {}
        for row in sorted(rows, key=lambda row: row["method"] != "nadeau_bengio"):
            model = f"{row['language']}/{row['model']}"
            shown = found.setdefault(model, row)
            if not shown["ci_low"] and row["method"] in ("wilson", "newcombe"):
                found[model] = shown | {limit: row[limit] for limit in ("ci_low", "ci_high")}
        return {model: row for model, row in found.items() if row["estimate"]}

    def valued_splits(self) -> dict[str, set]:
        """By model, the splits with a value; where all predictions are pooled, of any metric."""
        found = {}
        for row in self.tables["metrics"]:
            of_metric = row["metric"] == self.metric or not self.by_split
            if row["cohort"] == DEVELOPMENT and of_metric and row["value"]:
                found.setdefault(f"{row['language']}/{row['model']}", set()).add(row["split"])
        return found

    def digits(self) -> int:
        """Decimals as in the figures: 3, or three digits of the typical value of no fixed range."""
        values = [abs(self.value(m)) for m in self.rows if self.value(m)]
        if None not in METRIC_RANGE[self.metric] or not values:
            return 3
        return max(0, min(6, 2 - math.floor(math.log10(statistics.median(values)))))

    def baseline_ahead(self) -> str | None:
        """The best baseline on all splits, if the leader's value, as printed, is no better."""
        baselines = [m for m in self.dataset["baselines"] if m in self.rows]
        best = next(iter(self.by_value(m for m in baselines if m not in self.lacking)), None)
        if best and self.leader:
            order = self.by_value([self.leader, best])
            if order[0] == best or self.shown(best) == self.shown(self.leader):
                return best
        return None

    def against_leaders(self, tests, column: str, least) -> dict[str, float]:
        """By model, the number that says least of those against each leader; none if one lacks."""
        found = {}
        for row in self.tables["comparisons"]:
            if row["cohort"] == DEVELOPMENT and row["test"] in tests and row[column]:
                pair = row["model_a"], row["model_b"]
                for leader, other in (pair, pair[::-1]):
                    if leader in self.tied and other not in self.tied:
                        found.setdefault(other, []).append(float(row[column]))
        return {m: least(of) for m, of in found.items() if len(of) == len(self.tied)}

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
        return [m for m in self.ranked + self.outside if m not in self.tied]

    def held(self, model: str) -> str:
        """'4 of 25 splits' of a model that is `lacking`."""
        return f"{self.lacking[model]} of {len(self.splits)} splits"


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
    outside = some([f"`{m}` ({found.held(m)})" for m in found.outside])
    if not found.ranked and outside:
        return f"no model leads, as none has a value of {found.label} on every split: {outside}"
    if not found.ranked:
        return f"no model has a value of {found.label}"
    top = found.rows[found.leader]
    over = f"over {top['n_splits']} splits"
    if not found.by_split:
        over += ", all test predictions together"
    said = f"{found.label} {found.shown(found.leader)} {over}, {found.interval(top)}"
    first, share = f"`{found.leader}` leads", "share the lead"
    if found.unbeaten:
        first, share = f"`{found.leader}`", "are as good as each other,"
    lead = f"{first} with {said}"
    if len(found.tied) > 1:
        names = some([f"`{m}`" for m in found.tied])
        lead = f"{len(found.tied)} models {share} with {said}, and none of them wins ({names})"
    if found.unbeaten:
        lead = (
            f"no model does better than the baseline (`{found.unbeaten}`, {found.label}"
            f" {found.shown(found.unbeaten)}); best of the others: {lead}"
        )
    if found.others():
        lead += f": {_evidence(found)}"
    return lead + (f"; cannot lead without a value on every split: {outside}" if outside else "")


def _evidence(found: Found) -> str:
    """Against how many others the leader differs, does not, or is the same for all practice."""
    others = found.others()
    tested = [m for m in others if m in found.p]
    alike = [m for m in tested if found.p[m] >= ALPHA]
    of = f"{len(tested)} other model{'' if len(tested) == 1 else 's'}"
    if len(tested) < len(others):
        of += " that could be tested"
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
        if found.leader and int(row["n_models"]) > 1:
            # Of pooled predictions, whose value may be another one: only the difference is told.
            sign = 1 if found.metric in SMALLER_IS_BETTER else -1
            expected = found.value(found.leader) + sign * max(0.0, float(row["optimism"]))
            text += (
                f"; of the model that you would pick, expect {found.label} {found.text(expected)}:"
                f" the leader's value less the optimism of picking the best of {row['n_models']}"
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
    if not found.leader:
        return f"{where}no model leads in cross-validation, so that none is told of."
    if found.leader not in outside:
        return f"{where}{found.leader} has no value of {found.label} there."
    row, said = outside[found.leader], found.shown(found.leader)
    value = f"{found.label} {found.text(row['estimate'])} ({found.interval(row)})"
    return f"{where}{found.leader} {value}; cross-validation said {said}."


def table(found: Found) -> str:
    """Markdown table of all models: the best first, those that cannot lead, and without a value."""
    spent, lost = dict.fromkeys(found.dataset["models"], 0.0), {}
    for row in found.tables["timing"]:
        spent[f"{row['language']}/{row['model']}"] += float(row["cpu_seconds"])
    for row in found.tables["failures"]:
        # A candidate that was left out is no lost split.
        if row["stage"] != "tune":
            lost.setdefault(f"{row['language']}/{row['model']}", set()).add(row["split"])
    against = "the leader" if len(found.tied) <= 1 else "each leader, the largest"
    lines = [
        f"| model | {found.label} | 95 % interval | adjusted p against {against} | CPU seconds |",
        "|---|--:|---|--:|--:|",
    ]
    lead = "leads" if len(found.tied) == 1 else "shares the lead"
    if found.unbeaten:
        lead += ", no better than the baseline"
    complete = found.by_value(m for m in found.rows if m not in found.lacking)
    empty = [m for m in found.dataset["models"] if m not in found.rows]
    for model in complete + found.by_value(found.lacking) + empty:
        row = found.rows.get(model)
        notes = ["baseline"] if model in found.dataset["baselines"] else []
        notes += [f"failed on {len(lost[model])} splits"] if model in lost else []
        notes += [f"a value on {found.held(model)}: no lead"] if model in found.lacking else []
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
