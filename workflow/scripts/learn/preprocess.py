"""Learn the preprocessing of every fit of every split on its training rows."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(data: str, samples: str, splits: str, setting: dict, task: str, output: str) -> None:
    from omc.learn.preprocessing import learn_all

    learn_all(data, samples, splits, setting, task, output)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        main(
            snakemake.input.data,
            snakemake.input.samples,
            snakemake.input.splits,
            json.loads(snakemake.params.setting),
            snakemake.params.task,
            snakemake.output[0],
        )
