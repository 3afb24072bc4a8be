"""Fast reading of lines with a name and a number for each column."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from omc.core.errors import UserError
from omc.data.files import check_size, not_a_number
from omc.data.lines import check_fields, fields, is_blank
from omc.data.missing import MISSING

LOGICAL = {"true": 1.0, "false": 0.0}
BLOCK_BYTES = 1 << 22


def read_numbers(path: str, lines, sep: str, columns: list[str], between: int = 0) -> pd.DataFrame:
    """A table of rows with a name, `between` fields to skip, and a number for each column.

    lines: see `lines.numbered`. NaN where a word for missing stands; the names of rows are kept as
    they are. Lines are read in blocks, each as one column: pandas takes five times as long, and
    several times the memory of the numbers. UserError names a line with too few or too many fields,
    and a cell that is not a number.
    """
    names, width, logical = [], len(columns), set()
    values, n_rows = np.empty((0, width)), 0
    rows = _rows(path, lines, sep, width, between)
    while block := list(_some(rows)):
        names += [name for name, _ in block]
        cells = b"\n".join(cells for _, cells in block) + b"\n"
        numbers = _numbers(cells, sep)
        if numbers is None:
            numbers = _one_by_one(path, cells.decode().split("\n")[:-1], names, columns, logical)
        check_size(path, 8 * width * len(names))
        if len(names) > len(values):
            # In place if the system can.
            values.resize((len(names) + len(values) // 8, width), refcheck=False)
        values[n_rows : len(names)] = numbers.reshape(-1, width)
        n_rows = len(names)
    values.resize((n_rows, width), refcheck=False)
    for at in logical:
        mixed = ~np.isin(values[:, at], [0, 1]) & ~np.isnan(values[:, at])
        if mixed.any():
            raise UserError(
                f"{path}: column '{columns[at]}' mixes TRUE or FALSE with numbers as"
                f" {values[mixed.argmax(), at]:g} in row '{names[mixed.argmax()]}': write one kind"
            )
    return pd.DataFrame(values, names, columns)


def _rows(path, lines, sep, width, between):
    """(name, cells with a line end between them) of each row."""
    separator = sep.encode()
    for number, line in lines:
        if is_blank(line, sep):
            continue
        name, *rest = line.split(separator, 1 + between)
        if name.startswith(b'"') and name.endswith(b'"') and line.count(b'"') == 2:
            name = name[1:-1]
        if b'"' in name or any(b'"' in part for part in rest):
            row = [field.replace("\n", " ") for field in fields(path, line, lines, sep)]
            check_fields(path, number, len(row), 1 + between + width)
            yield row[0], "\n".join(row[1 + between :]).encode()
            continue
        count = line.count(separator) + 1
        check_fields(path, number, count, 1 + between + width)
        yield name.decode(), rest[-1].replace(separator, b"\n")


def _some(rows):
    size = 0
    for row in rows:
        yield row
        size += len(row[1])
        if size > BLOCK_BYTES:
            return


def _numbers(text: bytes, sep: str) -> np.ndarray | None:
    """The numbers in a text with one per line, NaN where missing; None if a line is no number."""
    try:
        column = pa.csv.read_csv(
            pa.BufferReader(text),
            pa.csv.ReadOptions(column_names=["x"], use_threads=False, block_size=len(text) + 1),
            pa.csv.ParseOptions(delimiter=sep, quote_char=False, ignore_empty_lines=False),
            pa.csv.ConvertOptions(column_types={"x": pa.float64()}, null_values=list(MISSING)),
        )
    except pa.ArrowInvalid:
        return None
    return column["x"].to_numpy()


def _one_by_one(path, cells, names, columns, logical: set) -> np.ndarray:
    """As `_numbers`, also of 'TRUE' and ' NA '; the columns of TRUE and FALSE are put into a set.

    names: of all rows so far, the last of which are the cells'.
    """
    numbers = np.empty(len(cells))
    for i, cell in enumerate(map(str.strip, cells)):
        if cell in MISSING:
            numbers[i] = np.nan
            continue
        number = LOGICAL.get(cell.lower())
        if number is not None:
            logical.add(i % len(columns))
        else:
            try:
                number = float(cell.replace("_", "x"))
            except ValueError:
                row = names[len(names) - (len(cells) - i - 1) // len(columns) - 1]
                column = columns[i % len(columns)]
                raise UserError(not_a_number(path, row, column, cell)) from None
        numbers[i] = number
    return numbers
