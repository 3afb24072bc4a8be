"""Opens the user's files, and reports problems with them in one sentence."""

import csv
import gzip
import zlib
from contextlib import contextmanager

import numpy as np
import pandas as pd

from omc.core.errors import UserError

# First bytes that identify the type of a file.
MAGIC = {b"PAR1": "a Parquet file", b"\x89HDF\r\n\x1a\n": "an HDF5 file", b"\x1f\x8b": "gzip data"}
MAGIC |= {b"PK\x03\x04": "a ZIP archive (as .xlsx)", b"\xd0\xcf\x11\xe0": "an old Excel file"}


def open_file(path: str):
    """A file opened for reading bytes, decompressed if it ends with .gz."""
    return (gzip.open if str(path).endswith(".gz") else open)(path, "rb")


@contextmanager
def reading(path: str, as_what: str):
    """Turns errors from a broken file into a sentence."""
    try:
        yield
    except (ValueError, LookupError, OSError, EOFError, zlib.error) as error:
        message = " ".join(str(error).split()).removesuffix(".")
        advice = "save it as UTF-8" if isinstance(error, UnicodeError) else "is it complete?"
        raise UserError(f"{path}: cannot be read as {as_what} ({message}): {advice}") from error


def check_content(path: str, wanted: str | None) -> None:
    """UserError if a file is not what its ending says."""
    if wanted is None:
        return
    with reading(path, wanted), open_file(path) as file:
        start = file.read(200)
    actual = next((name for magic, name in MAGIC.items() if start.startswith(magic)), None)
    if actual is None:
        lines = start.decode("utf-8", "replace").splitlines()
        actual = "binary data" if b"\0" in start else "text" if start else "empty"
        shown = f"text (it begins with {lines[0][:40]!r})" if actual == "text" else actual
    else:
        shown = actual
    if actual != wanted:
        raise UserError(
            f"{path}: by its ending it is {wanted}, but it is {shown}: correct the ending"
            " or the file"
        )


def header_fields(line: bytes, sep: str) -> list[str]:
    """The fields of a header; none if it cannot be parsed."""
    try:
        return next(csv.reader([line.decode("utf-8-sig").rstrip("\r\n")], delimiter=sep), [])
    except csv.Error:
        return []


def refuse_non_numbers(path: str, table: pd.DataFrame) -> None:
    """Refuse a table with a cell that is not a number, and name the cell."""
    for at in np.flatnonzero([not pd.api.types.is_numeric_dtype(t) for t in table.dtypes]):
        values = table.iloc[:, at]
        wrong = values[pd.to_numeric(values, errors="coerce").isna() & values.notna()]
        if len(wrong):
            raise UserError(
                f"{path}: row '{wrong.index[0]}', column '{table.columns[at]}' is"
                f" {wrong.iloc[0]!r}, not a number: correct it, or leave it empty if it is missing"
            )


def as_text(column: pd.Series) -> pd.Series:
    """Text as in a text file: 53 and 85.3, and "" where missing."""

    def text(value):
        if isinstance(value, float):
            return np.format_float_positional(value, trim="-")
        return str(value)

    return pd.Series(
        ["" if pd.isna(value) else text(value) for value in column], column.index, dtype=object
    )


def read_with_pandas(path: str, sep: str, **options) -> pd.DataFrame:
    """A text table with any content, read by pandas; slower than `numbers.read_numbers`."""
    with reading(path, "a table"):
        return pd.read_csv(path, sep=sep, encoding="utf-8-sig", **options)
