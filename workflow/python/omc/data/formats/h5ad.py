"""AnnData files: X or a layer, samples are the observations; the sample sheet is obs."""

import h5py
import numpy as np
import pandas as pd
from scipy import sparse

from omc.core.errors import UserError, did_you_mean, some
from omc.data.files import as_text, check_content, reading

ENDINGS, CONTENT = (".h5ad",), "an HDF5 file"
ORIENTED, MATRICES = False, True


def read_table(path: str, orientation=None, matrix: str | None = None) -> pd.DataFrame:
    """X or a layer of an AnnData file: samples are its observations."""
    from anndata.io import read_elem

    if orientation == "features_in_rows":
        raise UserError(
            f"{path}: orientation: features_in_rows, but rows of an .h5ad file are samples (obs):"
            " take the key out"
        )
    with reading(path, "an HDF5 file"), open_h5ad(path) as file:
        known = ["X"] if "X" in file else []
        known += list(file["layers"]) if "layers" in file else []
        name = matrix or "X"
        if name not in known:
            raise UserError(
                f"{path}: there is no matrix '{name}'.{did_you_mean(name, known)}"
                f" It has: {some(known, 12) or 'none'}"
            )
        values = read_elem(file["X" if name == "X" else f"layers/{name}"])
        samples, features = (read_elem(file[axis]).index for axis in ("obs", "var"))
    if not np.issubdtype(values.dtype, np.number) and values.dtype != bool:
        raise UserError(f"{path}: matrix '{name}' holds {values.dtype}, not numbers")
    values = values.astype(np.float64, copy=False)
    if sparse.issparse(values):
        return pd.DataFrame.sparse.from_spmatrix(values.tocsc(), samples, features)
    return pd.DataFrame(values, samples, features)


def open_h5ad(path: str) -> h5py.File:
    """An AnnData file, opened; UserError if it is another HDF5 file, or an old one."""
    check_content(path, CONTENT)
    file = h5py.File(path)
    lacking = [axis for axis in ("obs", "var") if axis not in file]
    if lacking:
        present = some(file, 12)
        file.close()
        raise UserError(
            f"{path}: an HDF5 file without {' and '.join(lacking)} (it has: {present}):"
            " write it with AnnData"
        )
    if any(isinstance(file[axis], h5py.Dataset) for axis in ("obs", "var")):
        file.close()
        raise UserError(
            f"{path}: written by AnnData before 0.7: read and write it once with a newer one"
        )
    return file


def read_sheet(path: str) -> pd.DataFrame:
    """The columns of obs as text; its names are the samples."""
    from anndata.io import read_elem

    with reading(path, "an HDF5 file"), open_h5ad(path) as file:
        obs = read_elem(file["obs"])
    samples = obs.index.astype(str)
    obs = obs.drop(columns="sample", errors="ignore").apply(as_text)
    obs.insert(0, "sample", samples)
    return obs.reset_index(drop=True)
