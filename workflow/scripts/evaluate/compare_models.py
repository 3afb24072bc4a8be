"""Estimate, compare and rank the models of a data set, and pick one in each training set.

One process, as starting one takes longer than any of these.
"""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.core.csv_files import read_csv, write_csv
        from omc.core.tables import COMPARISONS, COVERAGE, ESTIMATES, PICKS, RANKING, SELECTION
        from omc.evaluate.comparisons import compare_dataset
        from omc.evaluate.estimates import estimate
        from omc.evaluate.picking import pick
        from omc.evaluate.ranking import ranking
        from omc.evaluate.reading import read_metrics

        files, output, params = snakemake.input, snakemake.output, dict(snakemake.params)
        datasets = json.loads(params["datasets"])
        metrics = read_metrics(files.metrics)
        kinds = ("predictions", "splits", "samples")
        paths = zip(*(files[kind] for kind in kinds), strict=True)
        tested = {
            dataset["name"]: dict(zip(kinds, dataset_paths, strict=True))
            for dataset, dataset_paths in zip(datasets, paths, strict=True)
        }

        estimates = estimate(metrics, tested, datasets, params["scheme"], params["seed"])
        write_csv(output.estimates, ESTIMATES, estimates)

        compared, kept = [], []
        delong = iter(files.delong)
        for dataset in datasets:
            tables = {**tested[dataset["name"]], "delong": None}
            if dataset["delong"]:
                tables["delong"] = next(delong)
            rows, coverage = compare_dataset(dataset, tables, metrics, params)
            compared += rows
            kept += coverage
        write_csv(output.comparisons, COMPARISONS, compared)
        write_csv(output.coverage, COVERAGE, kept)

        made = {
            "metrics": read_csv(files.metrics),
            "estimates": read_csv(output.estimates),
            "comparisons": read_csv(output.comparisons),
        }
        write_csv(output.ranking, RANKING, (row for d in datasets for row in ranking(made, d)))

        ranked = read_csv(output.ranking)
        selected, picked = [], []
        for dataset, inner_predictions in zip(datasets, files.inner_predictions, strict=True):
            tables = {**tested[dataset["name"]], "inner_predictions": inner_predictions}
            selection, picks = pick(dataset, tables, metrics, ranked, params)
            selected += selection
            picked += picks
        write_csv(output.selection, SELECTION, selected)
        write_csv(output.picks, PICKS, picked)
