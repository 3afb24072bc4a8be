"""Permute the outcomes of a data set; split and preprocess it anew."""

from omc.core.logs import logged


def main(
    name: str, data: str, samples: str, resampling: dict, setting: dict, task: str, seed: int,
    output: dict[str, str],
) -> None:  # fmt: skip
    """name: of this permutation; output: paths of samples, splits and preprocessing."""
    from omc.learn.start import load_scikit_learn

    load_scikit_learn()
    from omc.core.csv_files import read_csv, write_csv
    from omc.core.tables import SPLITS
    from omc.learn.label_permutation import permute_sheet
    from omc.learn.preprocessing import learn_all
    from omc.learn.splits import split_rows

    rows, splits = permute_sheet(read_csv(samples, "\t"), name, resampling, task, seed)
    write_csv(output["samples"], list(rows[0]), (row.values() for row in rows), delimiter="\t")
    write_csv(output["splits"], SPLITS, split_rows(splits, [row["sample"] for row in rows]))
    if "batch" in setting:
        # Splits of a permutation may lack a lab batch that those of the run do not.
        setting["batch"]["unseen"] = "uncorrected"
    learn_all(data, output["samples"], output["splits"], setting, task, output["preprocessing"])


if __name__ == "__main__":
    with logged(snakemake):
        import json

        params = snakemake.params
        main(
            params.name,
            snakemake.input.data,
            snakemake.input.samples,
            json.loads(params.resampling),
            json.loads(params.setting),
            params.task,
            params.seed,
            {name: snakemake.output[name] for name in ("samples", "splits", "preprocessing")},
        )
