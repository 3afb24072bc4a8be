"""Features that stand several times in a table, such as genes with several probes, made one."""

import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd

from omc.core.errors import UserError, some
from omc.data.annotation import Annotation

# Each looks at one sample at a time. The row of the highest variance would depend on test samples.
WAYS: dict[str, Callable] = {"mean": np.nanmean, "sum": np.nansum}


def merged(path: str, table: pd.DataFrame, how: str) -> pd.DataFrame:
    """A table (samples x features) with each feature once; features without a name are left out.

    how: mean or sum of the values that are not missing, or the first as it is.
    """
    names = pd.Index(table.columns.astype(str)).str.strip()
    nameless = (names == "") | table.columns.isna()
    if nameless.all():
        raise UserError(f"{path}: no feature has a name: name them")
    firsts = np.flatnonzero(~names.duplicated() & ~nameless)
    repeated = names[names.duplicated() & ~nameless].unique()
    if len(repeated):
        print(f"{path}: {len(repeated)} feature(s) appear several times, {how}: {some(repeated)}")
    if nameless.any():
        print(f"{path}: left out, since they have no name: {nameless.sum()} feature(s)")
    if len(firsts) == len(names):
        return table
    result = table.iloc[:, firsts].set_axis(names[firsts], axis=1).copy()
    if how != "first":
        places = pd.Series(range(len(names))).groupby(names).indices
        for name in repeated:
            result[name] = _one(table.iloc[:, places[name]], how, result[name].dtype)
    if "annotation" in table.attrs:
        annotation = table.attrs["annotation"]
        kept = {name: [texts[at] for at in firsts] for name, texts in annotation.items()}
        result.attrs["annotation"] = Annotation(kept)
    return result


def _one(part: pd.DataFrame, how: str, dtype):
    """One column of several; missing if all are."""
    values = part.to_numpy(dtype=np.float64)
    with warnings.catch_warnings():
        # Of samples in which all are missing.
        warnings.simplefilter("ignore", RuntimeWarning)
        column = WAYS[how](values, axis=1)
    column = np.where(np.isnan(values).all(axis=1), np.nan, column)
    is_sparse = isinstance(dtype, pd.SparseDtype)
    return pd.arrays.SparseArray(column, dtype=dtype) if is_sparse else column
