"""Text tables: tab-separated (.tsv, .txt) or comma-separated (.csv)."""

import itertools

import pandas as pd

from omc.core.errors import UserError, some
from omc.data.files import header_fields, open_file, read_with_pandas, reading
from omc.data.numbers import read_numbers

SEPARATORS = {".tsv": "\t", ".txt": "\t", ".csv": ","}
ENDINGS, CONTENT = tuple(SEPARATORS), "text"
ORIENTED, MATRICES = True, False


def separator(path: str) -> str:
    """The separator of cells, by the ending of the file's name."""
    name = str(path).removesuffix(".gz").lower()
    return next(sep for known, sep in SEPARATORS.items() if name.endswith(known))


def read_table(path: str, orientation=None, matrix=None) -> pd.DataFrame:
    """Empty, NA and NaN are missing; the first column names the rows."""
    sep = separator(path)
    with reading(path, "a table"), open_file(path) as file:
        columns, first = header_fields(file.readline(), sep), file.readline()
        width = first.count(sep.encode())
        # R's write.table writes no name for the column of row names.
        if columns and width in (len(columns) - 1, len(columns)):
            columns = columns[len(columns) - width :]
            table = read_numbers(itertools.chain([first], file), sep, columns)
            if table is not None:
                return table
    table = read_with_pandas(path, sep, index_col=0, dtype={0: str}, float_precision="round_trip")
    if table.shape[1] == 0:
        raise UserError(
            f"{path}: only one column found with separator {sep!r}: does the ending fit?"
        )
    # pandas gives repeated names a number, which would hide them.
    header = read_with_pandas(path, sep, header=None, nrows=1, dtype=str).iloc[0]
    table.columns = header.iloc[-table.shape[1] :]
    return table


def read_sheet(path: str) -> pd.DataFrame:
    """All columns as text."""
    sheet = read_with_pandas(path, separator(path), dtype=str, keep_default_na=False)
    with reading(path, "a table"), open_file(path) as file:
        header = pd.Index(header_fields(file.readline(), separator(path)))
    twice = header[header.duplicated() & (header != "")].unique()
    if len(twice):
        raise UserError(f"{path}: columns stand twice: {some(twice)}: rename one of each")
    return sheet
