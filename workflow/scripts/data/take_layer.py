"""Take one layer out of a data set: its columns, with the data set's samples and splits."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(parent: dict[str, str], layer: str, output: dict[str, str]) -> None:
    """parent, output: paths of data, samples and splits."""
    import shutil

    import numpy as np

    from omc.data.matrix import axis_names, layers, read_columns, write_h5ad

    samples, features = (axis_names(parent["data"], axis) for axis in ("obs", "var"))
    columns = np.flatnonzero(layers(parent["data"]) == layer)
    values = read_columns(parent["data"], samples, columns, dense=False)
    kept = [features[column] for column in columns]
    write_h5ad(output["data"], values, samples, kept, [layer] * len(kept))
    for name in ("samples", "splits"):
        shutil.copyfile(parent[name], output[name])
    print(f"layer {layer}: {len(kept)} of {len(features)} features")


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        main(
            {name: snakemake.input[name] for name in ("data", "samples", "splits")},
            snakemake.params.layer,
            {name: snakemake.output[name] for name in ("data", "samples", "splits")},
        )
