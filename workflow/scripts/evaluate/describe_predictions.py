"""Curves, calibration and confusion matrices of every classification's predictions."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        from omc.core import tables as contracts
        from omc.core.csv_files import write_csv
        from omc.evaluate.curves import describe
        from omc.evaluate.pooled import scored_together
        from omc.evaluate.predictions import read_predictions

        rows = [], [], []
        datasets = json.loads(snakemake.params.datasets)
        files = snakemake.input.predictions, snakemake.input.splits
        for dataset, path, splits in zip(datasets, *files, strict=True):
            if dataset["task"] == "classification":
                predictions = read_predictions(path, dataset["positive"], splits)
                pooled = scored_together(snakemake.params.scheme)
                described = describe(predictions, dataset["name"], pooled)
                for table, dataset_rows in zip(rows, described, strict=True):
                    table += dataset_rows
        for name, table in zip(("calibration", "curves", "confusion"), rows, strict=True):
            write_csv(snakemake.output[name], getattr(contracts, name.upper()), table)
