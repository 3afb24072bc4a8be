"""Opens the files of a user, and turns what is wrong with them into a sentence."""

import csv
import gzip
import zlib
from contextlib import contextmanager

import numpy as np
import pandas as pd

from omc.core.errors import UserError

# What a file begins with, where that shows what it is.
MAGIC = {b"PAR1": "a Parquet file", b"\x89HDF\r\n\x1a\n": "an HDF5 file", b"\x1f\x8b": "gzip data"}
MAGIC |= {b"PK\x03\x04": "a ZIP archive (as .xlsx)", b"\xd0\xcf\x11\xe0": "an old Excel file"}


def open_file(path: str):
    """A file opened for reading bytes, decompressed if it ends with .gz."""
    return (gzip.open if str(path).endswith(".gz") else open)(path, "rb")


@contextmanager
def reading(path: str, as_what: str):
    """Turns what goes wrong in a broken file into a sentence."""
    try:
        yield
    except (ValueError, LookupError, OSError, EOFError, zlib.error) as error:
        found = " ".join(str(error).split()).removesuffix(".")
        advice = "save it as UTF-8" if isinstance(error, UnicodeError) else "is it complete?"
        raise UserError(f"{path}: cannot be read as {as_what} ({found}): {advice}") from error


def check_content(path: str, wanted: str | None) -> None:
    """UserError where a file is something else than its ending says."""
    if wanted is None:
        return
    with reading(path, wanted), open_file(path) as file:
        start = file.read(200)
    found = next((name for magic, name in MAGIC.items() if start.startswith(magic)), None)
    if found is None:
        first = start.decode("utf-8", "replace").splitlines()
        found = "binary data" if b"\0" in start else "text" if start else "empty"
        shown = f"text (it begins with {first[0][:40]!r})" if found == "text" else found
    else:
        shown = found
    if found != wanted:
        raise UserError(
            f"{path}: by its ending it is {wanted}, but it is {shown}: correct the ending"
            " or the file"
        )


def header_fields(line: bytes, sep: str) -> list[str]:
    """The fields of a header; none if it is not to be understood."""
    try:
        return next(csv.reader([line.decode("utf-8-sig").rstrip("\r\n")], delimiter=sep), [])
    except csv.Error:
        return []


def refuse_non_numbers(path: str, table: pd.DataFrame) -> None:
    """Refuse a table with a cell that is no number, and name it."""
    for at in np.flatnonzero([not pd.api.types.is_numeric_dtype(t) for t in table.dtypes]):
        values = table.iloc[:, at]
        wrong = values[pd.to_numeric(values, errors="coerce").isna() & values.notna()]
        if len(wrong):
            raise UserError(
                f"{path}: row '{wrong.index[0]}', column '{table.columns[at]}' is"
                f" {wrong.iloc[0]!r}, not a number: correct it, or leave it empty if it is missing"
            )


def as_text(column: pd.Series) -> pd.Series:
    """Text as a text file would hold it: 53 and 85.3, and nothing where missing."""

    def text(value):
        if isinstance(value, float):
            return np.format_float_positional(value, trim="-")
        return str(value)

    return pd.Series(
        ["" if pd.isna(value) else text(value) for value in column], column.index, dtype=object
    )


def read_with_pandas(path: str, sep: str, **more) -> pd.DataFrame:
    """A text table by pandas, slower than `numbers.read_numbers`, and of any content."""
    with reading(path, "a table"):
        return pd.read_csv(path, sep=sep, encoding="utf-8-sig", **more)
