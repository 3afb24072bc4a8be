"""Write the sentences that figures, summary and screen show of a data set."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.core.csv_files import read_csv, write_csv
        from omc.core.survival import status
        from omc.core.tables import FINDINGS
        from omc.report.findings import findings

        files = dict(snakemake.input.items())
        datasets = json.loads(snakemake.params.datasets)
        for dataset, path in zip(datasets, files.pop("samples"), strict=True):
            rows = read_csv(path, delimiter="\t")
            cohorts = [row["cohort"] for row in rows]
            dataset["cohorts"] = {name: cohorts.count(name) for name in dataset["cohorts"]}
            if dataset["task"] == "survival":
                happened = [row["cohort"] for row in rows if status(row["outcome"]) == "event"]
                dataset["events"] = {name: happened.count(name) for name in dataset["cohorts"]}
            if dataset["task"] == "regression":
                outcomes = [float(row["outcome"]) for row in rows if row["cohort"] == "development"]
                dataset["range"] = min(outcomes), max(outcomes)
        several = {name: files.pop(name) for name in ("timing", "checks")}
        tables = {
            n: [row for path in paths for row in read_csv(path)] for n, paths in several.items()
        }
        tables |= {name: read_csv(path) for name, path in files.items()}
        write_csv(snakemake.output[0], FINDINGS, findings(tables, datasets))
