"""Extract one layer of a data set, with the data set's samples and splits."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))

from omc.core.logs import logged


def main(base: dict[str, str], layer: str, output: dict[str, str]) -> None:
    """base, output: paths of data, samples and splits."""
    import shutil

    import numpy as np

    from omc.data.matrix import axis_names, layers, read_columns, write_h5ad

    samples, features = (axis_names(base["data"], axis) for axis in ("obs", "var"))
    columns = np.flatnonzero(layers(base["data"]) == layer)
    values = read_columns(base["data"], samples, columns, dense=False)
    layer_features = [features[column] for column in columns]
    write_h5ad(output["data"], values, samples, layer_features, [layer] * len(layer_features))
    for name in ("samples", "splits"):
        shutil.copyfile(base[name], output[name])
    print(f"layer {layer}: {len(layer_features)} of {len(features)} features")


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        main(
            {name: snakemake.input[name] for name in ("data", "samples", "splits")},
            snakemake.params.layer,
            {name: snakemake.output[name] for name in ("data", "samples", "splits")},
        )
