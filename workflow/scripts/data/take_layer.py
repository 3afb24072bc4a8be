"""Extract one layer of a data set, or all, with the data set's samples and splits."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import shutil

        import numpy as np

        from omc.data.matrix import (
            axis_names,
            first_levels,
            layers,
            read_columns,
            sheet_columns,
            write_h5ad,
        )

        data, layer = snakemake.input.data, snakemake.params.layer
        samples, features = (axis_names(data, axis) for axis in ("obs", "var"))
        columns = np.flatnonzero((layers(data) == layer) | (layer is None))
        if layer is None:
            shutil.copyfile(data, snakemake.output.data)
        else:
            values = read_columns(data, samples, columns, dense=False)
            layer_features = [features[column] for column in columns]
            layer_names, sheet = [layer] * len(layer_features), sheet_columns(data)
            levels = first_levels(data)
            write_h5ad(
                snakemake.output.data, values, samples, layer_features, layer_names, sheet, levels
            )
        for name in ("samples", "splits"):
            shutil.copyfile(snakemake.input[name], snakemake.output[name])
        print(f"layer {layer or '(all)'}: {len(columns)} of {len(features)} features")
