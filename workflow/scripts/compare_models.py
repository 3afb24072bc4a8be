"""Compare every two models of each data set, of both languages, on the comparison metric."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "python"))

from omc.logs import logged


def main(metrics: str, splits: list[str], datasets: list[dict], output: str) -> None:
    """datasets: dictionaries of name, metric and models; splits: splits.csv of each."""
    import pandas as pd

    from omc.contracts import COMPARISONS
    from omc.csvs import number, write_csv
    from omc.estimates import test_train_ratio

    table = pd.read_csv(
        metrics, dtype={"value": float}, keep_default_na=False, na_values={"value": [""]}
    )
    table["model"] = table["language"] + "/" + table["model"]
    rows = []
    for dataset, path in zip(datasets, splits, strict=True):
        ratio = test_train_ratio(pd.read_csv(path, dtype=str, keep_default_na=False))
        wanted = {"dataset": dataset["name"], "metric": dataset["metric"], "cohort": "development"}
        part = table[(table[list(wanted)] == pd.Series(wanted)).all(axis=1)]
        values = part.pivot(index="split", columns="model", values="value")
        for test, *names, numbers in compared(values[dataset["models"]], ratio):
            of = [wanted[key] for key in ("dataset", "cohort", "metric")]
            rows.append([*of, test, *names, *map(number, numbers), *[""] * 3])
    write_csv(output, COMPARISONS, rows)


def compared(values, ratio: float):
    """(test, model a, model b, numbers) of every pair; values: splits x models."""
    from omc.comparisons import corrected_t, holm, pairs

    names = list(values.columns)
    found = [(a, b, len(d), corrected_t(d, ratio)) for a, b, d in pairs(values.to_numpy())]
    adjusted = holm([result[-1] for *_, result in found])
    for (a, b, count, result), p_adjusted in zip(found, adjusted, strict=True):
        if count < len(values):
            print(f"{names[a]} and {names[b]} are compared on {count} of {len(values)} splits")
        yield "nadeau_bengio", names[a], names[b], (*result, p_adjusted)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        main(
            snakemake.input.metrics,
            list(snakemake.input.splits),
            json.loads(snakemake.params.datasets),
            snakemake.output.comparisons,
        )
