"""Make the outer splits and their inner folds, once for both languages."""

from omc.core.logs import logged


def main(
    dataset: str,
    samples: str,
    resampling: dict,
    task: str,
    seed: int,
    output: str,
    ungrouped: bool = False,
    strata: str = "",
) -> None:
    """ungrouped: split as if there were no groups; strata: path of what was balanced, if wanted."""
    from omc.learn.start import load_scikit_learn

    load_scikit_learn()
    from omc.core.csv_files import read_csv, write_csv
    from omc.core.tables import SPLITS, STRATA
    from omc.learn.splits import (
        further_columns,
        samples_of,
        split_rows,
        splits_of,
        strata_rows,
    )

    sheet = read_csv(samples, delimiter="\t")
    rows = [row for row in sheet if row["cohort"] == "development"]
    to_split = samples_of(rows, dataset, resampling, task, seed, ungrouped)
    splits = splits_of(to_split, resampling, seed)
    cohorts = [row["sample"] for row in sheet if row["cohort"] != "development"]
    write_csv(output, SPLITS, split_rows(splits, [row["sample"] for row in rows], cohorts))
    print(f"{dataset}: {len(splits)} splits of {len(rows)} samples")
    balance = list(strata_rows(to_split, further_columns(rows)))
    for kind, balanced, dropped, count in balance:
        if dropped:
            print(f"{count} x {kind} folds: too small strata, balanced by {balanced or 'nothing'}")
    if strata:
        write_csv(strata, STRATA, balance)


if __name__ == "__main__":
    with logged(snakemake):
        import json

        main(
            snakemake.wildcards.dataset,
            snakemake.input.samples,
            json.loads(snakemake.params.resampling),
            snakemake.params.task,
            snakemake.params.seed,
            snakemake.output.splits,
            snakemake.params.ungrouped,
            snakemake.output.strata,
        )
