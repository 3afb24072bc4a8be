"""Whether the first model does worse in some stratum of the samples than in the rest."""

from omc.core.errors import some
from omc.core.names import DEVELOPMENT
from omc.evaluate.ranking import ALPHA
from omc.report.phrases import joined
from omc.report.result import Result


def title(result: Result) -> str:
    """Evidence about the strata that are large enough; the model is the first in the ranking."""
    model, rows = _first(result)
    if not rows:
        return "No model has a value in a stratum of the samples"
    tested = [row for row in rows if row["p_adjusted"]]
    if not tested:
        return "No stratum can be tested against the rest"
    found = [*_found(result, tested, -1), *_found(result, tested, 1)]
    if not found:
        which = f"any of {len(tested)} strata" if len(tested) > 1 else "the one stratum tested"
        return f"No evidence that {model} does better or worse in {which} than in the rest"
    return f"{model} does {' and '.join(found)}"


def summary(result: Result) -> str:
    """One sentence: what the title says, and the range of the values."""
    _, rows = _first(result)
    tested = [row for row in rows if row["p_adjusted"]]
    columns = some(f"`{name}`" for name in dict.fromkeys(row["column"] for row in rows))
    text = title(result)
    if tested:
        ends = sorted(tested, key=lambda row: float(row["estimate"]))
        low, high = (f"{result.text(r['estimate'])} ({_name(r)})" for r in (ends[0], ends[-1]))
        text += f": {result.label} from {low} to {high}"
    return f"Subgroups ({columns}): {text}." if rows else f"Subgroups: {text}."


def _first(result: Result) -> tuple[str, list[dict]]:
    """The first model that is no baseline, and its rows on the comparison metric with a value."""
    rows: dict[str, list[dict]] = {}
    for row in result.tables["subgroups"]:
        if row["metric"] == result.metric and row["estimate"]:
            rows.setdefault(f"{row['language']}/{row['model']}", []).append(row)
    models = [m for m in result.order if m in rows and not result.is_baseline(m)]
    return (models[0], rows[models[0]]) if models else ("", [])


def _found(result: Result, tested: list[dict], direction: int) -> list[str]:
    """'worse in sex: F (ROC AUC 0.62, expected 0.80)', or nothing; direction: 1 better, -1 worse.

    Expected: the value of the rest, with the stratum's mix of outcomes. Of two strata, one is
    better where the other is worse: only the worse one is named.
    """
    columns = [(row["cohort"], row["column"]) for row in tested]
    rows = [
        row
        for row in tested
        if float(row["p_adjusted"]) < ALPHA
        and result.sign * (float(row["gap"]) - float(row["gap_expected"])) * direction > 0
        and (direction < 0 or columns.count((row["cohort"], row["column"])) > 2)
    ]
    if not rows:
        return []
    word = "better" if direction > 0 else "worse"
    if len(rows) > 2:
        return [f"{word} in {len(rows)} of {len(tested)} strata"]
    named = [
        f"{_name(row)} ({result.label} {result.text(row['estimate'])}, expected"
        f" {result.text(float(row['rest_estimate']) + float(row['gap_expected']))})"
        for row in rows
    ]
    return [f"{word} in {joined(named)}"]


def _name(row: dict) -> str:
    """'sex: F', 'age > 61', 'sex: F of lyon'."""
    colon = "" if row["stratum"].startswith(("≤ ", "> ")) else ":"
    cohort = "" if row["cohort"] == DEVELOPMENT else f" of {row['cohort']}"
    return f"{row['column']}{colon} {row['stratum']}{cohort}"
