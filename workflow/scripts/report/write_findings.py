"""Write the sentences that figures, summary and screen show."""

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
        rows = read_csv(path, delimiter="\t")
        cohorts = [row["cohort"] for row in rows]
        dataset["cohorts"] = {name: cohorts.count(name) for name in dataset["cohorts"]}
        if dataset["task"] == "regression":
            outcomes = [float(row["outcome"]) for row in rows if row["cohort"] == "development"]
            dataset["range"] = min(outcomes), max(outcomes)
    tables = {name: read_csv(path) for name, path in tables.items()}
    write_csv(output, FINDINGS, findings(tables, datasets))


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        inputs = dict(snakemake.input.items())
        samples = list(snakemake.input.samples)
        del inputs["samples"], inputs["code"]
        main(inputs, samples, json.loads(snakemake.params.datasets), snakemake.output[0])
