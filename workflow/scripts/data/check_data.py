"""Check a data set for problems that can bias its results."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        from omc.data.checking import check_dataset

        check_dataset(
            snakemake.wildcards.dataset,
            snakemake.input.sheet,
            snakemake.input.data,
            snakemake.input.samples,
            snakemake.input.splits,
            snakemake.input.strata,
            json.loads(snakemake.params.setting),
            snakemake.output[0],
        )
