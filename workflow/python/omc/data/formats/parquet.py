"""Parquet tables."""

from collections import Counter

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from omc.core.errors import UserError, some
from omc.data import numbers
from omc.data.files import as_text, reading, refuse_non_numbers
from omc.data.sizes import TEXT_BYTES, check_size

ENDINGS, CONTENT = (".parquet",), "a Parquet file"
ORIENTED, MATRICES, CAN_CRASH = True, False, True


def read_table(path: str, orientation=None, matrix=None) -> pd.DataFrame:
    """Rows are named by the pandas index, or else by the first column."""
    with reading(path, "Parquet"):
        file = _opened(path, 8)

        def read(columns):
            part = file.read(columns, use_threads=False, use_pandas_metadata=True).to_pandas()
            # Parquet takes a name with a dot for a nested column.
            return part[columns]

        metadata = file.schema_arrow.pandas_metadata or {}
        columns = [n for n in file.schema_arrow.names if n not in metadata.get("index_columns", [])]
        names = read([]).index
        if isinstance(names, pd.RangeIndex) and columns:
            names = pd.Index(read(columns[:1]).iloc[:, 0])
            if names.dtype.kind == "f":
                raise UserError(
                    f"{path}: the first column, '{columns[0]}', must name the rows, but holds"
                    " numbers: put the names first, or make them the index"
                )
            columns = columns[1:]
        values = np.empty((len(names), len(columns)), order="F")
        step = max(1, 2 * numbers.BLOCK_BYTES // (8 * max(1, len(names))))
        for first in range(0, len(columns), step):
            part = read(columns[first : first + step]).set_axis(names)
            refuse_non_numbers(path, part)
            values[:, first : first + step] = part.astype(np.float64)
    return pd.DataFrame(values, names, columns)


def read_sheet(path: str) -> pd.DataFrame:
    """All columns as text, with the index if it is named `sample`."""
    with reading(path, "Parquet"):
        _opened(path, TEXT_BYTES)
        sheet = pd.read_parquet(path, dtype_backend="numpy_nullable")
        if sheet.index.name == "sample":
            sheet = sheet.reset_index()
        return sheet.apply(as_text)


def _opened(path: str, cell_bytes: int) -> pq.ParquetFile:
    """A file, opened; UserError if it has far more cells than its size allows, or equal names."""
    file = pq.ParquetFile(path)
    names = file.schema_arrow.names
    check_size(path, cell_bytes * file.metadata.num_rows * max(1, len(names)))
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise UserError(f"{path}: columns stand twice: {some(twice)}: rename one of each")
    return file
