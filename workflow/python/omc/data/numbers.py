"""Fast reading of lines with a name and a number for each column."""

import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from omc.core.errors import UserError, some
from omc.data.annotation import Annotation
from omc.data.files import not_a_number
from omc.data.lines import check_fields, fields, is_blank
from omc.data.missing import MISSING
from omc.data.sizes import check_size

LOGICAL = {"true": 1.0, "false": 0.0}
BLOCK_BYTES = 1 << 22
# 1,5 is a number where the comma is decimal; 12,345 may be twelve thousand.
DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+([eE][-+]?\d+)?")
# Also what is none: 1.234,5 and <0.5 and 12 %.
NUMBER_LIKE = re.compile(r"[<>=~]*\s*[-+]?[\d.,' ]*\d[\d.,' ]*%?")
MAYBE_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}")


def read_numbers(
    path: str, lines, sep: str, columns: list[str], between=(), texts=(), find: bool = False
) -> pd.DataFrame:
    """A table of rows with a name, fields of annotation, and a number for each column.

    lines: see `lines.numbered`; between: names of the annotation that stands after the name;
    texts: positions of the `columns` that are annotation; find: whether every column that holds
    text in every row is annotation too, wherever it stands. NaN
    where a word for missing stands; the names of rows are kept as they are. Lines are read in
    blocks, each as one column: pandas takes five times as long, and several times the memory of the
    numbers. UserError names a line with too few or too many fields, and a cell that is not a
    number. `attrs["annotation"]` has the annotation by name.
    """
    reader = _Reader(path, sep, columns, between, find)
    reader.take(list(texts))
    rows = reader.rows(lines)
    while block := list(_some(rows)):
        reader.add(block)
    return reader.table()


class _Reader:
    def __init__(self, path, sep, columns, between, find):
        self.path, self.sep, self.columns, self.find = path, sep, list(columns), find
        self.width = len(self.columns)
        self.between = len(between)
        self.annotation = Annotation({name: [] for name in _unique(between)})
        # Columns of the file that hold text, by position.
        self.taken: list[int] = []
        self.may_be_numbers = False
        self.names: list[str] = []
        self.logical: set[int] = set()
        self.values = np.empty((0, 0))
        self.n_rows = 0
        self.has_points, self.is_decimal = False, False
        # Row, column and cell of the first number with a comma.
        self.comma: tuple = ()

    def rows(self, lines):
        """(name, annotation, cells with a line end between them) of each row."""
        path, sep, between = self.path, self.sep, self.between
        separator, expected = sep.encode(), 1 + between + self.width
        for number, line in lines:
            if is_blank(line, sep):
                continue
            name, *rest = line.split(separator, 1 + between)
            if name.startswith(b'"') and name.endswith(b'"') and line.count(b'"') == 2:
                name = name[1:-1]
            if b'"' in name or any(b'"' in part for part in rest):
                row = [field.replace("\n", " ") for field in fields(path, line, lines, sep)]
                check_fields(path, number, len(row), expected)
                yield row[0], row[1 : 1 + between], "\n".join(row[1 + between :]).encode()
                continue
            check_fields(path, number, line.count(separator) + 1, expected)
            texts = [part.decode("utf-8", "replace") for part in rest[:-1]] if between else None
            yield name.decode(), texts, rest[-1].replace(separator, b"\n")

    def add(self, block) -> None:
        """Read the numbers of some rows."""
        for at, name in enumerate(list(self.annotation)[: self.between]):
            self.annotation[name] += [annotation[at] for _, annotation, _ in block]
        first = not self.names
        self.names += [name for name, _, _ in block]
        parts = [cells for _, _, cells in block]
        if self.taken:
            parts = self._without_texts(parts)
        cells = b"\n".join(parts) + b"\n"
        numbers = self._numbers(cells)
        if numbers is None and first and self.find and self._find_texts(parts):
            parts = self._without_texts(parts)
            cells = b"\n".join(parts) + b"\n"
            numbers = self._numbers(cells)
        if numbers is None:
            numbers = self._one_by_one(cells.decode().split("\n")[:-1])
        self._keep(numbers)

    def _keep(self, numbers: np.ndarray) -> None:
        width, count = len(self.columns), len(self.names)
        check_size(self.path, 8 * width * count)
        if self.values.shape[1] != width:
            self.values = np.empty((0, width))
        if count > len(self.values):
            # In place if the system can.
            self.values.resize((count + len(self.values) // 8, width), refcheck=False)
        self.values[self.n_rows : count] = numbers.reshape(-1, width)
        self.n_rows = count

    def table(self) -> pd.DataFrame:
        """All rows that were read."""
        path, width = self.path, len(self.columns)
        if self.values.shape[1] != width:
            self.values = np.empty((0, width))
        self.values.resize((self.n_rows, width), refcheck=False)
        if self.comma and not self.is_decimal:
            raise UserError(not_a_number(path, *self.comma))
        if self.comma:
            print(f"{path}: commas in numbers are decimal, as in '{self.comma[2]}'")
        for at in self.logical:
            column = self.values[:, at]
            mixed = ~np.isin(column, [0, 1]) & ~np.isnan(column)
            if mixed.any():
                raise UserError(
                    f"{path}: column '{self.columns[at]}' mixes TRUE or FALSE with numbers as"
                    f" {column[mixed.argmax()]:g} in row '{self.names[mixed.argmax()]}': write one"
                    " kind"
                )
        table = pd.DataFrame(self.values, self.names, self.columns)
        if self.annotation:
            table.attrs["annotation"] = self.annotation
        return table

    # Columns of text

    def _find_texts(self, parts: list[bytes]) -> bool:
        """Take out the columns that hold text alone, if others hold numbers."""
        cells = [part.decode().split("\n") for part in parts]
        found = [at for at in range(len(self.columns)) if is_text(row[at] for row in cells)]
        if self.taken or not found or len(found) == len(self.columns):
            return False
        names = some(self.columns[at] for at in found)
        print(f"{self.path}: treated as annotation, since it is text in every row: {names}")
        self.take(found)
        self.may_be_numbers = False
        return True

    def take(self, found: list[int]) -> None:
        """Make columns annotation, by position."""
        self.taken, self.may_be_numbers = found, True
        names = [self.columns[at] for at in found]
        every = _unique([*self.annotation, *names])
        self.annotation |= {name: [] for name in every[self.between :]}
        self.columns = [name for at, name in enumerate(self.columns) if at not in set(found)]

    def _without_texts(self, parts: list[bytes]) -> list[bytes]:
        """The cells of rows without those of text, which are kept as annotation."""
        kept, taken = [], set(self.taken)
        texts = [self.annotation[name] for name in list(self.annotation)[self.between :]]
        last = max(taken) + 1
        for row, part in zip(self.names[-len(parts) :], parts, strict=True):
            cells = part.split(b"\n", last)
            for at, column in zip(self.taken, texts, strict=True):
                column.append(text := cells[at].decode())
                if not self.may_be_numbers and _is_number(text):
                    name = list(self.annotation)[self.between + self.taken.index(at)]
                    raise UserError(
                        f"{self.path}: column '{name}' holds text in the rows before row '{row}',"
                        f" where it is {text}: correct it, or take the column out"
                    )
            kept.append(b"\n".join(cell for at, cell in enumerate(cells) if at not in taken))
        return kept

    # Cells

    def _numbers(self, text: bytes) -> np.ndarray | None:
        """The numbers in a text with one per line, NaN where missing; None if a line is none."""
        try:
            column = pa.csv.read_csv(
                pa.BufferReader(text),
                pa.csv.ReadOptions(column_names=["x"], use_threads=False, block_size=len(text) + 1),
                pa.csv.ParseOptions(delimiter=self.sep, quote_char=False, ignore_empty_lines=False),
                pa.csv.ConvertOptions(column_types={"x": pa.float64()}, null_values=list(MISSING)),
            )
        except pa.ArrowInvalid:
            return None
        self.has_points = self.has_points or b"." in text
        if self.has_points and self.comma:
            raise UserError(not_a_number(self.path, *self.comma))
        return column["x"].to_numpy()

    def _one_by_one(self, cells: list[str]) -> np.ndarray:
        """As `_numbers`, also of 'TRUE' and ' NA ' and '1,5'."""
        numbers, width = np.empty(len(cells)), len(self.columns)
        for i, cell in enumerate(map(str.strip, cells)):
            if cell in MISSING:
                numbers[i] = np.nan
                continue
            number = LOGICAL.get(cell.lower())
            if number is not None:
                self.logical.add(i % width)
            else:
                try:
                    number = float(cell.replace("_", "x"))
                    self.has_points = self.has_points or "." in cell
                except ValueError:
                    row = self.names[len(self.names) - (len(cells) - i - 1) // width - 1]
                    number = self._decimal(cell, row, self.columns[i % width])
            numbers[i] = number
        if self.comma and self.has_points:
            raise UserError(not_a_number(self.path, *self.comma))
        return numbers

    def _decimal(self, cell: str, row: str, column: str) -> float:
        """The number of '1,5'; UserError if it is none."""
        if not DECIMAL_COMMA.fullmatch(cell):
            raise UserError(not_a_number(self.path, row, column, cell))
        self.is_decimal = self.is_decimal or not MAYBE_THOUSANDS.fullmatch(cell)
        self.comma = self.comma or (row, column, cell)
        return float(cell.replace(",", "."))


def _unique(names) -> list[str]:
    """The names, numbered where one stands twice."""
    names = list(names)
    return [f"{name}.{at}" if name in names[:at] else name for at, name in enumerate(names)]


def _some(rows):
    size = 0
    for row in rows:
        yield row
        size += len(row[2])
        if size > BLOCK_BYTES:
            return


def is_text(cells) -> bool:
    """Whether a column holds text, and not one number."""
    found = False
    for cell in map(str.strip, cells):
        if cell in MISSING:
            continue
        if NUMBER_LIKE.fullmatch(cell) or _is_number(cell) or cell.lower() in LOGICAL:
            return False
        found = True
    return found


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace("_", "x"))
    except ValueError:
        return False
    return cell.strip().lower() not in ("nan", "inf", "infinity")
