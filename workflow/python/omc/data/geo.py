"""GEO's series matrix files: a table, and lines that begin with ! about the samples."""

import csv
import itertools
import re

import pandas as pd

from omc.core.errors import UserError

FIRST, BEGIN, END = b"!Series_", b"!series_matrix_table_begin", b"!series_matrix_table_end"
CHARACTERISTICS = "!Sample_characteristics_ch"
ACCESSION = "!Sample_geo_accession"


def is_series(line: bytes) -> bool:
    """Whether a file with this first line is a series matrix."""
    return line.startswith(FIRST)


def peek(lines):
    """(the first line, or b"", and all lines)."""
    ahead = list(itertools.islice(lines, 1))
    return (ahead[0][1] if ahead else b""), itertools.chain(ahead, lines)


def table_lines(path: str, lines):
    """The lines of the table, if the first line is one of a series matrix; else all lines."""
    first, lines = peek(lines)
    return _between_marks(path, lines) if is_series(first) else lines


def _between_marks(path: str, lines):
    for _, line in lines:
        if line == BEGIN:
            break
    else:
        raise UserError(
            f"{path}: a series matrix without !series_matrix_table_begin: is it complete?"
        )
    rows = 0
    for number, line in lines:
        if line == END:
            break
        rows += 1
        yield number, line
    else:
        raise UserError(
            f"{path}: a series matrix without !series_matrix_table_end: is it complete?"
        )
    if rows < 2:
        raise UserError(
            f"{path}: this series matrix has no values, as is usual for sequencing: use the table"
            " of counts in the supplementary files of the series"
        )


def sheet_of(path: str, lines) -> pd.DataFrame:
    """A row per sample: its accession, its other fields, and a column for each characteristic."""
    columns: dict[str, list[str]] = {}
    for _, line in lines:
        if line == BEGIN:
            break
        if not line.startswith(b"!Sample_"):
            continue
        name, *cells = next(csv.reader([line.decode()], delimiter="\t"))
        if columns and len(cells) != len(next(iter(columns.values()))):
            raise UserError(f"{path}: {name} has {len(cells)} cells, and others more or fewer")
        for column, values in _columns(name, cells):
            if column in columns:
                # A characteristic that stands in another line for some samples.
                values = [old or new for old, new in zip(columns[column], values, strict=True)]
            columns[column] = values
    if "sample" not in columns:
        raise UserError(f"{path}: a series matrix without {ACCESSION}: is it complete?")
    return pd.DataFrame(columns, dtype=object)


def _columns(name: str, cells: list[str]) -> list[tuple[str, list[str]]]:
    """Columns of a line of cells: one, or one for each key of characteristics as 'sex: F'."""
    if name == ACCESSION:
        return [("sample", cells)]
    if not name.startswith(CHARACTERISTICS):
        return [(name.removeprefix("!Sample_"), cells)]
    pairs = [re.split(r":\s*", cell, maxsplit=1) for cell in cells]
    keys = dict.fromkeys(pair[0] for pair in pairs if len(pair) == 2)
    if not keys:
        return [(name.removeprefix("!Sample_"), cells)]
    return [
        (key, [pair[1] if len(pair) == 2 and pair[0] == key else "" for pair in pairs])
        for key in keys
    ]
