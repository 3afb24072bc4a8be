"""AnnData files: X or a layer, samples are the observations; the sample sheet is obs."""

import math

import h5py
import numpy as np
import pandas as pd
from scipy import sparse

from omc.core.errors import UserError, did_you_mean, some
from omc.data.annotation import Annotation, label_column
from omc.data.files import as_text, check_content, reading
from omc.data.sizes import TEXT_BYTES, check_size

CHUNK_BYTES = 4096  # that HDF5 needs to look for a chunk
ENDINGS, CONTENT = (".h5ad",), "an HDF5 file"
ORIENTED, MATRICES, CAN_CRASH = False, True, True


def read_table(path: str, orientation=None, matrix: str | None = None) -> pd.DataFrame:
    """X or a layer of an AnnData file: samples are its observations."""
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
        samples, features = (_axis_names(path, file, axis) for axis in ("obs", "var"))
        stored = element(path, file, "X" if name == "X" else f"layers/{name}")
        values = _matrix(path, name, stored, (len(samples), len(features)))
        annotation = _annotation(path, file, len(features))
    frame = pd.DataFrame.sparse.from_spmatrix if sparse.issparse(values) else pd.DataFrame
    table = frame(values, samples, features)
    if annotation:
        table.attrs["annotation"] = annotation
    return table


def element(path: str, file: h5py.File, name: str):
    """A group or dataset that lies in this file, and is no larger than the file allows."""
    found = file
    for part in name.split("/"):
        _check_link(path, found, part)
        found = found[part]
    check_size(path, _checked_bytes(path, found, ()))
    return found


def _check_link(path: str, group, name: str) -> None:
    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        raise UserError(
            f"{path}: '{name}' in {group.name} is a link to another place or file, which is not"
            " followed: copy what it names into the file"
        )


def _checked_bytes(path: str, found, above: tuple) -> int:
    """Bytes of an element in memory; UserError if it lies in another file, or holds itself."""
    address = h5py.h5o.get_info(found.id).addr
    if address in above:
        raise UserError(f"{path}: group '{found.name}' contains itself: write the file again")
    if isinstance(found, h5py.Group):
        total = 0
        for part in found:
            _check_link(path, found, part)
            total += _checked_bytes(path, found[part], (*above, address))
        return total
    if found.external or found.is_virtual:
        raise UserError(
            f"{path}: the values of '{found.name}' lie in another file, which is not read: copy"
            " them into this one"
        )
    number = TEXT_BYTES if found.dtype.kind == "O" else max(8, found.dtype.itemsize)
    size, chunk = math.prod(found.shape or ()), math.prod(found.chunks or ())
    return size * number + (size // chunk * CHUNK_BYTES if found.chunks else 0)


def _read(path: str, stored):
    """An element as AnnData reads it; UserError for an encoding that it does not know."""
    import anndata

    try:
        return anndata.io.read_elem(stored)
    except Exception as error:
        # AnnData has it in no public module.
        if type(error).__name__ != "IORegistryError":
            raise
        kind, version = (stored.attrs.get(f"encoding-{part}", "") for part in ("type", "version"))
        raise UserError(
            f"{path}: '{stored.name.strip('/')}' is stored as '{kind}' of version '{version}',"
            f" which AnnData {anndata.__version__} does not know: write the file with this version,"
            " or keep its names as plain text"
        ) from error


def _annotation(path: str, file: h5py.File, count: int) -> Annotation:
    """The column of var that by its name has labels of the features, if it is text."""
    name = label_column([str(name) for name in file["var"].attrs.get("column-order", [])])
    if name is None:
        return Annotation()
    try:
        texts = pd.Series(_read(path, element(path, file, f"var/{name}")))
    except UserError:
        # Of an encoding that is not known.
        return Annotation()
    is_text = len(texts) == count and not pd.api.types.is_numeric_dtype(texts)
    return Annotation({name: as_text(texts).tolist()} if is_text else {})


def _axis_names(path: str, file: h5py.File, axis: str) -> list[str]:
    index = file[axis].attrs["_index"]
    names = np.asarray(_read(path, element(path, file, f"{axis}/{index}")))
    if names.ndim != 1:
        raise UserError(f"{path}: the names of {axis} are not a list: write the file with AnnData")
    return [name.decode() if isinstance(name, bytes) else str(name) for name in names]


def _matrix(path: str, name: str, stored, shape: tuple[int, int]):
    """The values of a matrix: an array, or a CSC matrix if it is sparse."""
    if isinstance(stored, h5py.Group):
        return _sparse(path, name, stored, shape)
    _check_shape(path, name, stored.shape, shape)
    _check_numbers(path, name, stored)
    return stored[()].astype(np.float64, copy=False)


def _check_shape(path: str, name: str, found, wanted: tuple[int, int]) -> None:
    shape = () if found is None else tuple(int(side) for side in found)
    if shape != wanted:
        raise UserError(
            f"{path}: matrix '{name}' has the shape {shape}, but there are {wanted[0]} samples"
            f" (obs) and {wanted[1]} features (var): write the file again"
        )


def _check_numbers(path: str, name: str, stored) -> None:
    if stored.dtype.kind not in "biuf":
        raise UserError(f"{path}: matrix '{name}' holds {stored.dtype}, not numbers")


def _sparse(path: str, name: str, stored, shape: tuple[int, int]) -> sparse.csc_matrix:
    """A compressed matrix, checked before it is used: scipy crashes on indices out of range."""
    kind = stored.attrs.get("encoding-type", stored.attrs.get("h5sparse_format", "a group"))
    kind = {"csr": "csr_matrix", "csc": "csc_matrix"}.get(kind, kind)
    if kind not in ("csr_matrix", "csc_matrix"):
        raise UserError(
            f"{path}: matrix '{name}' is stored as {kind!r}, which is not read: write it as an"
            " array, or as a CSR or CSC matrix"
        )
    _check_shape(path, name, stored.attrs.get("shape", stored.attrs.get("h5sparse_shape")), shape)
    values, indices, starts = (stored[part][()] for part in ("data", "indices", "indptr"))
    _check_numbers(path, name, values)
    major, minor = shape if kind == "csr_matrix" else shape[::-1]
    in_order = (
        values.ndim == indices.ndim == starts.ndim == 1
        and indices.dtype.kind in "iu"
        and starts.dtype.kind in "iu"
        and len(values) == len(indices)
        and len(starts) == major + 1
        and starts[0] == 0
        and starts[-1] == len(indices)
        and (starts[1:] >= starts[:-1]).all()
        and (not len(indices) or 0 <= indices.min() <= indices.max() < minor)
    )
    made = sparse.csr_matrix if kind == "csr_matrix" else sparse.csc_matrix
    if in_order:
        values = values.astype(np.float64, copy=False)
        matrix = made((values, indices, starts), shape).tocsc()
        matrix.sort_indices()
    if not in_order or not matrix.has_canonical_format:
        raise UserError(
            f"{path}: the indices of the sparse matrix '{name}' are out of range, contradict each"
            " other or name a place twice: write the file again"
        )
    return matrix


def open_h5ad(path: str) -> h5py.File:
    """An AnnData file, opened; UserError if it is another HDF5 file, or an old one."""
    check_content(path, CONTENT)
    file = h5py.File(path)
    for axis in {"obs", "var"} & set(file):
        _check_link(path, file, axis)
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
    """The columns of obs as text; its names are the samples.

    Columns that this version of AnnData does not know are left out; their names are in `attrs`.
    """
    from anndata.io import read_elem

    with reading(path, "an HDF5 file"), open_h5ad(path) as file:
        stored, unread = element(path, file, "obs"), {}
        try:
            obs = read_elem(stored)
        except Exception:
            columns = {}
            for name in stored.attrs["column-order"]:
                try:
                    columns[name] = read_elem(stored[name])
                except Exception as error:
                    unread[name] = dict(stored[name].attrs).get("encoding-type", str(error))
            obs = pd.DataFrame(columns, index=_axis_names(path, file, "obs"))
    samples = obs.index.astype(str)
    obs = obs.drop(columns="sample", errors="ignore").apply(as_text)
    obs.insert(0, "sample", samples)
    obs = obs.reset_index(drop=True)
    obs.attrs["unread"] = unread
    return obs
