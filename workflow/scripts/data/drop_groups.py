"""Drop the groups of a data set; data and samples stay the same, splits will differ."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(base: dict[str, str], output: dict[str, str]) -> None:
    """base, output: paths of data and samples."""
    import shutil

    from omc.core.csv_files import read_csv, write_csv

    shutil.copyfile(base["data"], output["data"])
    rows = read_csv(base["samples"], delimiter="\t")
    cells = ({**row, "group": ""}.values() for row in rows)
    write_csv(output["samples"], list(rows[0]), cells, delimiter="\t")


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        main(
            {name: snakemake.input[name] for name in ("data", "samples")},
            {name: snakemake.output[name] for name in ("data", "samples")},
        )
