"""Write summary.md: the answer per data set, in words."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "python"))

from omc.logs import logged


def main(estimates, failures, timing, datasets: list[dict], images: str, output: str) -> None:
    from omc.csvs import read_csv
    from omc.summary import summary

    places = {"images": images, "results": str(Path(output).parent)}
    tables = [read_csv(path) for path in (estimates, failures, timing)]
    text = summary(*tables, datasets, places)
    Path(output).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        main(
            snakemake.input.estimates,
            snakemake.input.failures,
            snakemake.input.timing,
            json.loads(snakemake.params.datasets),
            snakemake.params.images,
            snakemake.output[0],
        )
