"""How many samples every model gets wrong, and how many none does."""

from omc.core.names import DEVELOPMENT
from omc.report.phrases import plural
from omc.report.result import Result


def title(result: Result) -> str:
    """Of the samples that all models but baselines predicted; wrong: in most predictions."""
    rows = [
        row
        for row in result.tables["sample_errors"]
        if row["cohort"] == DEVELOPMENT
        and f"{row['language']}/{row['model']}" not in result.dataset["baselines"]
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
    who = "The model gets" if models == 1 else "Every model gets"
    never = f"{right} {'is' if right == 1 else 'are'} never wrong"
    if not wrong:
        with_all = "" if models == 1 else " with every model"
        return f"None of {plural(len(shares), 'sample')} is wrong in most splits{with_all}; {never}"
    return f"{who} {wrong} of {plural(len(shares), 'sample')} wrong in most splits; {never}"
