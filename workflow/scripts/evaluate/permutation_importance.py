"""What shuffling a feature costs the best model of each language, over splits."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(plan: str, permuted: dict[str, list[str]], datasets: list[dict], output: str) -> None:
    """The feature is empty for all of the plan together.

    permuted: tables of shuffled predictions by language, in the order of the data sets;
    datasets: dictionaries of name, task, positive and metric.
    """
    import numpy as np

    from omc.core.csv_files import number, read_csv, write_csv
    from omc.core.tables import PERMUTATION_IMPORTANCE
    from omc.evaluate.predictions import read_predictions
    from omc.evaluate.signature import drops

    planned = {}
    for row in read_csv(plan):
        of = row["dataset"], row["language"], row["model"]
        planned.setdefault(of, []).append(row["feature"])
    rows = []
    order = [dataset["name"] for dataset in datasets]
    for (name, language, model), features in planned.items():
        at = order.index(name)
        dataset, metric = datasets[at], datasets[at]["metric"]
        predictions = read_predictions(permuted[language][at], dataset["positive"])
        features = [*features, ""]
        lost = drops(predictions, features, metric)
        for feature, values in zip(features, lost.T, strict=True):
            values = values[np.isfinite(values)]
            if len(values):
                sd = np.std(values, ddof=1) if len(values) > 1 else None
                numbers = [number(np.mean(values)), number(sd), len(values)]
                rows.append([name, language, model, metric, feature, *numbers])
    write_csv(output, PERMUTATION_IMPORTANCE, rows)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        languages = ("python", "r")
        main(
            snakemake.input.plan,
            {name: list(snakemake.input.get(name, [])) for name in languages},
            json.loads(snakemake.params.datasets),
            snakemake.output[0],
        )
