"""Compare data sets with their variants: each layer alone, and the groups ignored."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "python"))

from omc.logs import logged


def main(metrics: str, splits: list[str], variants: list[dict], output: str) -> None:
    """variants: dictionaries of name, of, kind; splits: splits.csv of each one's data set."""
    import pandas as pd

    from omc.contracts import VARIANTS
    from omc.csvs import number, write_csv
    from omc.estimates import test_train_ratio
    from omc.variants import compare

    table = pd.read_csv(
        metrics, dtype={"value": float}, keep_default_na=False, na_values={"value": [""]}
    )
    of_dataset = dict(iter(table.groupby("dataset")))
    rows = []
    for variant, path in zip(variants, splits, strict=True):
        ratio = test_train_ratio(pd.read_csv(path, dtype=str, keep_default_na=False))
        name, of, kind = (variant[key] for key in ("name", "of", "kind"))
        for row in compare(of_dataset[of], of_dataset[name], kind, ratio):
            *names, estimate, other, difference, low, high, method, pairs = row
            numbers = [number(v) for v in (estimate, other, difference, low, high)]
            rows.append([of, name, kind, *names, *numbers, method, pairs])
    write_csv(output, VARIANTS, rows)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        main(
            snakemake.input.metrics,
            list(snakemake.input.splits),
            json.loads(snakemake.params.variants),
            snakemake.output[0],
        )
