"""Score a data set's models on permuted outcomes, and compare with the outcomes as they are."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(
    dataset: str, predictions: str, folders: list[str], models: list[list], keys: list[list],
    scoring: dict, output: dict[str, str],
) -> None:  # fmt: skip
    """predictions: of the outcomes as they are; folders: of the permutations, in their order.

    models: [language, name]; keys: for each what its training was told, in the order of
    `training_key`; scoring: task, positive, metric, scheme; output: paths of null and checks.
    """
    import numpy as np
    import pandas as pd

    from omc.core.csv_files import number, write_csv
    from omc.core.tables import CHECKS, NULL
    from omc.evaluate.joining import checked_rows
    from omc.evaluate.metrics import POOLED_SCHEMES
    from omc.evaluate.null import check, performance
    from omc.evaluate.predictions import parse, read_predictions

    positive, metric = scoring["positive"], scoring["metric"]
    pooled = scoring["scheme"] in POOLED_SCHEMES
    values = [performance(read_predictions(predictions, positive), metric, pooled)]
    for folder in folders:
        files = [f"{folder}/{language}/{name}/predictions.csv" for language, name in models]
        header, rows = checked_rows(
            files, f"{folder}/splits.csv", f"{folder}/preprocessing.h5", keys
        )
        permuted = parse(pd.DataFrame(rows, columns=header), positive)
        values.append(performance(permuted, metric, pooled))
    table = {(language, name): [] for language, name in models}
    for model, of_model in table.items():
        of_model += [found.get(model, np.nan) for found in values]
    write_csv(
        output["null"],
        NULL,
        (
            [dataset, permutation, *model, metric, number(value)]
            for model, of_model in table.items()
            for permutation, value in enumerate(of_model)
        ),
    )
    found = (
        check("/".join(model), metric, of_model[0], np.array(of_model[1:]))
        for model, of_model in table.items()
    )
    write_csv(output["checks"], CHECKS, ([dataset, *row] for row in found))


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        params = snakemake.params
        main(
            snakemake.wildcards.dataset,
            snakemake.input.observed,
            [str(Path(file).parent) for file in snakemake.input.splits],
            json.loads(params.models),
            json.loads(params.made_with),
            json.loads(params.scoring),
            {name: snakemake.output[name] for name in ("null", "checks")},
        )
