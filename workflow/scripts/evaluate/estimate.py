"""Estimate and interval of every model and metric, in cross-validation and in external cohorts."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged

DEVELOPMENT = "development"


def main(
    metrics: str, files: dict, datasets: list[dict], scheme: str, seed: int, output: str
) -> None:
    """files: paths of splits, predictions and samples by data set.

    datasets: dictionaries of name, task and positive; scheme: that of the resampling.
    """
    import numpy as np
    import pandas as pd

    from omc.core.csv_files import number, write_csv
    from omc.core.tables import ESTIMATES
    from omc.evaluate.estimates import ROUNDING, corrected_interval, test_train_ratio
    from omc.evaluate.metrics import METRICS, POOLED_SCHEMES

    table = pd.read_csv(
        metrics, dtype={"value": float}, keep_default_na=False, na_values={"value": [""]}
    )
    # A failed split has no value of any metric; an undefined metric is empty on its own.
    model = ["dataset", "language", "model", "cohort"]
    failed = (table.groupby([*model, "split"])["value"].count() == 0).groupby(model).sum()
    by_split, agreed = {}, {}
    if scheme not in POOLED_SCHEMES:
        splits = {
            name: pd.read_csv(of["splits"], dtype=str, keep_default_na=False)
            for name, of in files.items()
        }
        ratio = {name: test_train_ratio(of) for name, of in splits.items()}
        folds = table[table["cohort"] == DEVELOPMENT]
        for key, values in folds.groupby([*model, "metric"])["value"]:
            values = values.dropna().to_numpy()
            estimate, *limits = corrected_interval(values, ratio[key[0]])
            # A t interval knows nothing of a metric's range.
            metric = METRICS[key[-1]]
            limits = np.clip(limits, metric.lowest, metric.highest)
            by_split[key] = (estimate, *limits, "nadeau_bengio")
            if len(values) and np.ptp(values) < ROUNDING:
                agreed.setdefault(key[:-1], {})[key[-1]] = estimate
    pooled = {}
    for dataset in datasets:
        pooled |= pooled_intervals(files[dataset["name"]], dataset, agreed, seed)
    rows = []
    for key, part in table.groupby([*model, "metric"], sort=False):
        found = [by_split[key]] if key in by_split else []
        none = {key[-1]: (None, None, None, "bootstrap")}
        for *numbers, method in [*found, pooled.get(key[:-1], none)[key[-1]]]:
            # Splits with a value, or, where all predictions are scored together, with predictions.
            counted = part["value"].count()
            if method != "nadeau_bengio":
                counted = len(part) - failed[key[:-1]]
            rows.append([*key, *map(number, numbers), method, counted, failed[key[:-1]]])
    write_csv(output, ESTIMATES, rows)


def pooled_intervals(files: dict, dataset: dict, agreed: dict, seed: int) -> dict:
    """By (dataset, language, model, cohort): what `sample_intervals` finds in pooled predictions.

    agreed: by the same key, the metrics of which all splits gave one value. All models of a cohort
    are scored on the same resamples.
    """
    from omc.core.seeds import fit_seed
    from omc.evaluate.estimates import sample_intervals
    from omc.evaluate.pooled import read_cohorts

    found = {}
    for name, cohort in read_cohorts(**files, positive=dataset["positive"]).items():
        for model, predicted in cohort.models.items():
            key = (dataset["name"], *model.split("/", 1), name)
            found[key] = sample_intervals(
                predicted.scored,
                cohort.units,
                {metric: of & predicted.tested for metric, of in cohort.proportions.items()},
                fit_seed(seed, dataset["name"], "", "", name, "bootstrap"),
                agreed.get(key),
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
