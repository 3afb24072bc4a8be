"""Text tables: tab-separated (.tsv, .txt) or comma-separated (.csv)."""

from collections import Counter

import pandas as pd

from omc.core.errors import UserError, some
from omc.data.files import TEXT_BYTES, check_size, open_file, reading
from omc.data.lines import (
    check_fields,
    fields,
    filled,
    first_fields,
    has_row_names,
    header_fields,
    is_blank,
    named,
    numbered,
    unnamed,
    without_surplus,
)
from omc.data.numbers import read_numbers

SEPARATORS = {".tsv": "\t", ".txt": "\t", ".csv": ","}
ENDINGS, CONTENT = tuple(SEPARATORS), "text"
ORIENTED, MATRICES, CAN_CRASH = True, False, False


def separator(path: str) -> str:
    """The separator of cells, by the ending of the file's name."""
    name = str(path).removesuffix(".gz").lower()
    return next(sep for known, sep in SEPARATORS.items() if name.endswith(known))


def read_table(path: str, orientation=None, matrix=None) -> pd.DataFrame:
    """Words for missing are NaN; the first column names the rows, whatever stands there."""
    sep = separator(path)
    with reading(path, "a table"), open_file(path) as file:
        lines = numbered(path, file)
        header = header_fields(path, lines, sep)
        count, lines = first_fields(path, lines, sep)
        if max(len(header), count) < 2:
            raise UserError(
                f"{path}: only one column found with separator {sep!r}: does the ending fit?"
            )
        if not count:
            return pd.DataFrame(columns=header[1:])
        header = without_surplus(path, header, count)
        names = header if has_row_names(header, count) else header[1:]
        return named(path, read_numbers(path, lines, sep, filled(names, count - 1)), len(header))


def read_sheet(path: str) -> pd.DataFrame:
    """All columns as text."""
    sep, rows = separator(path), []
    with reading(path, "a table"), open_file(path) as file:
        lines = numbered(path, file)
        header = header_fields(path, lines, sep)
        count, lines = first_fields(path, lines, sep)
        for number, line in lines:
            if not is_blank(line, sep):
                rows.append(fields(path, line, lines, sep))
                check_fields(path, number, len(rows[-1]), count)
                check_size(path, TEXT_BYTES * count * len(rows))
    twice = [name for name, times in Counter(header).items() if name and times > 1]
    if twice:
        raise UserError(f"{path}: columns stand twice: {some(twice)}: rename one of each")
    header = without_surplus(path, header, count) if rows else header
    sheet = pd.DataFrame(rows, columns=range(max(count, len(header))), dtype=object)
    surplus = sheet.columns[len(header) :]
    if (sheet[surplus] != "").any(axis=None):
        if len(surplus) > 1 or not _are_row_names(sheet, header):
            raise unnamed(path, count, count, len(header))
        surplus = [0]
    sheet = sheet.drop(columns=surplus)
    nameless = [at for at, name in enumerate(header) if not name]
    sheet.columns = [name or f"Unnamed: {at}" for at, name in enumerate(header)]
    return sheet.drop(columns=[n for at in nameless if (sheet[n := f"Unnamed: {at}"] == "").all()])


def _are_row_names(sheet: pd.DataFrame, header: list[str]) -> bool:
    """Whether the first column holds R's row names: the numbers of the rows, or the samples."""
    numbers = [str(row) for row in range(1, len(sheet) + 1)]
    samples = sheet[header.index("sample") + 1].tolist() if "sample" in header else numbers
    return sheet[0].tolist() in (numbers, samples)
