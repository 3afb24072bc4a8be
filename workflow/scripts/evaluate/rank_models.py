"""Rank the models of every data set."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(files: dict[str, str], datasets: list[dict], output: str) -> None:
    """files: metrics, estimates and comparisons; datasets: see `ranking`."""
    from omc.core.csv_files import read_csv, write_csv
    from omc.core.tables import RANKING
    from omc.evaluate.ranking import ranking

    tables = {name: read_csv(path) for name, path in files.items()}
    write_csv(output, RANKING, (row for dataset in datasets for row in ranking(tables, dataset)))


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        names = ("metrics", "estimates", "comparisons")
        main(
            {name: snakemake.input[name] for name in names},
            json.loads(snakemake.params.datasets),
            snakemake.output[0],
        )
