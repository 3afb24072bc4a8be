"""What shuffling a feature costs the best model of each language, over splits."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(plan: str, permuted: dict[str, list[str]], datasets: list[dict], output: str) -> None:
    """permuted: tables of shuffled predictions by language, in the order of the data sets.

    datasets: dictionaries of name, positive and metric. The feature is empty for all of the plan
    together.
    """
    from omc.core.csv_files import number, read_csv, write_csv
    from omc.core.tables import PERMUTATION_IMPORTANCE
    from omc.evaluate.predictions import read_predictions
    from omc.evaluate.shuffled import drops, mean_drops

    planned = {}
    for row in read_csv(plan):
        model = row["dataset"], row["language"], row["model"]
        planned.setdefault(model, []).append(row["feature"])
    rows = []
    order = [dataset["name"] for dataset in datasets]
    for (name, language, model), features in planned.items():
        dataset = datasets[order.index(name)]
        path = permuted[language][order.index(name)]
        features = [*features, ""]
        lost = drops(read_predictions(path, dataset["positive"]), features, dataset["metric"])
        for feature, numbers in zip(features, mean_drops(lost), strict=True):
            if numbers:
                lead = [name, language, model, dataset["metric"], feature]
                rows.append([*lead, *map(number, numbers)])
    write_csv(output, PERMUTATION_IMPORTANCE, rows)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        main(
            snakemake.input.plan,
            {name: list(snakemake.input.get(name, [])) for name in ("python", "r")},
            json.loads(snakemake.params.datasets),
            snakemake.output[0],
        )
