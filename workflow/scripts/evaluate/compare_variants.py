"""Compare data sets with their variants: each layer alone, and the groups ignored."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged

DEVELOPMENT = "development"


def main(
    metrics: str, files: list[dict], variants: list[dict], scheme: str, seed: int, output: str
) -> None:
    """variants: dictionaries of name, of, kind, task and positive; scheme: of the resampling.

    files: by variant, paths of splits, predictions and samples of the data set that it is one of,
    and of its own predictions (`variant`).
    """
    import pandas as pd

    from omc.core.csv_files import number, write_csv
    from omc.core.seeds import fit_seed
    from omc.core.tables import VARIANTS
    from omc.evaluate.estimates import test_train_ratio
    from omc.evaluate.metrics import POOLED_SCHEMES
    from omc.evaluate.pooled import read_cohorts
    from omc.evaluate.variants import compare, compare_pooled

    table = pd.read_csv(
        metrics, dtype={"value": float}, keep_default_na=False, na_values={"value": [""]}
    )
    of_dataset = dict(iter(table.groupby("dataset")))
    rows = []
    for variant, paths in zip(variants, files, strict=True):
        name, of, kind = (variant[key] for key in ("name", "of", "kind"))
        cohort = None
        if scheme in POOLED_SCHEMES:
            cohort = read_cohorts(**paths, positive=variant["positive"]).get(DEVELOPMENT)
        if cohort:
            drawn = fit_seed(seed, of, "", "", DEVELOPMENT, "bootstrap")
            found = compare_pooled(cohort, of_dataset[of], drawn)
        else:
            # Also where no model predicted anything: rows without values.
            splits = pd.read_csv(paths["splits"], dtype=str, keep_default_na=False)
            found = compare(of_dataset[of], of_dataset[name], kind, test_train_ratio(splits))
        for language, model, metric, *numbers, method, pairs in found:
            names = language, model, metric
            rows.append([of, name, kind, *names, *map(number, numbers), method, pairs])
    write_csv(output, VARIANTS, rows)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        kinds = ("splits", "predictions", "samples", "variant")
        paths = zip(*(snakemake.input[kind] for kind in kinds), strict=True)
        main(
            snakemake.input.metrics,
            [dict(zip(kinds, of, strict=True)) for of in paths],
            json.loads(snakemake.params.variants),
            snakemake.params.scheme,
            snakemake.params.seed,
            snakemake.output[0],
        )
