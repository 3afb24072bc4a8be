"""The feature matrix in data.h5ad: written by the import, read in blocks of columns."""

import h5py
import numpy as np

BLOCK_BYTES = 1 << 20


def stored_type(values: np.ndarray):
    """float32 where that loses nothing (counts, single-precision data), else float64."""
    with np.errstate(over="ignore", invalid="ignore"):
        single = values.astype(np.float32)
    same = np.array_equal(single.astype(np.float64), values, equal_nan=True)
    return np.float32 if same else np.float64


def write_h5ad(path: str, values: np.ndarray, samples, features, layers) -> None:
    """Write an AnnData file: X (samples x features, NaN = missing), var with the feature's layer.

    X is chunked by columns, so that a reader takes only the features that it needs.
    """
    import anndata
    import pandas as pd

    var = pd.DataFrame({"layer": list(layers)}, index=pd.Index(list(features), name="feature"))
    obs = pd.DataFrame(index=pd.Index(list(samples), name="sample"))
    values = values.astype(stored_type(values), copy=False)
    columns = max(1, min(values.shape[1], BLOCK_BYTES // (values.itemsize * len(values))))
    with h5py.File(path, "w") as file:
        anndata.io.write_elem(file, "/", anndata.AnnData(obs=obs, var=var))
        if "X" in file:
            del file["X"]
        chunks = {"chunks": (len(values), columns)}
        anndata.io.write_elem(file, "X", values, dataset_kwargs=chunks)


def names(path: str, axis: str) -> list[str]:
    """Sample names (axis 'obs') or feature names (axis 'var') of an AnnData file."""
    with h5py.File(path) as file:
        group = file[axis]
        index = group.attrs["_index"]
        return [text.decode() for text in group[index][:]]


def read_columns(path: str, samples, columns: np.ndarray) -> np.ndarray:
    """Values of some samples (names, in that order) and columns (ascending, 0-based) as float64.

    Reads one chunk of columns at a time: memory stays near the size of what is returned.
    """
    row_of = {name: row for row, name in enumerate(names(path, "obs"))}
    rows = np.array([row_of[s] for s in samples], dtype=int)
    columns = np.asarray(columns, dtype=int)
    values = np.empty((len(rows), len(columns)))
    with h5py.File(path) as file:
        matrix = file["X"]
        step = matrix.chunks[1] if matrix.chunks else matrix.shape[1]
        for block in np.unique(columns // step):
            wanted = columns // step == block
            part = matrix[:, block * step : (block + 1) * step]
            values[:, wanted] = part[np.ix_(rows, columns[wanted] - block * step)]
    return values
