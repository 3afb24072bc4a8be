"""Look for what can mislead in a data set: batches, repeats, small classes, gaps."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged

COLUMNS = 2000


def main(
    dataset: str, sheet: str, data: str, samples: str, splits: str, setting: dict, output: str
) -> None:
    """setting: outcome (its column), task, positive, groups."""
    import numpy as np
    import pandas as pd

    from omc.core.csv_files import read_csv, write_csv
    from omc.core.tables import CHECKS
    from omc.data.checks import (
        MOST_SAMPLES,
        Distances,
        check_duplicates,
        check_positive,
        check_sheet,
        check_values,
    )
    from omc.data.matrix import names, read_columns
    from omc.data.reading import read_sheet

    rows = pd.read_csv(samples, sep="\t", dtype=str, keep_default_na=False)
    rows = rows[rows["cohort"] == "development"]
    column = setting["outcome"]
    check_positive(setting["positive"], rows["outcome"], column, f"datasets.{dataset}")
    development = rows["sample"]
    found = check_sheet(read_sheet(sheet), column, setting["groups"], setting["task"])
    few = len(development) <= MOST_SAMPLES
    distances = Distances(len(development) if few else 0)
    missing, constant = [], []
    count = len(names(data, "var"))
    for first in range(0, count, COLUMNS):
        columns = np.arange(first, min(first + COLUMNS, count))
        values = read_columns(data, development, columns)
        missing.append(np.isnan(values).sum(axis=0))
        low, high = np.fmin.reduce(values), np.fmax.reduce(values)
        constant.append(~(low < high))
        if few:
            distances.add(values)
    found += check_values(np.concatenate(missing), np.concatenate(constant), len(development))
    if few:
        names_of = development.to_numpy()
        pairs = [(names_of[i], names_of[j]) for i, j in distances.near_pairs()]
        found.append(check_duplicates(pairs, read_csv(splits)))
    else:
        value = f"more than {MOST_SAMPLES} samples"
        found.append(["near_duplicates", "skipped", value, ""])
    write_csv(output, CHECKS, ([dataset, *row] for row in found))


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        main(
            snakemake.wildcards.dataset,
            snakemake.input.sheet,
            snakemake.input.data,
            snakemake.input.samples,
            snakemake.input.splits,
            json.loads(snakemake.params.setting),
            snakemake.output[0],
        )
