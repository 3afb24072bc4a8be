"""Parquet tables."""

from collections import Counter

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from omc.core.errors import UserError, some
from omc.data import numbers
from omc.data.annotation import Annotation
from omc.data.files import as_text, reading, refuse_non_numbers
from omc.data.numbers import is_text
from omc.data.sizes import TEXT_BYTES, check_size

ENDINGS, CONTENT = (".parquet",), "a Parquet file"
ORIENTED, MATRICES, CAN_CRASH = True, False, True


def read_table(path: str, orientation=None, matrix=None) -> pd.DataFrame:
    """Rows are named by the pandas index, or else by the first column.

    An index of integers without a name is what is left of the row numbers of a table that was
    filtered or sorted, if the first column is text.
    """
    with reading(path, "Parquet"):
        file = _opened(path, 8)

        def read(columns):
            part = file.read(columns, use_threads=False, use_pandas_metadata=True).to_pandas()
            # Parquet takes a name with a dot for a nested column.
            return part[columns]

        metadata = file.schema_arrow.pandas_metadata or {}
        columns = [n for n in file.schema_arrow.names if n not in metadata.get("index_columns", [])]
        names, first = read([]).index, read(columns[:1])
        # Numbers of rows from 0 are no names; others are, unless there is a better column.
        counted = isinstance(names, pd.RangeIndex)
        numbered = names.name is None and pd.api.types.is_integer_dtype(names.dtype)
        if any(map(_holds_text, first.dtypes)):
            of_rows = counted or numbered
        else:
            of_rows = counted and names.equals(pd.RangeIndex(len(names)))
        if of_rows and columns:
            if not counted:
                print(f"{path}: column '{columns[0]}' names the rows, not its row numbers")
            names = pd.Index(first.iloc[:, 0])
            if names.dtype.kind == "f":
                raise UserError(
                    f"{path}: the first column, '{columns[0]}', must name the rows, but holds"
                    " numbers: put the names first, or make them the index"
                )
            columns = columns[1:]
        annotation = Annotation()
        if orientation == "features_in_rows":
            annotation |= _texts(path, columns, file.schema_arrow, read)
            columns = [name for name in columns if name not in annotation]
        values = np.empty((len(names), len(columns)), order="F")
        step = max(1, 2 * numbers.BLOCK_BYTES // (8 * max(1, len(names))))
        for first in range(0, len(columns), step):
            part = read(columns[first : first + step]).set_axis(names)
            refuse_non_numbers(path, part)
            values[:, first : first + step] = part.astype(np.float64)
    table = pd.DataFrame(values, names, columns)
    if annotation:
        table.attrs["annotation"] = annotation
    return table


def _holds_text(dtype) -> bool:
    return pd.api.types.is_object_dtype(dtype) or isinstance(
        dtype, pd.CategoricalDtype | pd.StringDtype
    )


def _texts(path: str, columns: list[str], schema, read) -> dict[str, list[str]]:
    """The columns that hold text in every row, if others do not."""
    texts = {}
    for name in columns:
        kind = schema.field(name).type
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            column = read([name]).iloc[:, 0].astype(object)
            cells = ["" if pd.isna(cell) else cell for cell in column]
            if is_text(cells):
                texts[name] = cells
    if texts and len(texts) < len(columns):
        print(f"{path}: treated as annotation, since it is text in every row: {some(texts)}")
        return texts
    return {}


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
        raise UserError(f"{path}: columns appear twice: {some(twice)}: rename one of each")
    return file
