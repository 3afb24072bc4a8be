"""Forget the groups of a data set: the same data, the same samples, splits of its own to come."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(parent: dict[str, str], output: dict[str, str]) -> None:
    """parent, output: paths of data and samples."""
    import shutil

    from omc.core.csv_files import read_csv, write_csv

    shutil.copyfile(parent["data"], output["data"])
    rows = read_csv(parent["samples"], delimiter="\t")
    cells = ({**row, "group": ""}.values() for row in rows)
    write_csv(output["samples"], list(rows[0]), cells, delimiter="\t")


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        main(
            {name: snakemake.input[name] for name in ("data", "samples")},
            {name: snakemake.output[name] for name in ("data", "samples")},
        )
