"""Text tables: tab-separated (.tsv, .txt), or separated by commas or semicolons (.csv)."""

from collections import Counter

import pandas as pd

from omc.core.errors import UserError, some
from omc.data import geo
from omc.data.encodings import read_text
from omc.data.lines import (
    check_fields,
    fields,
    filled,
    has_row_names,
    is_blank,
    named,
    numbered,
    start,
    unnamed,
    without_surplus,
)
from omc.data.missing import MISSING
from omc.data.numbers import DECIMAL_COMMA, MAYBE_THOUSANDS, read_numbers
from omc.data.packed import name_inside
from omc.data.sizes import TEXT_BYTES, check_size

SEPARATORS = {".tsv": "\t", ".txt": "\t", ".csv": ","}
ENDINGS, CONTENT = tuple(SEPARATORS), "text"
ORIENTED, MATRICES, PREFIX, CAN_CRASH = True, False, True, False


def separator(path: str) -> str:
    """The separator of cells, by the ending of the file's name."""
    name = name_inside(path)
    return next((sep for known, sep in SEPARATORS.items() if name.endswith(known)), "\t")


def read_table(path: str, orientation=None, matrix=None, prefix=None) -> pd.DataFrame:
    """Words for missing are NaN; the first column names the rows, whatever stands there."""

    def read(file):
        lines = geo.table_lines(path, numbered(path, file))
        return table_of(path, lines, orientation, prefix)

    return read_text(path, "a table", read)


def table_of(path: str, lines, orientation: str | None, prefix: str | None) -> pd.DataFrame:
    """The numbers of lines; see `lines.numbered`. prefix: of the columns that are no annotation."""
    usual = separator(path)
    sep, header, count, lines = start(path, lines, usual)
    if max(len(header), count) < 2:
        raise UserError(
            f"{path}: only one column found with separator {sep!r}: is the extension right?"
        )
    if not count:
        return pd.DataFrame(columns=header[1:])
    header = without_surplus(path, header, count)
    names = header if has_row_names(header, count) else header[1:]
    columns = filled(names, count - 1)
    texts = _without_prefix(path, columns, prefix) if prefix else []
    table = read_numbers(
        path, lines, sep, columns, texts=texts, find=orientation == "features_in_rows"
    )
    if prefix:
        return table.set_axis([name.removeprefix(prefix) for name in table], axis=1)
    return named(path, table, len(header))


def _without_prefix(path: str, columns: list[str], prefix: str) -> list[int]:
    """Positions of the columns whose names do not begin with a prefix."""
    others = [at for at, name in enumerate(columns) if not name.startswith(prefix)]
    if len(others) == len(columns):
        raise UserError(
            f"{path}: column_prefix: no column begins with '{prefix}' (columns:"
            f" {some(columns, 12)})"
        )
    return others


def read_sheet(path: str) -> pd.DataFrame:
    """All columns as text."""

    def read(file):
        lines = numbered(path, file)
        first, lines = geo.peek(lines)
        return geo.sheet_of(path, lines) if geo.is_series(first) else sheet_of(path, lines)

    return read_text(path, "a table", read)


def sheet_of(path: str, lines) -> pd.DataFrame:
    """The columns of lines as text; see `lines.numbered`."""
    rows: list[list[str]] = []
    sep, header, count, lines = start(path, lines, separator(path))
    for number, line in lines:
        # The types of QIIME 2's columns.
        if not is_blank(line, sep) and not line.startswith(b"#q2:"):
            rows.append(fields(path, line, lines, sep))
            check_fields(path, number, len(rows[-1]), count)
            check_size(path, TEXT_BYTES * count * len(rows))
    twice = [name for name, times in Counter(header).items() if name and times > 1]
    if twice:
        raise UserError(f"{path}: columns appear twice: {some(twice)}: rename one of each")
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
    empty = [n for at in nameless if (sheet[n := f"Unnamed: {at}"] == "").all()]
    sheet = sheet.drop(columns=empty)
    return sheet.apply(_with_points) if sep == ";" and len(sheet) else sheet


def _with_points(column: pd.Series) -> pd.Series:
    """A column with decimal points if its commas are certainly decimal."""
    cells = [cell for cell in column.str.strip() if cell not in MISSING]
    commas = [cell for cell in cells if DECIMAL_COMMA.fullmatch(cell)]
    whole = [cell for cell in cells if cell.lstrip("+-").isdigit()]
    if len(commas) + len(whole) < len(cells) or all(map(MAYBE_THOUSANDS.fullmatch, commas)):
        return column
    return column.str.replace(",", ".", regex=False)


def _are_row_names(sheet: pd.DataFrame, header: list[str]) -> bool:
    """Whether the first column holds R's row names: the numbers of the rows, or the samples."""
    numbers = [str(row) for row in range(1, len(sheet) + 1)]
    samples = sheet[header.index("sample") + 1].tolist() if "sample" in header else numbers
    return sheet[0].tolist() in (numbers, samples)
