"""Make the outer splits and their inner folds, once for both languages."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(
    dataset: str,
    samples: str,
    resampling: dict,
    task: str,
    seed: int,
    output: str,
    ungrouped: bool = False,
) -> None:
    """ungrouped: split as if there were no groups."""
    from omc.core.csv_files import read_csv, write_csv
    from omc.core.tables import SPLITS
    from omc.learn.splits import split_rows, split_sheet

    sheet = read_csv(samples, delimiter="\t")
    rows = [row for row in sheet if row["cohort"] == "development"]
    splits = split_sheet(rows, dataset, resampling, task, seed, ungrouped)
    cohorts = [row["sample"] for row in sheet if row["cohort"] != "development"]
    write_csv(output, SPLITS, split_rows(splits, [row["sample"] for row in rows], cohorts))
    print(f"{dataset}: {len(splits)} splits of {len(rows)} samples")


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        main(
            snakemake.wildcards.dataset,
            snakemake.input.samples,
            json.loads(snakemake.params.resampling),
            snakemake.params.task,
            snakemake.params.seed,
            snakemake.output[0],
            snakemake.params.ungrouped,
        )
