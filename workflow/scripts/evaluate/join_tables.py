"""Join one table (tuning, importance, timing or failures) of all models of all data sets."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(files: list[str], table: str, output: str) -> None:
    from omc.core.errors import UserError
    from omc.core.tables import TABLES

    header = ",".join(TABLES[table]) + "\n"
    with open(output, "w", encoding="utf-8", newline="") as joined:
        joined.write(header)
        for path in files:
            with open(path, encoding="utf-8", newline="") as file:
                line = file.readline()
                if line.replace('"', "") != header:
                    raise UserError(
                        f"{path}: its header is not {header.strip()}: delete it and run again"
                    )
                for block in iter(lambda: file.read(1 << 20), ""):
                    joined.write(block)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        main(list(snakemake.input.tables), snakemake.wildcards.table, snakemake.output[0])
