"""Estimate what to expect of the model that one would pick for its score."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.core.csv_files import read_csv, write_csv
        from omc.core.tables import PICKS, SELECTION
        from omc.evaluate.picking import pick
        from omc.evaluate.reading import read_metrics

        files, params = snakemake.input, dict(snakemake.params)
        metrics, ranking = read_metrics(files.metrics), read_csv(files.ranking)
        selected, picked = [], []
        kinds = ("predictions", "inner_predictions", "splits", "samples")
        paths = zip(*(files[kind] for kind in kinds), strict=True)
        for dataset, dataset_paths in zip(json.loads(params["datasets"]), paths, strict=True):
            tables = dict(zip(kinds, dataset_paths, strict=True))
            selection, picks = pick(dataset, tables, metrics, ranking, params)
            selected += selection
            picked += picks
        write_csv(snakemake.output.selection, SELECTION, selected)
        write_csv(snakemake.output.picks, PICKS, picked)
