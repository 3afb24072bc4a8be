"""Score the predictions of every model of every data set: one scorer for both languages."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(predictions: list[str], splits: list[str], datasets: list[dict], output: str) -> None:
    """datasets: dictionaries of name, positive, models ([language, name]) and cohorts."""
    from omc.core.csv_files import write_csv
    from omc.core.tables import METRICS
    from omc.evaluate.scoring import score_dataset

    rows = []
    for path, splits_path, dataset in zip(predictions, splits, datasets, strict=True):
        rows += score_dataset(path, splits_path, dataset)
    write_csv(output, METRICS, rows)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        main(
            list(snakemake.input.predictions),
            list(snakemake.input.splits),
            json.loads(snakemake.params.datasets),
            snakemake.output[0],
        )
