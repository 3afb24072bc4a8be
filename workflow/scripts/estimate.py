"""Estimate and interval of every model and metric, in cross-validation and in external cohorts."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "python"))

from omc.logs import logged

DEVELOPMENT = "development"


def main(
    metrics: str, files: dict, datasets: list[dict], scheme: str, seed: int, output: str
) -> None:
    """files: paths of splits, predictions and samples by data set.

    datasets: dictionaries of name, task, positive and cohorts; scheme: that of the resampling.
    """
    import numpy as np
    import pandas as pd

    from omc.contracts import ESTIMATES, METRIC_RANGE
    from omc.csvs import number, write_csv
    from omc.estimates import POOLED_SCHEMES, corrected_interval, test_train_ratio

    table = pd.read_csv(
        metrics, dtype={"value": float}, keep_default_na=False, na_values={"value": [""]}
    )
    ratio = {}
    for name, of in files.items():
        splits = pd.read_csv(of["splits"], dtype=str, keep_default_na=False)
        ratio[name] = test_train_ratio(splits)
    pooled = scheme in POOLED_SCHEMES
    together = {}
    for dataset in datasets:
        if dataset["cohorts"] or pooled:
            together |= cohort_intervals(files[dataset["name"]], dataset, pooled, seed)
    # A failed split has no value of any metric; an undefined metric is empty on its own.
    model = ["dataset", "language", "model", "cohort"]
    failed = (table.groupby([*model, "split"])["value"].count() == 0).groupby(model).sum()
    rows = []
    for key, part in table.groupby([*model, "metric"], sort=False):
        *of, metric = key
        if of[-1] == DEVELOPMENT and not pooled:
            values = part["value"].dropna().to_numpy()
            estimate, *limits = corrected_interval(values, ratio[of[0]])
            # A t interval knows nothing of a metric's range.
            low, high = np.clip(limits, *METRIC_RANGE[metric])
            method = "nadeau_bengio"
        else:
            none = {metric: (None, None, None, "bootstrap")}
            estimate, low, high, method = together.get(tuple(of), none)[metric]
        numbers = [number(value) for value in (estimate, low, high)]
        rows.append([*key, *numbers, method, len(part), failed[tuple(of)]])
    write_csv(output, ESTIMATES, rows)


def cohort_intervals(files: dict, dataset: dict, pooled: bool, seed: int) -> dict:
    """By (dataset, language, model, cohort): what `sample_intervals` finds in a cohort.

    pooled: in all test samples of cross-validation together too. Groups are drawn where the sample
    sheet has any. All models are scored on the same resamples.
    """
    import numpy as np
    import pandas as pd

    from omc.estimates import sample_intervals
    from omc.scoring import proportions, scorer
    from omc.seeds import fit_seed

    table = pd.read_csv(files["predictions"], dtype=str, keep_default_na=False)
    sheet = pd.read_csv(files["samples"], sep="\t", dtype=str, keep_default_na=False).set_index(
        "sample"
    )
    unit = np.where(sheet["group"] == "", sheet.index, sheet["group"])
    unit = pd.Series(unit, index=sheet.index)
    classes = [c.removeprefix("prob_") for c in table.columns if c.startswith("prob_")]
    positive = dataset["positive"] or (classes[-1] if classes else None)
    found = {}
    scored = table if pooled else table[table["cohort"] != DEVELOPMENT]
    for (language, model, cohort), part in scored.groupby(["language", "model", "cohort"]):
        found[dataset["name"], language, model, cohort] = sample_intervals(
            scorer(part, dataset["task"], classes, positive),
            unit[part["sample"]].to_numpy(),
            proportions(part["truth"], classes, positive),
            fit_seed(seed, dataset["name"], "", "", cohort, "bootstrap"),
        )
    return found


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        datasets = json.loads(snakemake.params.datasets)
        kinds = ("splits", "predictions", "samples")
        paths = zip(*(snakemake.input[kind] for kind in kinds), strict=True)
        main(
            snakemake.input.metrics,
            {
                d["name"]: dict(zip(kinds, of, strict=True))
                for d, of in zip(datasets, paths, strict=True)
            },
            datasets,
            snakemake.params.scheme,
            snakemake.params.seed,
            snakemake.output[0],
        )
