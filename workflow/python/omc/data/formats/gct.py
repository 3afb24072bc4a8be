"""GCT tables of version 1.2 and 1.3: features x samples with annotation."""

import pandas as pd

from omc.core.errors import UserError
from omc.data.encodings import read_text
from omc.data.lines import fields, filled, first_fields, named, numbered
from omc.data.numbers import read_numbers

ENDINGS, CONTENT = (".gct",), "text"
ORIENTED, MATRICES, CAN_CRASH = False, False, False


def read_table(path: str, orientation=None, matrix=None) -> pd.DataFrame:
    """Samples x features, without the annotation."""
    return read_text(path, "GCT", lambda file: _table(path, numbered(path, file)))


def _table(path: str, lines) -> pd.DataFrame:
    version, size = (next(lines, (0, b""))[1].decode().strip() for _ in range(2))
    rows, columns, row_annotations, column_annotations = _counts(path, version, size)
    header = fields(path, next(lines, (0, b""))[1], lines, "\t")
    while header and not header[-1]:
        header = header[:-1]
    # GTEx writes the number of each row before its name.
    numbered_rows = [name.lower() for name in header[:2]] == ["id", "name"]
    if numbered_rows and len(header) == 2 + row_annotations + columns:
        row_annotations += 1
    else:
        numbered_rows = False
    # Column annotations stand between the header and the first row.
    for _ in range(column_annotations):
        next(lines, None)
    count, lines = first_fields(path, lines, "\t")
    between = 1 + row_annotations
    names = header[between:]
    table = pd.DataFrame(columns=names)
    if count:
        filled_names = filled(names, count - between)
        table = read_numbers(path, lines, "\t", filled_names, header[1:between])
        table = named(path, table, len(header))
    if numbered_rows and count:
        table.index = pd.Index(table.attrs["annotation"].pop("Name"))
    if len(table) != rows or len(names) != columns:
        raise UserError(
            f"{path}: the second line promises {rows} rows and {columns} columns, but there are"
            f" {len(table)} and {len(names)}: is the file complete?"
        )
    return table.T


def _counts(path: str, version: str, size: str) -> list[int]:
    """Rows, columns, row annotations and column annotations by the second line."""
    counts = size.split("\t")
    n_counts = {"#1.2": 2, "#1.3": 4}.get(version)
    if n_counts is None:
        raise UserError(f"{path}: the first line is {version!r}, not #1.2 or #1.3")
    if len(counts) != n_counts or not all(count.isdigit() for count in counts):
        raise UserError(
            f"{path}: the second line is {size!r}, but GCT {version} wants {n_counts} whole"
            " numbers there, with tabs between them (rows, columns"
            f"{', row and column annotations' if n_counts == 4 else ''})"
        )
    return [*map(int, counts), 1, 0][:4]
