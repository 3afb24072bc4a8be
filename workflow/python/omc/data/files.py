"""Opens the user's files, and reports problems with them in one sentence."""

import os
import re
from contextlib import contextmanager

import numpy as np
import pandas as pd

from omc.core.errors import UserError
from omc.data.packed import open_file

# First bytes that identify the type of a file.
MAGIC = {b"PAR1": "a Parquet file", b"\x89HDF\r\n\x1a\n": "an HDF5 file", b"\x1f\x8b": "gzip data"}
MAGIC |= {b"PK\x03\x04": "a ZIP archive (as .xlsx)", b"\xd0\xcf\x11\xe0": "an old Excel file"}
# Byte order marks of UTF-16.
UTF16 = (b"\xff\xfe", b"\xfe\xff")


@contextmanager
def reading(path: str, as_what: str):
    """Turns errors from a broken file into a sentence."""
    try:
        yield
    except UserError:
        raise
    # Libraries raise errors of many kinds for broken files.
    except Exception as error:
        message = (" ".join(str(error).split()) or type(error).__name__).removesuffix(".")
        advice = "save it as UTF-8" if isinstance(error, UnicodeError) else "is it complete?"
        raise UserError(f"{path}: cannot be read as {as_what} ({message}): {advice}") from error


@contextmanager
def named_by_user(sources: dict[str, str]):
    """Makes errors name the user's own file. sources: it, by the path of what was made from it."""
    try:
        yield
    except UserError as error:
        text = str(error)
        for made, own in sources.items():
            text = text.replace(made, own)
        raise UserError(text) from error


def check_content(path: str, wanted: str | None) -> None:
    """UserError if a file is not what its ending says."""
    if wanted is None:
        return
    if not os.path.isfile(path):
        raise UserError(f"{path}: it is not a file: give the path of a file")
    with reading(path, wanted), open_file(path) as file:
        start = file.read(200)
    actual = next((name for magic, name in MAGIC.items() if start.startswith(magic)), None)
    if actual is None:
        marked = start[:2] in UTF16
        lines = start.decode("utf-16" if marked else "utf-8", "replace").splitlines()
        actual = "binary data" if b"\0" in start and not marked else "text" if start else "empty"
        shown = f"text (it begins with {lines[0][:40]!r})" if actual == "text" else actual
    else:
        shown = actual
    if actual != wanted:
        raise UserError(
            f"{path}: its extension says {wanted}, but it is {shown}: correct the extension or the"
            " file"
        )


def refuse_non_numbers(path: str, table: pd.DataFrame) -> None:
    """Refuse a table with a cell that is not a number, and name the cell."""
    for at in np.flatnonzero([not pd.api.types.is_numeric_dtype(t) for t in table.dtypes]):
        values = table.iloc[:, at]
        if values.dtype.kind in "mM":
            raise UserError(
                f"{path}: column '{table.columns[at]}' holds dates or times, not numbers: write"
                " them as numbers, or leave the column out"
            )
        wrong = values[pd.to_numeric(values, errors="coerce").isna() & values.notna()]
        if len(wrong):
            raise UserError(not_a_number(path, wrong.index[0], table.columns[at], wrong.iloc[0]))


def not_a_number(path: str, row, column, value) -> str:
    """The sentence for a cell that holds something else."""
    shown = value if len(repr(value)) < 80 else f"{repr(value)[:80]}…"
    hint = ""
    if str(value).isalpha():
        hint = "; for text such as sex or stage, name the columns in a layer of columns"
    elif re.fullmatch(r"[-+]?[\d.,' ]*,[\d.,' ]*", str(value)):
        hint = (
            "; commas are decimal only if every number in the table has at most one, none has a"
            " point, and they cannot mean thousands: write such numbers with a decimal point"
        )
    return (
        f"{path}: row '{row}', column '{column}' is {shown!r}, not a number: correct it, or leave"
        f" it empty if it is missing{hint}"
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
