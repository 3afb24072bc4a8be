"""The answer in words, from the ranking and what else a run found; never more than they say.

The words: *no evidence of a difference* where a test does not find one; *practically equivalent*
only where the probability of a difference within the region of practical equivalence is .95.
"""

from omc.core.errors import some
from omc.core.names import DEVELOPMENT
from omc.evaluate.metrics import METRICS
from omc.evaluate.ranking import ALPHA, BY_SPLIT, decimals_of, printed


def findings(tables: dict[str, list[dict]], datasets: list[dict]) -> list[list]:
    """Rows of findings.csv: dataset, key, place, text.

    tables, datasets: see `Result`. Keys: `answer`, `cohort:<name>` for each external cohort, and
    `check:<name>` for each warning of the checks.
    """
    rows = []
    for dataset in datasets:
        result = Result(tables, dataset)
        rows.append([result.name, "answer", "summary", answer(result)])
        for cohort in dataset["cohorts"]:
            rows.append([result.name, f"cohort:{cohort}", "summary", validated(result, cohort)])
        for check in result.tables["checks"]:
            if check["status"] == "warning":
                rows.append([result.name, f"check:{check['check']}", "check", warned(check)])
    return rows


class Result:
    """What ranking.csv says about a data set on its comparison metric, ready for sentences.

    tables: rows of ranking, estimates, selection, timing, checks and failures, as dictionaries of
    text. dataset: dictionary of name, metric, models, baselines and cohorts (the number of samples
    of each by name).

    rows: of the models with a value in cross-validation, the best first; ranked: the models that
    may lead, incomplete: the others but the baselines; tied: those that lead together; unbeaten:
    the baseline that is as good as they, if one is.
    """

    def __init__(self, tables: dict[str, list[dict]], dataset: dict):
        self.dataset, self.name, self.metric = dataset, dataset["name"], dataset["metric"]
        self.label = METRICS[self.metric].label
        self.tables = {
            name: [row for row in rows if row["dataset"] == self.name]
            for name, rows in tables.items()
        }
        # Otherwise all test predictions were scored together.
        self.by_split = any(r["method"] == BY_SPLIT for r in self.tables["estimates"])
        ranking = self.ranking(DEVELOPMENT)
        self.order = list(ranking)
        self.rows = {model: row for model, row in ranking.items() if row["estimate"]}
        self.decimals = decimals_of([self.value(m) for m in self.rows], self.metric)
        rivals = [m for m in self.rows if self.rows[m]["baseline"] == "false"]
        self.ranked = [m for m in rivals if self.is_complete(m)]
        self.incomplete = [m for m in rivals if not self.is_complete(m)]
        self.tied = [m for m in rivals if self.rows[m]["leader"] == "true"]
        self.leader = self.tied[0] if self.tied else ""
        baselines = [m for m in self.rows if m not in rivals and self.is_complete(m)]
        beaten = not self.leader or self.rows[self.leader]["beats_baseline"] != "false"
        self.unbeaten = None if beaten else baselines[0]
        self.p = {
            model: float(row["p_adjusted"]) for model, row in self.rows.items() if row["p_adjusted"]
        }

    def ranking(self, cohort: str) -> dict[str, dict]:
        """Rows of the comparison metric in a cohort by model, in their order."""
        return {
            f"{row['language']}/{row['model']}": row
            for row in self.tables["ranking"]
            if (row["metric"], row["cohort"]) == (self.metric, cohort)
        }

    def is_complete(self, model: str) -> bool:
        """Whether a model has a value on every split on which any model has one."""
        return self.rows[model]["complete"] == "true"

    def value(self, model: str) -> float:
        return float(self.rows[model]["estimate"])

    def text(self, value) -> str:
        return printed(float(value), self.decimals)

    def shown(self, model: str) -> str:
        return self.text(self.rows[model]["estimate"])

    def interval(self, row: dict) -> str:
        # What never varied in any resample does not show how much it can.
        if not row["ci_low"] or row["ci_low"] == row["ci_high"]:
            return "no interval"
        return f"95 % interval {self.text(row['ci_low'])} to {self.text(row['ci_high'])}"

    def others(self) -> list[str]:
        """Models but the baselines that do not lead."""
        return [m for m in self.ranked + self.incomplete if m not in self.tied]

    def held(self, model: str) -> str:
        """'4 of 25 splits' of a model without a value on every split."""
        return f"{self.rows[model]['n_valued']} of {self.rows[model]['n_splits']} splits"


def answer(result: Result) -> str:
    """Three sentences: who leads and against whom, what to expect, what the checks say."""
    sentences = [_lead(result), _expected(result), *_checked(result)]
    return ". ".join(sentence[0].upper() + sentence[1:] for sentence in sentences) + "."


def _lead(result: Result) -> str:
    outside = some([f"`{m}` ({result.held(m)})" for m in result.incomplete])
    if not result.leader and outside:
        return f"no model leads: none has a value of {result.label} on every split ({outside})"
    if not result.leader:
        return f"no model has a value of {result.label}"
    top = result.rows[result.leader]
    over = f"over {top['n_valued']} splits"
    if not result.by_split:
        over += ", all test predictions together"
    said = f"{result.label} {result.shown(result.leader)} {over}, {result.interval(top)}"
    first, share = f"`{result.leader}` leads", "share the lead"
    if result.unbeaten:
        first, share = f"`{result.leader}`", "are as good as each other,"
    lead = f"{first} with {said}"
    if len(result.tied) > 1:
        names = some([f"`{m}`" for m in result.tied])
        lead = f"{len(result.tied)} models {share} with {said}, and none of them wins ({names})"
    if result.unbeaten:
        lead = (
            f"no model does better than the baseline (`{result.unbeaten}`, {result.label}"
            f" {result.shown(result.unbeaten)}); best of the others: {lead}"
        )
    if result.others():
        lead += f": {_evidence(result)}"
    return lead + (
        f"; these lack a value on some splits and cannot lead: {outside}" if outside else ""
    )


def _evidence(result: Result) -> str:
    """Against how many others the leader differs, does not, or is the same for all practice."""
    others = result.others()
    tested = [m for m in others if m in result.p]
    alike = [m for m in tested if result.p[m] >= ALPHA]
    of = f"{len(tested)} other model{'' if len(tested) == 1 else 's'}"
    if len(tested) < len(others):
        of += " that could be tested"
    if not tested:
        text = "no test against the others was possible"
    elif alike:
        text = f"no evidence of a difference from {len(alike)} of {of}"
    else:
        text = f"evidence of a difference (adjusted p < {ALPHA}) from each of {of}"
    same = [m for m in others if result.rows[m]["equivalent_to_leader"] == "true"]
    return text + (f", {len(same)} practically equivalent" if same else "")


def _expected(result: Result) -> str:
    """What the baselines reach, and what to expect of the model that one would pick."""
    there = [m for m in result.dataset["baselines"] if m in result.rows]
    if there:
        text = "the baseline reaches " + ", ".join(_baseline(result, m) for m in there)
    else:
        text = "no baseline was configured"
    for row in result.tables["selection"]:
        if result.leader and int(row["n_models"]) > 1:
            # Of pooled predictions, whose value may be another one: only the difference is used.
            optimism = max(0.0, float(row["optimism"]))
            expected = result.value(result.leader) - METRICS[result.metric].sign * optimism
            text += (
                f"; of the model that you would pick, expect {result.label}"
                f" {result.text(expected)}: the leader's value less the optimism of picking the"
                f" best of {row['n_models']}"
            )
    return text


def _baseline(result: Result, model: str) -> str:
    p = result.p.get(model)
    doubt = ", no evidence of a difference from the leader" if p is not None and p >= ALPHA else ""
    return f"{result.shown(model)} (`{model}`{doubt})"


def _checked(result: Result) -> list[str]:
    """What the checks warn of: nothing is said of a variant, whose samples are its parent's."""
    checks = result.tables["checks"]
    named = dict.fromkeys(row["check"] for row in checks if row["status"] == "warning")
    if named:
        return [f"the checks warn of {some(named)}"]
    return ["the checks warn of nothing"] if checks else []


def validated(result: Result, cohort: str) -> str:
    """One sentence: what the model that leads in cross-validation reaches in an external cohort.

    Its leader, and not the cohort's: to choose by the cohort would make it one more training set.
    """
    outside = result.ranking(cohort)
    where = f"In cohort {cohort}, {result.dataset['cohorts'][cohort]} samples: "
    if not result.leader:
        return f"{where}no model leads in cross-validation."
    if not outside.get(result.leader, {}).get("estimate"):
        return f"{where}{result.leader} has no value of {result.label} there."
    row, said = outside[result.leader], result.shown(result.leader)
    value = f"{result.label} {result.text(row['estimate'])} ({result.interval(row)})"
    return f"{where}{result.leader} {value}; cross-validation said {said}."


def warned(row: dict) -> str:
    """One line about a warning of checks.csv."""
    return f"**Warning** ({row['check']}): {row['value']}. Advice: {row['advice']}."
