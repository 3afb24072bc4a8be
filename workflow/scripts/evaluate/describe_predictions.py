"""Errors of each sample; curves, calibration and confusion matrices of classifications."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.core import tables as contracts
        from omc.core.csv_files import write_csv
        from omc.evaluate.curves import describe
        from omc.evaluate.decisions import decision_rows
        from omc.evaluate.predictions import read_predictions
        from omc.evaluate.sample_errors import sample_rows

        names = "calibration", "curves", "confusion", "net_benefit"
        rows = {name: [] for name in (*names, "sample_errors")}
        datasets = json.loads(snakemake.params.datasets)
        within = snakemake.params.threshold_range or (0, 1)
        files = (snakemake.input[name] for name in ("predictions", "splits", "samples"))
        for dataset, path, splits, samples in zip(datasets, *files, strict=True):
            predictions = read_predictions(path, dataset["positive"], splits)
            rows["sample_errors"] += sample_rows(predictions, dataset["name"])
            if dataset["task"] == "classification":
                decisions = decision_rows(
                    predictions, dataset["name"], samples, snakemake.params.seed, within
                )
                described = *describe(predictions, dataset["name"]), decisions
                for name, dataset_rows in zip(names, described, strict=True):
                    rows[name] += dataset_rows
        for name, table in rows.items():
            write_csv(snakemake.output[name], getattr(contracts, name.upper()), table)
