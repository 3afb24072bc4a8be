"""Reads a feature table or a sample sheet in any format of the registry, by its ending."""

from types import ModuleType

import numpy as np
import pandas as pd
from scipy import sparse

from omc.core.errors import UserError, did_you_mean, some
from omc.core.registry import entries
from omc.data.child import try_in_child
from omc.data.duplicates import merged
from omc.data.files import check_content, refuse_non_numbers
from omc.data.formats.text import SEPARATORS
from omc.data.packed import OPENERS, name_inside, packing

FORMATS = entries("omc.data.formats")
# Text first, since most files are text.
ENDINGS = [
    ending for known in sorted(FORMATS, key="text".__ne__) for ending in FORMATS[known].ENDINGS
]


def ending(path: str) -> str:
    """The ending that shows the format, without that of a packing; UserError if none has it."""
    name = name_inside(path)
    for known in ENDINGS:
        if name.endswith(known):
            return known
    advice = ": save it as .xlsx" if name.endswith(".xls") else ": rename or convert it"
    raise UserError(
        f"{path}: the extension is none of {', '.join(ENDINGS)} (text and .gct also with"
        f" {', '.join(OPENERS)}){advice}"
    )


def format_of(path: str) -> ModuleType:
    """The format of a file, by its ending."""
    suffix = ending(path)
    kind = next(kind for kind in FORMATS.values() if suffix in kind.ENDINGS)
    if packing(path) and kind.CONTENT != "text":
        raise UserError(f"{path}: a packed {suffix} file is not read: unpack it")
    return kind


def read_table(
    path: str,
    orientation: str = "samples_in_rows",
    matrix: str | None = None,
    *,
    duplicates: str = "error",
    column_prefix: str | None = None,
) -> pd.DataFrame:
    """A feature table as samples x features in double precision; NaN is missing.

    orientation: 'features_in_rows' or 'samples_in_rows' for text and Parquet; other formats fix it.
    matrix: layer of an .h5ad file (default: X), or sheet of a workbook (default: the first).
    duplicates: error, or how features of one name are made one: see `duplicates.merged`.
    column_prefix: of the names of the columns that are samples; others are annotation.
    A sparse matrix gives sparse columns. `attrs["annotation"]` may have texts of the features.
    """
    kind, options = format_of(path), {}
    if matrix is not None and not kind.MATRICES:
        raise UserError(f"{path}: there is no matrix '{matrix}' to choose in a {ending(path)} file")
    check_content(path, kind.CONTENT)
    if getattr(kind, "CAN_CRASH", False):
        try_in_child(path, kind.read_table, orientation, matrix)
    if column_prefix is not None:
        if not getattr(kind, "PREFIX", False) or orientation != "features_in_rows":
            raise UserError(
                f"{path}: column_prefix '{column_prefix}' is of the columns of a text file or"
                " workbook with orientation: features_in_rows: take the key out, or set that"
            )
        options["prefix"] = column_prefix
    table = kind.read_table(path, orientation, matrix, **options)
    if not is_sparse(table):
        refuse_non_numbers(path, table)
        if kind.ORIENTED and orientation == "features_in_rows":
            table = table.T
        table = table.astype(np.float64, copy=False)
    if duplicates != "error":
        table = merged(path, table, duplicates)
    table.index = _names(path, table.index, "sample")
    table.columns = _names(path, table.columns, "feature")
    return table


def _names(path: str, labels: pd.Index, what: str) -> pd.Index:
    """Names of samples or features as text, none of them empty or twice."""
    if not len(labels):
        raise UserError(f"{path}: there is no {what} in it")
    if isinstance(labels, pd.MultiIndex):
        raise UserError(f"{path}: the {what} names have several levels: write one column of names")
    names = labels.astype(str)
    wrong = [at for at, name in enumerate(names) if not name.strip() or "\0" in name]
    wrong += np.flatnonzero(labels.isna()).tolist()
    if wrong:
        raise UserError(
            f"{path}: {what} {wrong[0] + 1} of {len(names)} has no name, or a character that no"
            f" name may have ({names[wrong[0]]!r}): name it, or take it out"
            + ("; with the layer's duplicates: mean, it is left out" if what == "feature" else "")
        )
    twice = names[names.duplicated()].unique()
    if len(twice):
        fix = ", or set the layer's duplicates: mean, sum or first" if what == "feature" else ""
        raise UserError(f"{path}: {what} names appear twice: {some(twice)}: make them unique{fix}")
    return names


def is_sparse(table: pd.DataFrame) -> bool:
    """Whether a table of `read_table` holds sparse columns."""
    return any(isinstance(dtype, pd.SparseDtype) for dtype in table.dtypes)


def as_csc(table: pd.DataFrame) -> sparse.csc_array:
    """A table with sparse columns as one array; it may have dense columns too."""
    # Some columns at a time, since they are temporarily dense.
    parts = (table.iloc[:, i : i + 1000].to_numpy() for i in range(0, table.shape[1], 1000))
    return sparse.hstack([sparse.csc_array(part) for part in parts], format="csc")


def read_columns(path: str, sheet: str | None = None) -> pd.DataFrame:
    """A sample sheet as text columns, "" where missing; none of them need name the samples.

    sheet: that of a workbook (default: the first).
    """
    kind, known = format_of(path), ending(path)
    if not hasattr(kind, "read_sheet"):
        raise UserError(
            f"{path}: no sample sheet is read from a {known} file here: give it as .tsv or .csv"
        )
    check_content(path, kind.CONTENT)
    if getattr(kind, "CAN_CRASH", False):
        try_in_child(path, kind.read_sheet)
    if sheet is not None and not getattr(kind, "SHEETS", False):
        raise UserError(f"{path}: there is no sheet '{sheet}' to choose in a {known} file")
    return kind.read_sheet(path) if sheet is None else kind.read_sheet(path, sheet)


def read_sheet(path: str, id: str | None = None, sheet: str | None = None) -> pd.DataFrame:
    """A sample sheet as text columns, indexed by its samples; "" where missing.

    id: the column that names them (default: `sample`; of an .h5ad file, the names of obs); sheet:
    see `read_columns`.
    """
    table, name = read_columns(path, sheet), id or "sample"
    columns = list(table.columns)
    if name not in columns:
        shown = f"{path}: there is no column '{name}' (columns: {some(columns, 12)})"
        raise UserError(shown + _sheet_advice(path, columns, ending(path), id))
    return _indexed(path, table, name)


def _indexed(path: str, sheet: pd.DataFrame, name: str) -> pd.DataFrame:
    """A sheet by its samples, which stand in the column `name`."""
    if not len(sheet):
        raise UserError(f"{path}: there is no sample in it: give a row for each")
    nul = [sample for sample in sheet[name] if "\0" in sample]
    if nul:
        raise UserError(f"{path}: sample {nul[0]!r}: no name may have this character: rename it")
    nameless = np.flatnonzero(sheet[name].str.strip() == "")
    if len(nameless):
        raise UserError(
            f"{path}: column '{name}' is empty in {len(nameless)} row(s), first in row"
            f" {nameless[0] + 1}: name the samples, or take the rows out"
        )
    twice = sheet[name][sheet[name].duplicated()].unique()
    if len(twice):
        raise UserError(f"{path}: samples appear twice: {some(twice)}: one row per sample")
    return sheet.set_index(name, drop=True).rename_axis("sample")


def _sheet_advice(path: str, columns: list[str], kind: str, id: str | None) -> str:
    if len(columns) == 1 and kind in SEPARATORS and set(columns[0]) & {";", ",", "\t"}:
        return f": only one is found with separator {SEPARATORS[kind]!r}: is the extension right?"
    near = did_you_mean(id or "sample", columns)
    if id:
        return f".{near} Correct samples.id"
    name = near.split("'")[1] if near else "…"
    fix = (
        f"Give the column of the samples this name, or write samples: {{file: {path}, id: {name}}}"
    )
    return f".{near} {fix}"
