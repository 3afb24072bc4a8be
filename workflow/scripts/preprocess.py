"""Learn the preprocessing of every fit of every split on its training rows."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "python"))

from omc.logs import logged


def main(data: str, samples: str, splits: str, setting: dict, task: str, output: str) -> None:
    import numpy as np
    import pandas as pd

    from omc.checksums import sha256_file
    from omc.matrix import layers, names, read_columns
    from omc.preprocessing import learn, write_fits

    sheet = pd.read_csv(samples, sep="\t", dtype=str, keep_default_na=False).set_index("sample")
    # Nothing is learned on external cohorts, so they are not even read.
    sheet = sheet[sheet["cohort"] == "development"]
    outcome = sheet["outcome"] if task == "classification" else sheet["outcome"].astype(float)
    outcome = outcome.to_numpy()
    layer_of = layers(data)
    parts = [
        {"name": name, "columns": np.flatnonzero(layer_of == name), "top_variance": most}
        for name, most in setting["top_variance"].items()
    ]
    values = read_columns(data, sheet.index, np.arange(len(names(data, "var"))), dense=False)
    table = pd.read_csv(splits, dtype=str, keep_default_na=False)
    fits = {}
    for split, part in table[table["role"] == "train"].groupby("split", sort=False):
        rows = sheet.index.get_indexer(part["sample"])
        inner = part["inner_fold"].astype(int).to_numpy()
        for fit in [0, *np.unique(inner)]:
            inside = rows[inner != fit]
            fits[split, int(fit)] = learn(values[inside], outcome[inside], parts, setting)
        print(
            f"{split}: {len(fits[split, 0].index)} features kept of {values.shape[1]}", flush=True
        )
    checksums = {"splits_sha256": sha256_file(splits), "data_sha256": sha256_file(data)}
    write_fits(output, fits, checksums)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        import json

        main(
            snakemake.input.data,
            snakemake.input.samples,
            snakemake.input.splits,
            json.loads(snakemake.params.setting),
            snakemake.params.task,
            snakemake.output[0],
        )
