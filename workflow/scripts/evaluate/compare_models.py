"""Compare every two models of both languages; tell what to expect of the one that looks best."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged

DEVELOPMENT = "development"


def main(files: dict, datasets: list[dict], params: dict, output: dict) -> None:
    """files: metrics, and lists of splits, predictions and samples, and of delong where it is.

    datasets: dictionaries of name, task, positive, metric, models, baselines and delong (whether it
    has that table); params: scheme, rope and seed; output: paths of comparisons and selection.
    """
    import pandas as pd

    from omc.core.csv_files import read_csv, write_csv
    from omc.core.tables import COMPARISONS, SELECTION

    table = pd.read_csv(
        files["metrics"], dtype={"value": float}, keep_default_na=False, na_values={"value": [""]}
    )
    table["model"] = table["language"] + "/" + table["model"]
    rows, selection = [], []
    delong = iter(files["delong"])
    paths = zip(*(files[kind] for kind in ("splits", "predictions", "samples")), strict=True)
    for dataset, of in zip(datasets, paths, strict=True):
        wanted = {"dataset": dataset["name"], "cohort": DEVELOPMENT, "metric": dataset["metric"]}
        part = table[(table[list(wanted)] == pd.Series(wanted)).all(axis=1)]
        values = part.pivot(index="split", columns="model", values="value")[dataset["models"]]
        compared, picked = compare(dataset, of, values, params)
        rows += [[*wanted.values(), *row] for row in compared]
        if dataset["delong"]:
            for cohort, row in in_cohorts(read_csv(next(delong))):
                rows.append([dataset["name"], cohort, dataset["metric"], *row])
        selection += [[dataset["name"], dataset["metric"], *row] for row in picked]
    write_csv(output["comparisons"], COMPARISONS, rows)
    write_csv(output["selection"], SELECTION, selection)


def compare(dataset: dict, paths: tuple, values, params: dict) -> tuple[list, list]:
    """Rows of comparisons.csv and of selection.csv, without the columns that all share.

    values: splits x models on the comparison metric; paths: splits, predictions and samples.
    """
    import pandas as pd

    from omc.core.csv_files import number
    from omc.core.seeds import fit_seed
    from omc.evaluate.comparisons import by_split, by_units
    from omc.evaluate.estimates import test_train_ratio
    from omc.evaluate.metrics import METRICS, POOLED_SCHEMES
    from omc.evaluate.picking import expect_of_winner
    from omc.evaluate.pooled import read_cohorts

    splits, predictions, samples = paths
    name, metric, models = (dataset[key] for key in ("name", "metric", "models"))
    smaller = not METRICS[metric].higher_is_better
    cohorts = read_cohorts(predictions, splits, samples, dataset["positive"])
    cohort = cohorts.get(DEVELOPMENT)
    seed = fit_seed(params["seed"], name, "", "", DEVELOPMENT, "bootstrap")
    if params["scheme"] not in POOLED_SCHEMES:
        rope = params["rope"]
        if METRICS[metric].unit == "outcome":
            sheet = pd.read_csv(samples, sep="\t", dtype=str, keep_default_na=False)
            rope *= sheet.loc[sheet["cohort"] == DEVELOPMENT, "outcome"].astype(float).std()
        ratio = test_train_ratio(pd.read_csv(splits, dtype=str, keep_default_na=False))
        tests = by_split(values, ratio, rope, smaller)
    elif cohort:
        tests = {f"{cohort.unit}_bootstrap": by_units(cohort, models, metric, seed)}
    else:
        tests = {}
    rows = []
    for test, found in tests.items():
        most = max((count for *_, count, _ in found), default=0)
        for a, b, count, numbers in found:
            if count < most:
                print(f"{name}, {test}: {a} and {b} have {count} of {most} in common")
            rows.append([test, a, b, *map(number, numbers)])
    # Who may be picked is who may lead: see `summary.Found`.
    valued = values.notna()
    everywhere = valued.eq(valued.any(axis=1), axis=0).all()
    rivals = [m for m in models if m not in dataset["baselines"] and everywhere[m]]
    found = cohort and expect_of_winner(cohort, rivals, metric, smaller, seed)
    if not found:
        print(f"{name}: no model has a value on every split, so none can be picked")
        return rows, []
    numbers = found.winner_estimate, found.estimate, found.low, found.high, found.optimism
    return rows, [[found.winner, *map(number, numbers), found.models, found.resamples]]


def in_cohorts(delong: list[dict]):
    """(cohort, columns from test on) of the rows of delong.csv, with the adjusted p-values."""
    import numpy as np

    from omc.core.csv_files import number
    from omc.evaluate.comparisons import holm

    of_cohort = {}
    for row in delong:
        of_cohort.setdefault(row["cohort"], []).append(row)
    for cohort, rows in of_cohort.items():
        adjusted = holm([float(row["p_value"] or np.nan) for row in rows])
        for row, p_adjusted in zip(rows, adjusted, strict=True):
            found = [row[key] for key in ("difference", "ci_low", "ci_high", "p_value")]
            numbers = [number(float(value)) if value else "" for value in found]
            names = row["model_a"], row["model_b"]
            yield cohort, ["delong", *names, *numbers, number(p_adjusted), "", "", ""]


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        main(
            snakemake.input,
            json.loads(snakemake.params.datasets),
            dict(snakemake.params),
            dict(snakemake.output),
        )
