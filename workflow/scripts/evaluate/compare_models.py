"""Compare each pair of models of both languages."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.core.csv_files import write_csv
        from omc.core.tables import COMPARISONS, COVERAGE
        from omc.evaluate.comparisons import compare_dataset
        from omc.evaluate.reading import read_metrics

        metrics = read_metrics(snakemake.input.metrics)
        compared, kept = [], []
        delong = iter(snakemake.input.delong)
        kinds = ("splits", "predictions", "samples")
        paths = zip(*(snakemake.input[kind] for kind in kinds), strict=True)
        datasets = json.loads(snakemake.params.datasets)
        for dataset, dataset_paths in zip(datasets, paths, strict=True):
            tables = dict(zip(kinds, dataset_paths, strict=True))
            tables["delong"] = next(delong) if dataset["delong"] else None
            rows, coverage = compare_dataset(dataset, tables, metrics, dict(snakemake.params))
            compared += rows
            kept += coverage
        write_csv(snakemake.output.comparisons, COMPARISONS, compared)
        write_csv(snakemake.output.coverage, COVERAGE, kept)
