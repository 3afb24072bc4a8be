"""What stands on the screen before a run begins."""

from pathlib import Path

from omc.core.csv_files import read_csv


def null_cost(jobs: list[tuple[str, str, str]], timing: str) -> str:
    """What the permutation null will cost.

    jobs: (dataset, language, model) of each training job on permuted outcomes; timing: path of the
    last run's timing.csv, which need not be there.
    """
    spent = {}
    for row in read_csv(timing) if Path(timing).exists() else []:
        # No model is trained on all samples of a permutation.
        if row["split"] != "final":
            model = row["dataset"], row["language"], row["model"]
            spent[model] = spent.get(model, 0) + float(row["cpu_seconds"])
    known = [job for job in jobs if job in spent]
    text = f"Permutation null: {len(jobs)} training jobs on permuted outcomes, "
    if not known:
        return text + "each at the cost of all cross-validation splits of its model"
    minutes = sum(spent[job] for job in known) / 60
    text += f"about {minutes:.1f} CPU-minutes by {timing}"
    unknown = len(jobs) - len(known)
    return text + (f" and {unknown} of models that it does not know" if unknown else "")
