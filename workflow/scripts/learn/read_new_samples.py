"""Read tables of new samples and write the numbers that the final models use, as an .h5ad file."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(tables: dict, join: str, data: str, preprocessing: str, output: str) -> None:
    from omc.data.matrix import write_h5ad
    from omc.learn.new_samples import read_new_samples

    write_h5ad(output, *read_new_samples(tables, join, data, preprocessing))


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        params = snakemake.params
        main(
            json.loads(params.tables),
            params.join,
            params.data,
            params.preprocessing,
            snakemake.output[0],
        )
