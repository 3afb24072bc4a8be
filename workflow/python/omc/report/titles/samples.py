"""How many samples every model gets wrong, and how many none does."""

from omc.core.names import DEVELOPMENT
from omc.report.phrases import plural
from omc.report.result import Result


def title(result: Result) -> str:
    """Of the samples that all models with predictions but baselines predicted.

    wrong: in most predictions.
    """
    baselines = set(result.dataset["baselines"])
    rows = [
        row
        for row in result.tables["sample_errors"]
        if row["cohort"] == DEVELOPMENT and f"{row['language']}/{row['model']}" not in baselines
    ]
    by_sample: dict[str, list[float]] = {}
    for row in rows:
        share = int(row["n_wrong"]) / int(row["n_predicted"])
        by_sample.setdefault(row["sample"], []).append(share)
    models = len({(row["language"], row["model"]) for row in rows})
    shares = [shares for shares in by_sample.values() if len(shares) == models]
    if not shares:
        return "No sample was predicted by every model"
    wrong = sum(min(of_models) > 0.5 for of_models in shares)
    right = sum(max(of_models) == 0 for of_models in shares)
    who, with_all = _who(models, len(set(result.dataset["models"]) - baselines))
    never = f"{right} {'is' if right == 1 else 'are'} never wrong"
    samples = plural(len(shares), "sample")
    if not wrong:
        return f"None of {samples} is wrong in most splits{with_all}; {never}"
    return f"{who} gets {wrong} of {samples} wrong in most splits; {never}"


def _who(models: int, configured: int) -> tuple[str, str]:
    """Models with predictions, those that failed left out: as a subject, and after 'wrong'."""
    if models == configured:
        return ("The model", "") if models == 1 else ("Every model", " with every model")
    who = "the one model" if models == 1 else f"each of the {models} models"
    who += " with predictions"
    return who[0].upper() + who[1:], f" with {who}"
