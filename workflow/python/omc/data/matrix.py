"""The feature matrix in data.h5ad: written by the import, read by blocks (twin: matrix.R)."""

from typing import Literal

import h5py
import numpy as np

BLOCK_BYTES = 1 << 20


def stored_type(values: np.ndarray):
    """float32 if that is lossless (counts, single-precision data), else float64."""
    # In parts, so that the matrix is not copied as a whole.
    step = max(1, BLOCK_BYTES // max(1, values[:1].nbytes))
    for first in range(0, len(values), step):
        part = values[first : first + step]
        with np.errstate(over="ignore", invalid="ignore"):
            single = part.astype(np.float32)
        if not np.array_equal(single.astype(np.float64), part, equal_nan=True):
            return np.float64
    return np.float32


def write_h5ad(
    path: str, values, samples, features, layers, columns=None, first_levels=None
) -> None:
    """Write an AnnData file: X (samples x features, NaN = missing), var with the feature's layer.

    columns: of the sample sheet, text by name, for obs; first_levels: by feature, for var. X is
    chunked by columns, so that readers load only the features that they need; a sparse X is stored
    column by column (CSC).
    """
    import anndata
    import pandas as pd
    from scipy import sparse

    var = pd.DataFrame({"layer": list(layers)}, index=pd.Index(list(features), name="feature"))
    if first_levels:
        var["first_level"] = [first_levels.get(name, "") for name in features]
    obs = pd.DataFrame(columns, index=pd.Index(list(samples), name="sample"))
    if sparse.issparse(values):
        values = sparse.csc_array(values)
        values.sort_indices()
        values = values.astype(stored_type(values.data))
        chunks = {}
    else:
        values = values.astype(stored_type(values), copy=False)
        width = max(1, min(values.shape[1], BLOCK_BYTES // (values.itemsize * len(values))))
        chunks = {"chunks": (len(values), width)}
    with h5py.File(path, "w") as file:
        anndata.io.write_elem(file, "/", anndata.AnnData(obs=obs, var=var))
        if "X" in file:
            del file["X"]
        anndata.io.write_elem(file, "X", values, dataset_kwargs=chunks)


def axis_names(path: str, axis: str) -> list[str]:
    """Sample names (axis 'obs') or feature names (axis 'var') of an AnnData file."""
    with h5py.File(path) as file:
        group = file[axis]
        index = group.attrs["_index"]
        return [text.decode() for text in group[index][:]]


def layers(path: str) -> np.ndarray:
    """(p,) name of each feature's layer."""
    with h5py.File(path) as file:
        return _texts(file["var/layer"])


def first_levels(path: str) -> dict[str, str]:
    """By feature that is the indicator of one of two levels, the other, which is 0."""
    with h5py.File(path) as file:
        if "first_level" not in file["var"]:
            return {}
        levels = _texts(file["var/first_level"])
    return {
        name: level for name, level in zip(axis_names(path, "var"), levels, strict=True) if level
    }


def _texts(stored) -> np.ndarray:
    if isinstance(stored, h5py.Group):
        return np.array(stored["categories"].asstr()[:])[stored["codes"][:]]
    return stored.asstr()[:]


def sheet_columns(path: str) -> dict[str, np.ndarray]:
    """The columns of the sample sheet in obs: (n,) text by name."""
    with h5py.File(path) as file:
        group = file["obs"]
        return {name: group[name].asstr()[:] for name in group.attrs["column-order"]}


def read_columns(
    path: str, samples, columns: np.ndarray, dense: bool = True, order: Literal["C", "F"] = "C"
):
    """Values of some samples (names, in that order) and columns (ascending, 0-based) as float64.

    Reads one block of columns at a time, so that memory stays near the size of the result. dense:
    False gives a CSC array if X is stored as one; order: of a dense one; "F": contiguous columns.
    """
    row_of = {name: row for row, name in enumerate(axis_names(path, "obs"))}
    rows = np.array([row_of[s] for s in samples], dtype=int)
    columns = np.asarray(columns, dtype=int)
    with h5py.File(path) as file:
        blocks = ((wanted, part[rows]) for wanted, part in _blocks(file["X"], columns))
        is_sparse = isinstance(file["X"], h5py.Group)
        if is_sparse and not dense:
            from scipy import sparse

            empty = sparse.csc_array((len(rows), 0))
            return sparse.hstack([empty, *(part for _, part in blocks)], format="csc")
        values = np.empty((len(rows), len(columns)), order=order)
        for wanted, part in blocks:
            values[:, wanted] = part.toarray() if is_sparse else part
    return values


def _blocks(matrix, columns: np.ndarray):
    """Yield blocks: which of `columns` are in the block, and all their rows."""
    if isinstance(matrix, h5py.Group):
        from scipy import sparse

        start = matrix["indptr"][:]
        n, p = matrix.attrs["shape"]
        step = max(1, BLOCK_BYTES // (8 * n))
    else:
        n, p = matrix.shape
        step = matrix.chunks[1] if matrix.chunks else p
    for block in np.unique(columns // step):
        wanted = columns // step == block
        first, last = block * step, min((block + 1) * step, p)
        if isinstance(matrix, h5py.Group):
            stored = slice(start[first], start[last])
            part = sparse.csc_array(
                (
                    matrix["data"][stored].astype(np.float64),
                    matrix["indices"][stored],
                    start[first : last + 1] - start[first],
                ),
                shape=(n, last - first),
            )
        else:
            part = matrix[:, first:last]
        yield wanted, part[:, columns[wanted] - first]
