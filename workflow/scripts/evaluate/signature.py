"""Stability of the features that models use, and a ranking of the features that all share."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(importance: str, ranking: str, data: list[str], datasets: list[dict], output) -> None:
    """importance, ranking: paths; data: data.h5ad of each data set.

    datasets: dictionaries of name, metric and baselines; output: paths of stability, signature,
    ranks and plan.
    """
    import pandas as pd

    from omc.core import tables as contracts
    from omc.core.csv_files import read_csv, write_csv
    from omc.data.matrix import names
    from omc.evaluate.ranking import best_of_languages
    from omc.evaluate.signature import feature_tables

    text = dict.fromkeys(["dataset", "language", "model", "split", "feature", "selected"], str)
    table = pd.read_csv(
        importance, dtype={**text, "importance": float}, usecols=[*text, "importance"],
        keep_default_na=False, na_values={"importance": [""]},
    )  # fmt: skip
    ranked = read_csv(ranking)
    headers = {
        "stability": contracts.STABILITY,
        "signature": contracts.SIGNATURE,
        "ranks": contracts.FEATURE_RANKS,
        "plan": contracts.PERMUTATION_PLAN,
    }
    written = {name: [] for name in headers}
    for dataset, path in zip(datasets, data, strict=True):
        best = best_of_languages(ranked, dataset["name"], dataset["metric"])
        rows = table[table["dataset"] == dataset["name"]]
        tables = feature_tables(rows, len(names(path, "var")), dataset, best)
        for name, own in tables.items():
            written[name] += own
    for name, header in headers.items():
        write_csv(getattr(output, name), header, written[name])


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        main(
            snakemake.input.importance,
            snakemake.input.ranking,
            list(snakemake.input.data),
            json.loads(snakemake.params.datasets),
            snakemake.output,
        )
