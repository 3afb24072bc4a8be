"""How many models do better on the real outcomes than on permuted ones."""

from collections import Counter

from omc.evaluate.null import LEVEL, MIN_PERMUTATIONS
from omc.report.phrases import of_models, short
from omc.report.result import Result


def title(result: Result) -> str:
    tested = [row for row in result.tables["null_tests"] if row["p_value"]]
    n = len(tested)
    if n == 0:
        return "No model has a value on the real outcomes"
    count = int(tested[0]["n_permutations"])
    if count < MIN_PERMUTATIONS:
        least = short(1 / (count + 1), 2)
        return f"Too few permutations ({count}): p cannot be below {least}"
    unlearned = [row for row in tested if float(row["p_adjusted"]) > LEVEL]
    return _said(n - len(unlearned), n) + _missing(result, unlearned, count)


def _said(learned: int, n: int) -> str:
    """How many of n models learn the outcome."""
    if learned == 0:
        return f"No evidence that {'the model' if n == 1 else 'a model'} learns the outcome"
    who, verb = of_models(learned, n), "does" if learned == 1 or n == 1 else "do"
    rival = "the best model on permuted ones" if n > 1 else "on permuted ones"
    return f"{who[0].upper()}{who[1:]} {verb} better on the real outcomes than {rival}"


def _missing(result: Result, unlearned: list[dict], count: int) -> str:
    """Permutations without a value of models that do not learn: they count as at least as good."""
    models = [f"{row['language']}/{row['model']}" for row in unlearned]
    missing = Counter(
        model
        for row in result.tables["null"]
        if (model := f"{row['language']}/{row['model']}") in models and not row["value"]
    )
    if not missing:
        return ""
    most = max(missing.values())
    n, of = (str(most), next(iter(missing))) if len(missing) == 1 else (f"up to {most}", "a model")
    return f"; {n} of {count} permutations lack a value of {of}, and count as equally good"
