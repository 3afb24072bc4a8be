"""Stability of the features that models use, and a consensus ranking of the features."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import json

        from omc.core.csv_files import read_csv, write_csv
        from omc.core.tables import header
        from omc.data.matrix import axis_names
        from omc.evaluate.ranking import best_of_languages
        from omc.evaluate.signature import feature_tables, read_importance

        files = snakemake.input
        ranked = read_csv(files.ranking)
        tables = {name: [] for name in snakemake.output.keys()}
        datasets = json.loads(snakemake.params.datasets)
        for dataset, importance, data in zip(datasets, files.importance, files.data, strict=True):
            best = best_of_languages(ranked, dataset["name"], dataset["metric"])
            uses, n_features = read_importance(importance), len(axis_names(data, "var"))
            for name, new_rows in feature_tables(uses, n_features, dataset, best).items():
                tables[name] += new_rows
        for name, path in snakemake.output.items():
            write_csv(path, header(name), tables[name])
