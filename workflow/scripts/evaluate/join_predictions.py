"""Join the predictions of all models of a data set; refuse those made from other inputs."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(files: list[str], splits: str, preprocessing: str, keys: list[list], output: str) -> None:
    """keys: for each file the settings of its training job, in the order of `training_key`."""
    from omc.core.csv_files import write_csv
    from omc.evaluate.joining import checked_rows

    write_csv(output, *checked_rows(files, splits, preprocessing, keys))


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        main(
            list(snakemake.input.predictions),
            snakemake.input.splits,
            snakemake.input.preprocessing,
            json.loads(snakemake.params.made_with),
            snakemake.output[0],
        )
