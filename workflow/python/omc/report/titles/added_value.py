"""What the other layers add to a baseline: the answer for the model that one would pick."""

from omc.evaluate.picking import PICKED
from omc.evaluate.ranking import ALPHA, decimals_of
from omc.report.phrases import joined, of_models
from omc.report.result import Result


def title(result: Result) -> str:
    """For each baseline, in the order of the configuration."""
    return "; ".join(of_baseline(result, variant) for variant in _variants(result))


def summary(result: Result) -> str:
    """The title as a sentence."""
    text = title(result)
    return f"{text}." if text else ""


def of_baseline(result: Result, variant: str) -> str:
    """'No evidence that genes add to clinical: …' about one baseline alone."""
    rows = [
        row
        for row in result.tables["added_value"]
        if (row["variant"], row["measure"]) == (variant, result.metric)
    ]
    what = f"that the other layers add to {variant.removeprefix(f'{result.name}-')}"
    picked = [row for row in rows if (row["language"], row["model"]) == PICKED]
    learned = [row for row in rows if row["language"] != PICKED[0]]
    of_each = _of_each(result, [row for row in learned if row["p_adjusted"]])
    if not picked or not picked[0]["difference"]:
        return f"No model can be picked; {of_each or 'no difference could be tested'}"
    row = picked[0]
    improvement = result.sign * float(row["difference"])
    if not row["p_value"]:
        verdict = f"It cannot be tested {what}"
    elif float(row["p_value"]) >= ALPHA:
        verdict = f"No evidence {what}"
    else:
        verdict = f"Evidence {what if improvement > 0 else what.replace('add to', 'harm')}"
    values = [float(row[name]) for name in ("estimate", "baseline_estimate")]
    decimals = decimals_of(values, result.metric)
    shown = [f"{value:.{decimals}f}" for value in values]
    with_and_without = f"{shown[0]} with them, {shown[1]} without"
    text = f"{verdict}: {result.label} {with_and_without}, for the picked model"
    return text + (f"; {of_each}" if of_each else "")


def _of_each(result: Result, rows: list[dict]) -> str:
    """'evidence that they help 2 of 5 models'; "" if there is one model, or none was tested."""
    if len(rows) < 2:
        return ""
    signs = [result.sign * float(r["difference"]) for r in rows if float(r["p_adjusted"]) < ALPHA]
    parts = [f"help {of_models(n, len(rows))}"] if (n := sum(s > 0 for s in signs)) else []
    parts += [f"harm {of_models(n, len(rows))}"] if (n := sum(s < 0 for s in signs)) else []
    if not parts:
        return f"no evidence for any of {len(rows)} models"
    return f"evidence that they {joined(parts)}"


def _variants(result: Result) -> list[str]:
    return list(dict.fromkeys(row["variant"] for row in result.tables["added_value"]))
