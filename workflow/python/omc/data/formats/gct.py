"""GCT tables of version 1.2 and 1.3: features x samples with annotation."""

import pandas as pd

from omc.core.errors import UserError
from omc.data.files import header_fields, open_file, read_with_pandas, reading, refuse_non_numbers
from omc.data.numbers import read_numbers

ENDINGS, CONTENT = (".gct",), "text"
ORIENTED, MATRICES = False, False


def read_table(path: str, orientation=None, matrix=None) -> pd.DataFrame:
    """Samples x features, without the annotation."""
    with reading(path, "GCT"), open_file(path) as file:
        version, size = (file.readline().decode("utf-8-sig").strip() for _ in range(2))
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
        rows, columns, row_annotations, column_annotations = map(int, [*counts, "1", "0"][:4])
        names = header_fields(file.readline().rstrip(), "\t")[1 + row_annotations :]
        # Column annotations stand between the header and the first row.
        for _ in range(column_annotations):
            file.readline()
        table = read_numbers(file, "\t", names, between=row_annotations)
    if table is None:
        table = read_with_pandas(
            path,
            "\t",
            skiprows=3 + column_annotations,
            header=None,
            dtype={0: str},
            float_precision="round_trip",
        )
        table = table.set_index(0).iloc[:, row_annotations:]
    if len(table) != rows or len(names) != columns:
        raise UserError(
            f"{path}: the second line promises {rows} rows and {columns} columns, but there are"
            f" {len(table)} and {len(names)}: is the file complete?"
        )
    table = table.set_axis(names, axis=1)
    refuse_non_numbers(path, table)
    return table.T
