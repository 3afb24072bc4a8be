"""Write the sentences that the summary and the screen show."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(tables: dict, samples: list[str], datasets: list[dict], output: str) -> None:
    """tables: paths by name; samples: samples.tsv of each data set, in the order of `datasets`."""
    from omc.core.csv_files import read_csv, write_csv
    from omc.core.tables import FINDINGS
    from omc.report.findings import findings

    for dataset, path in zip(datasets, samples, strict=True):
        cohorts = [row["cohort"] for row in read_csv(path, delimiter="\t")]
        dataset["cohorts"] = {name: cohorts.count(name) for name in dataset["cohorts"]}
    tables = {name: read_csv(path) for name, path in tables.items()}
    write_csv(output, FINDINGS, findings(tables, datasets))


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        names = ("ranking", "estimates", "selection", "checks")
        main(
            {name: snakemake.input[name] for name in names},
            list(snakemake.input.samples),
            json.loads(snakemake.params.datasets),
            snakemake.output[0],
        )
