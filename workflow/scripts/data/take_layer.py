"""Extract one layer of a data set, with the data set's samples and splits."""

from omc.core.logs import logged

if __name__ == "__main__":
    with logged(snakemake):
        import shutil

        import numpy as np

        from omc.data.matrix import axis_names, layers, read_columns, write_h5ad

        data, layer = snakemake.input.data, snakemake.params.layer
        samples, features = (axis_names(data, axis) for axis in ("obs", "var"))
        columns = np.flatnonzero(layers(data) == layer)
        values = read_columns(data, samples, columns, dense=False)
        layer_features = [features[column] for column in columns]
        layer_names = [layer] * len(layer_features)
        write_h5ad(snakemake.output.data, values, samples, layer_features, layer_names)
        for name in ("samples", "splits"):
            shutil.copyfile(snakemake.input[name], snakemake.output[name])
        print(f"layer {layer}: {len(layer_features)} of {len(features)} features")
