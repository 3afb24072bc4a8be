"""Score the predictions of every model of every data set: one scorer for both languages."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(predictions: list[str], splits: list[str], datasets: list[dict], output: str) -> None:
    """datasets: dictionaries of name, task, positive, models ([language, name]) and cohorts."""
    from omc.core.csv_files import write_csv
    from omc.core.tables import METRICS

    rows = []
    for path, splits_path, dataset in zip(predictions, splits, datasets, strict=True):
        rows += score_dataset(path, splits_path, dataset)
    write_csv(output, METRICS, rows)


def score_dataset(path: str, splits_path: str, dataset: dict) -> list[list]:
    """Rows of metrics.csv; those of split `final`, of external cohorts, have no repeat and fold."""
    import numpy as np
    import pandas as pd

    from omc.core.checksums import sha256_file
    from omc.core.csv_files import number
    from omc.core.errors import UserError
    from omc.evaluate.metrics import METRICS_OF, kind_of
    from omc.evaluate.scoring import scorer

    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    if set(table["splits_sha256"]) - {sha256_file(splits_path)}:
        raise UserError(f"{path}: made on other splits than {splits_path}: delete it and run again")
    splits = pd.read_csv(splits_path, dtype=str, keep_default_na=False)
    header = list(table.columns)
    classes = [c.removeprefix("prob_") for c in header if c.startswith("prob_")]
    positive = dataset["positive"] or (classes[-1] if classes else None)
    parts = dict(iter(table.groupby(["language", "model", "split"], sort=False)))
    rows = []
    for language, model in dataset["models"]:
        for split, expected in splits[splits["role"] == "test"].groupby("split", sort=False):
            part = parts.get((language, model, split))
            if part is not None and sorted(part["sample"]) != sorted(expected["sample"]):
                raise UserError(
                    f"{path}: {language}/{model} did not predict the test samples of {split}"
                )
            first = expected.iloc[0]
            for cohort in dataset["cohorts"] if split == "final" else ["development"]:
                values = dict.fromkeys(METRICS_OF[kind_of(dataset["task"], classes)])
                if part is not None:
                    of = part[part["cohort"] == cohort]
                    once = np.ones((1, len(of)))
                    values = scorer(of, dataset["task"], classes, positive)(once)
                for metric, value in values.items():
                    value = "" if value is None else number(value[0])
                    where = [split, first["repeat"], first["fold"], cohort]
                    rows.append([dataset["name"], language, model, *where, metric, value])
    return rows


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        main(
            list(snakemake.input.predictions),
            list(snakemake.input.splits),
            json.loads(snakemake.params.datasets),
            snakemake.output[0],
        )
