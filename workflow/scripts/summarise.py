"""Write summary.md: the answer per data set, in words."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "python"))

from omc.logs import logged


def main(tables: list[str], samples: list[str], datasets: list[dict], images: str, output: str):
    """tables: paths of estimates, failures, timing, checks; samples: of samples.tsv by data set."""
    from omc.csvs import read_csv
    from omc.summary import summary

    places = {"images": images, "results": str(Path(output).parent)}
    for dataset, path in zip(datasets, samples, strict=True):
        cohorts = [row["cohort"] for row in read_csv(path, delimiter="\t")]
        dataset["cohorts"] = {name: cohorts.count(name) for name in dataset["cohorts"]}
    text = summary(*(read_csv(path) for path in tables), datasets, places)
    Path(output).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        main(
            [snakemake.input[name] for name in ("estimates", "failures", "timing", "checks")],
            snakemake.input.samples,
            json.loads(snakemake.params.datasets),
            snakemake.params.images,
            snakemake.output[0],
        )
