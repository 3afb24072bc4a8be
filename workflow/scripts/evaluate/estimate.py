"""Estimate and interval of every model and metric, in cross-validation and in external cohorts."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.core.csv_files import write_csv
        from omc.core.tables import ESTIMATES
        from omc.evaluate.estimates import estimate
        from omc.evaluate.reading import read_metrics

        datasets = json.loads(snakemake.params.datasets)
        kinds = ("splits", "predictions", "samples")
        paths = zip(*(snakemake.input[kind] for kind in kinds), strict=True)
        files = {
            dataset["name"]: dict(zip(kinds, dataset_paths, strict=True))
            for dataset, dataset_paths in zip(datasets, paths, strict=True)
        }
        metrics = read_metrics(snakemake.input.metrics)
        rows = estimate(metrics, files, datasets, snakemake.params.scheme, snakemake.params.seed)
        write_csv(snakemake.output[0], ESTIMATES, rows)
