"""Compare each pair of models of both languages."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(files: dict, datasets: list[dict], params: dict, output: dict) -> None:
    """files: metrics, and lists of splits, predictions, samples and (for some data sets) delong.

    datasets: dictionaries of name, positive, metric, models, baselines and delong (whether it has
    that table); params: scheme, rope and seed; output: paths of the tables.
    """
    from omc.core.csv_files import write_csv
    from omc.core.tables import COMPARISONS, COVERAGE
    from omc.evaluate.comparisons import compare_dataset
    from omc.evaluate.reading import read_metrics

    metrics = read_metrics(files["metrics"])
    compared, kept = [], []
    delong = iter(files["delong"])
    kinds = ("splits", "predictions", "samples")
    paths = zip(*(files[kind] for kind in kinds), strict=True)
    for dataset, dataset_paths in zip(datasets, paths, strict=True):
        tables = dict(zip(kinds, dataset_paths, strict=True))
        tables["delong"] = next(delong) if dataset["delong"] else None
        rows, coverage = compare_dataset(dataset, tables, metrics, params)
        compared += rows
        kept += coverage
    write_csv(output["comparisons"], COMPARISONS, compared)
    write_csv(output["coverage"], COVERAGE, kept)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        main(
            snakemake.input,
            json.loads(snakemake.params.datasets),
            dict(snakemake.params),
            dict(snakemake.output),
        )
