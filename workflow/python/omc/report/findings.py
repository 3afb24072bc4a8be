"""Findings in words, from the ranking and the other tables of a run.

The words: *no evidence of a difference* if a test does not find one; *practically equivalent* only
if the probability of a difference within the region of practical equivalence is at least .95.
"""

from omc.core.errors import some
from omc.core.registry import entry, names
from omc.evaluate.metrics import METRICS
from omc.evaluate.ranking import ALPHA
from omc.report import phrases
from omc.report.result import Result

# A figure with words that depend on the results has a file here, with a function for each place.
TITLES = "omc.report.titles"
PLACES = ("title", "subtitle", "summary")


def findings(tables: dict[str, list[dict]], datasets: list[dict]) -> list[list]:
    """Rows of findings.csv: dataset, key, place, text.

    tables, datasets: see `Result`; a data set also has `figures`, their names. Keys: the name of a
    figure, `answer`, `cohort:<name>` for each external cohort, and `check:<name>` for each warning
    of the checks.
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
        for figure in dataset["figures"]:
            rows += [[result.name, figure, *words] for words in in_figure(result, figure)]
    return rows


def in_figure(result: Result, figure: str) -> list[tuple[str, str]]:
    """(place, text) of a figure's words that depend on the results."""
    if figure not in names(TITLES):
        return []
    titles = entry(TITLES, figure)
    texts = [(place, getattr(titles, place)(result)) for place in PLACES if hasattr(titles, place)]
    return [(place, text) for place, text in texts if text]


def answer(result: Result) -> str:
    """Three sentences: the leader and its rivals, what to expect, and the checks."""
    sentences = [_lead(result), _expected(result), *_checked(result)]
    return ". ".join(sentence[0].upper() + sentence[1:] for sentence in sentences) + "."


def _lead(result: Result) -> str:
    """The leader and its rivals, and the models that failed on all splits."""
    failed = result.failed()
    if not failed:
        return _leader(result)
    named = some([f"`{model}`" for model in failed])
    total = phrases.plural(len(result.dataset["models"]), "model")
    return f"{_leader(result)}; {len(failed)} of {total} failed on all splits ({named})"


def _leader(result: Result) -> str:
    incomplete = some([f"`{m}` ({result.splits_with_value(m)})" for m in result.incomplete])
    if not result.leader and incomplete:
        return f"no model leads: none has a value of {result.label} on every split ({incomplete})"
    if not result.leader:
        return f"no model has a value of {result.label}"
    row = result.rows[result.leader]
    over = f"over {row['n_valued']} splits"
    if not result.by_split and METRICS[result.metric].pooled:
        over += ", all test predictions together"
    value = f"{result.label} {result.shown(result.leader)} {over}, {result.interval(row)}"
    opening, share = f"`{result.leader}` leads", "share the lead"
    if result.unbeaten:
        opening, share = f"`{result.leader}`", "are equally good,"
    lead = f"{opening} with {value}"
    if len(result.tied) > 1:
        names = some([f"`{m}`" for m in result.tied])
        lead = f"{len(result.tied)} models {share} with {value} ({names})"
    if result.unbeaten:
        lead = (
            f"{result.no_better()} better than the baseline (`{result.unbeaten}`, {result.label}"
            f" {result.shown(result.unbeaten)}); best of the others: {lead}"
        )
    if result.others():
        lead += f": {_evidence(result)}"
    return lead + (
        f"; these have no value on some splits and cannot lead: {incomplete}" if incomplete else ""
    )


def _evidence(result: Result) -> str:
    """From how many others the leader differs, does not differ, or is practically equivalent."""
    others = result.others()
    tested = [m for m in others if m in result.p]
    undecided = [m for m in tested if result.p[m] >= ALPHA]
    others_text = f"{len(tested)} other model{'' if len(tested) == 1 else 's'}"
    if len(tested) < len(others):
        others_text += " that could be tested"
    if not tested:
        text = "no test against the others was possible"
    elif undecided:
        text = f"no evidence of a difference from {len(undecided)} of {others_text}"
    else:
        text = f"evidence of a difference (adjusted p < {ALPHA}) from each of {others_text}"
    equivalent = [m for m in others if result.is_equivalent(m)]
    return text + (f", {len(equivalent)} practically equivalent" if equivalent else "")


def _expected(result: Result) -> str:
    """Performance of the baselines, and what to expect of the model that one would pick."""
    baselines = [m for m in result.dataset["baselines"] if m in result.rows]
    if baselines:
        text = "the baseline reaches " + ", ".join(_baseline(result, m) for m in baselines)
    else:
        text = f"no baseline {'has a value' if result.dataset['baselines'] else 'was configured'}"
    expected = result.expected()
    if expected:
        text += (
            f"; of the model that you would pick, expect {result.label} {expected.value},"
            f" {expected.interval}:"
            f" {phrases.picked(result, expected, '`')}"
        )
    return text


def _baseline(result: Result, model: str) -> str:
    p = result.p.get(model)
    doubt = ", no evidence of a difference from the leader" if p is not None and p >= ALPHA else ""
    return f"{result.shown(model)} (`{model}`{doubt})"


def _checked(result: Result) -> list[str]:
    """Warnings of the checks; none for a variant, which has the samples of its base."""
    checks = result.tables["checks"]
    warnings = dict.fromkeys(row["check"] for row in checks if row["status"] == "warning")
    if warnings:
        return [f"the checks warn of {some(warnings)}"]
    return ["the checks gave no warnings"] if checks else []


def validated(result: Result, cohort: str) -> str:
    """One sentence: performance of the leader of cross-validation in an external cohort.

    It is not the best model in the cohort: choosing by a cohort would turn it into training data.
    """
    in_cohort = result.in_cohort(cohort)
    where = f"In cohort {cohort}, {result.dataset['cohorts'][cohort]} samples"
    if "events" in result.dataset:
        where += f", {result.dataset['events'][cohort]} with the event"
    where += ": "
    if not result.leader:
        return f"{where}no model leads in cross-validation."
    if not in_cohort.get(result.leader, {}).get("estimate"):
        return f"{where}{result.leader} has no value of {result.label} there."
    row, internal = in_cohort[result.leader], result.shown(result.leader)
    value = f"{result.label} {result.text(row['estimate'])} ({result.interval(row)})"
    return f"{where}{result.leader} {value}; cross-validation gave {internal}."


def warned(row: dict) -> str:
    """One line about a warning of checks.csv."""
    return f"**Warning** ({row['check']}): {row['value']}. Advice: {row['advice']}."
