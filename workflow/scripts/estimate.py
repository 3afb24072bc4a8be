"""Mean and interval of every model and metric over the cross-validation splits."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "python"))

from omc.logs import logged


def main(metrics: str, splits: dict[str, str], output: str) -> None:
    """splits: path of splits.csv by data set."""
    import numpy as np
    import pandas as pd

    from omc.contracts import ESTIMATES, METRIC_RANGE
    from omc.csvs import number, write_csv
    from omc.estimates import corrected_interval

    table = pd.read_csv(
        metrics, dtype={"value": float}, keep_default_na=False, na_values={"value": [""]}
    )
    ratio = {name: test_train_ratio(path) for name, path in splits.items()}
    # A failed split has no value of any metric; an undefined metric is empty on its own.
    lost = table.groupby(["dataset", "language", "model", "split"])["value"].count() == 0
    failed = lost.groupby(["dataset", "language", "model"]).sum()
    rows = []
    by = ["dataset", "language", "model", "cohort", "metric"]
    for names, part in table.groupby(by, sort=False):
        values = part["value"].dropna().to_numpy()
        interval = corrected_interval(values, ratio[names[0]])
        # A t interval knows nothing of a metric's range.
        low, high = METRIC_RANGE[names[-1]]
        clipped = [interval[0], *(np.clip(interval[1:], low, high))]
        numbers = [number(v) for v in clipped]
        rows.append([*names, *numbers, "nadeau_bengio", len(part), failed[names[:3]]])
    write_csv(output, ESTIMATES, rows)


def test_train_ratio(path: str) -> float:
    """Mean of n_test / n_train over the cross-validation splits."""
    import pandas as pd

    splits = pd.read_csv(path, dtype=str, keep_default_na=False)
    count = splits[splits["split"] != "final"].groupby(["split", "role"]).size().unstack()
    return float((count["test"] / count["train"]).mean())


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        main(
            snakemake.input.metrics,
            dict(zip(snakemake.params.datasets, snakemake.input.splits, strict=True)),
            snakemake.output[0],
        )
