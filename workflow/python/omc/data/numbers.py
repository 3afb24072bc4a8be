"""Fast reading of lines with a name and a number for each column."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

# The common ones of pandas' missing values.
MISSING = ["", "NA", "N/A", "NaN", "nan", "NULL", "null", "None"]
BLOCK_BYTES = 1 << 22


def read_numbers(lines, sep: str, columns: list[str], between: int = 0) -> pd.DataFrame | None:
    """A table of lines with a name, `between` columns to skip, and a number for each column.

    None if a line does not fit; pandas then reads the file or shows what is wrong. Lines are read
    in blocks, each as one column: pandas takes five times as long, and several times the memory of
    the numbers.
    """
    names, width = [], len(columns)
    values, n_rows = np.empty((0, width)), 0
    lines = (line for line in map(_without_end, lines) if line)
    separator = sep.encode()
    while block := list(_some_lines(lines)):
        text = bytearray()
        for line in block:
            fields = line.split(separator, 1 + between)
            if len(fields) < 2 + between or fields[-1].count(separator) != width - 1:
                return None
            name = fields[0]
            if name.startswith(b'"') and name.endswith(b'"'):
                name = name[1:-1]
            if b'"' in name:
                return None
            names.append(name.decode())
            text += fields[-1].replace(separator, b"\n") + b"\n"
        numbers = _numbers(text, sep)
        if numbers is None or len(numbers) != len(block) * width:
            return None
        if n_rows + len(block) > len(values):
            # In place if the system can.
            values.resize((n_rows + len(block) + len(values) // 8, width), refcheck=False)
        values[n_rows : n_rows + len(block)] = numbers.reshape(-1, width)
        n_rows += len(block)
    values.resize((n_rows, width), refcheck=False)
    return pd.DataFrame(values, names, columns)


def _without_end(line: bytes) -> bytes:
    return line.rstrip(b"\r\n")


def _some_lines(lines):
    size = 0
    for line in lines:
        yield line
        size += len(line)
        if size > BLOCK_BYTES:
            return


def _numbers(text: bytearray, sep: str) -> np.ndarray | None:
    """The numbers in a text with one per line, NaN where missing; None if a line is no number."""
    try:
        column = pa.csv.read_csv(
            pa.BufferReader(text),
            pa.csv.ReadOptions(column_names=["x"], use_threads=False, block_size=len(text) + 1),
            pa.csv.ParseOptions(delimiter=sep, quote_char=False, ignore_empty_lines=False),
            pa.csv.ConvertOptions(column_types={"x": pa.float64()}, null_values=MISSING),
        )
    except pa.ArrowInvalid:
        return None
    return column["x"].to_numpy()
