"""Stability of the features that models use, and a consensus ranking of the features."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(importance: str, ranking: str, data: list[str], datasets: list[dict]) -> dict[str, list]:
    """Rows of each table by name.

    importance, ranking: paths; data: data.h5ad of each data set; datasets: dictionaries of name,
    metric and baselines.
    """
    from omc.core.csv_files import read_csv
    from omc.data.matrix import axis_names
    from omc.evaluate.ranking import best_of_languages
    from omc.evaluate.signature import feature_tables, read_importance

    uses, ranked, tables = read_importance(importance), read_csv(ranking), {}
    for dataset, path in zip(datasets, data, strict=True):
        best = best_of_languages(ranked, dataset["name"], dataset["metric"])
        rows = uses[uses["dataset"] == dataset["name"]]
        new_rows = feature_tables(rows, len(axis_names(path, "var")), dataset, best)
        for name in new_rows:
            tables.setdefault(name, []).extend(new_rows[name])
    return tables


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        from omc.core.csv_files import write_csv
        from omc.core.tables import header

        files = snakemake.input
        datasets = json.loads(snakemake.params.datasets)
        tables = main(files.importance, files.ranking, list(files.data), datasets)
        for name, path in snakemake.output.items():
            write_csv(path, header(name), tables[name])
