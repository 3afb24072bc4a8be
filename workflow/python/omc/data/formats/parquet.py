"""Parquet tables."""

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from omc.data import numbers
from omc.data.files import as_text, reading, refuse_non_numbers

ENDINGS, CONTENT = (".parquet",), "a Parquet file"
ORIENTED, MATRICES = True, False


def read_table(path: str, orientation=None, matrix=None) -> pd.DataFrame:
    """Rows are named by the pandas index, or else by the first column."""
    with reading(path, "Parquet"):
        file = pq.ParquetFile(path)

        def read(columns):
            part = file.read(columns, use_threads=False, use_pandas_metadata=True).to_pandas()
            # Parquet takes a name with a dot for a nested column.
            return part[columns]

        metadata = file.schema_arrow.pandas_metadata or {}
        columns = [n for n in file.schema_arrow.names if n not in metadata.get("index_columns", [])]
        names = read([]).index
        if isinstance(names, pd.RangeIndex) and columns:
            names = pd.Index(read(columns[:1]).iloc[:, 0])
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
        sheet = pd.read_parquet(path, dtype_backend="numpy_nullable")
    if sheet.index.name == "sample":
        sheet = sheet.reset_index()
    return sheet.apply(as_text)
