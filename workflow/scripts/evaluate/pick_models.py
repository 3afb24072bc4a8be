"""Estimate what to expect of the model that one would pick for its score."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(files: dict, datasets: list[dict], params: dict, output: dict) -> None:
    """files: metrics and ranking, and lists of predictions, inner_predictions, splits and samples.

    datasets: dictionaries of name, positive, metric and models; params: scheme and seed; output:
    paths of selection and picks.
    """
    from omc.core.csv_files import read_csv, write_csv
    from omc.core.tables import PICKS, SELECTION
    from omc.evaluate.picking import pick
    from omc.evaluate.reading import read_metrics

    metrics, ranking = read_metrics(files["metrics"]), read_csv(files["ranking"])
    selected, picked = [], []
    kinds = ("predictions", "inner_predictions", "splits", "samples")
    paths = zip(*(files[kind] for kind in kinds), strict=True)
    for dataset, dataset_paths in zip(datasets, paths, strict=True):
        tables = dict(zip(kinds, dataset_paths, strict=True))
        selection, picks = pick(dataset, tables, metrics, ranking, params)
        selected += selection
        picked += picks
    write_csv(output["selection"], SELECTION, selected)
    write_csv(output["picks"], PICKS, picked)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        main(
            snakemake.input,
            json.loads(snakemake.params.datasets),
            dict(snakemake.params),
            dict(snakemake.output),
        )
