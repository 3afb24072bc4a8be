"""Reads a feature table or a sample sheet in any of the supported formats, told by its ending.

An .rds file is read by R: formats.R writes it as an .h5ad file, which is read here.
"""

import csv
import gzip
import itertools
import zlib
from contextlib import contextmanager

import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from scipy import sparse

from omc.core.errors import UserError, did_you_mean, some

SEPARATORS = {".tsv": "\t", ".txt": "\t", ".csv": ","}
ENDINGS = [*SEPARATORS, ".parquet", ".h5ad", ".gct", ".rds"]
# What a file begins with, where that tells its format.
MAGIC = {b"PAR1": "a Parquet file", b"\x89HDF\r\n\x1a\n": "an HDF5 file", b"\x1f\x8b": "gzip data"}
MAGIC |= {b"PK\x03\x04": "a ZIP archive (as .xlsx)", b"\xd0\xcf\x11\xe0": "an old Excel file"}
FORMATS = {".parquet": "a Parquet file", ".h5ad": "an HDF5 file"}
# Of those that pandas takes as missing, the ones that are met.
MISSING = ["", "NA", "N/A", "NaN", "nan", "NULL", "null", "None"]
BLOCK_BYTES = 1 << 22


def ending(path: str) -> str:
    """The ending that tells the format, .gz taken off; UserError if it is none of ENDINGS."""
    name = str(path).removesuffix(".gz")
    for known in ENDINGS:
        if name.lower().endswith(known):
            return known
    raise UserError(
        f"{path}: the ending is none of {', '.join(ENDINGS)}"
        " (text and .gct also with .gz): rename or convert it"
    )


def _open(path: str):
    return (gzip.open if str(path).endswith(".gz") else open)(path, "rb")


@contextmanager
def _reading(path: str, as_what: str):
    """Turns what goes wrong in a broken file into a sentence."""
    try:
        yield
    except (ValueError, LookupError, OSError, EOFError, zlib.error) as error:
        found = " ".join(str(error).split()).removesuffix(".")
        advice = "save it as UTF-8" if isinstance(error, UnicodeError) else "is it complete?"
        raise UserError(f"{path}: cannot be read as {as_what} ({found}): {advice}") from error


def _check_content(path: str) -> None:
    """UserError where a file is something else than its ending says."""
    wanted = FORMATS.get(ending(path), "text")
    with _reading(path, wanted), _open(path) as file:
        start = file.read(200)
    found = next((name for magic, name in MAGIC.items() if start.startswith(magic)), None)
    if found is None:
        first = start.decode("utf-8", "replace").splitlines()
        found = "binary data" if b"\0" in start else "text" if start else "empty"
        shown = f"text (it begins with {first[0][:40]!r})" if found == "text" else found
    else:
        shown = found
    if found != wanted:
        raise UserError(
            f"{path}: by its ending it is {wanted}, but it is {shown}: correct the ending"
            " or the file"
        )


def read_table(
    path: str, orientation: str = "samples_in_rows", matrix: str | None = None
) -> pd.DataFrame:
    """A feature table as samples x features in double precision; NaN is missing.

    orientation: 'features_in_rows' or 'samples_in_rows', of text and Parquet; the other formats
    fix it. matrix: layer of an .h5ad file (default: X). A matrix that is stored sparse comes as
    sparse columns. UserError: see the sentences.
    """
    kind = ending(path)
    if kind == ".rds":
        raise UserError(f"{path}: only R reads .rds files: give it in a layer of a data set")
    if matrix is not None and kind != ".h5ad":
        raise UserError(f"{path}: there is no matrix '{matrix}' to choose in a {kind} file")
    _check_content(path)
    if kind == ".h5ad":
        table = _read_h5ad(path, orientation, matrix)
    else:
        table = {".parquet": _read_parquet, ".gct": _read_gct}.get(kind, _read_text)(path)
        _refuse_non_numbers(path, table)
        if kind == ".gct" or orientation == "features_in_rows":
            table = table.T
        table = table.astype(np.float64, copy=False)
    table.index, table.columns = table.index.astype(str), table.columns.astype(str)
    for what, labels in {"sample": table.index, "feature": table.columns}.items():
        if not len(labels):
            raise UserError(f"{path}: there is no {what} in it")
        twice = labels[labels.duplicated()].unique()
        if len(twice):
            raise UserError(f"{path}: {what} names stand twice: {some(twice)}: make them unique")
    return table


def _read_csv(path: str, sep: str, **more) -> pd.DataFrame:
    with _reading(path, "a table"):
        return pd.read_csv(path, sep=sep, encoding="utf-8-sig", **more)


def _read_text(path: str) -> pd.DataFrame:
    """Empty, NA and NaN are missing; the first column names the rows."""
    sep = SEPARATORS[ending(path)]
    with _reading(path, "a table"), _open(path) as file:
        columns, first = _fields(file.readline(), sep), file.readline()
        width = first.count(sep.encode())
        # R's write.table has no name above the names of the rows.
        if columns and width in (len(columns) - 1, len(columns)):
            columns = columns[len(columns) - width :]
            table = _read_numbers(itertools.chain([first], file), sep, columns)
            if table is not None:
                return table
    table = _read_csv(path, sep, index_col=0, dtype={0: str}, float_precision="round_trip")
    if table.shape[1] == 0:
        raise UserError(
            f"{path}: only one column found with separator {sep!r}: does the ending fit?"
        )
    # pandas gives repeated names a number, which would hide them.
    header = _read_csv(path, sep, header=None, nrows=1, dtype=str).iloc[0]
    table.columns = header.iloc[-table.shape[1] :]
    return table


def _fields(line: bytes, sep: str) -> list[str]:
    """The fields of a header; none if it is not to be understood."""
    try:
        return next(csv.reader([line.decode("utf-8-sig").rstrip("\r\n")], delimiter=sep), [])
    except csv.Error:
        return []


def _read_numbers(lines, sep: str, columns: list[str], between: int = 0) -> pd.DataFrame | None:
    """A table of lines with a name, `between` columns to pass over, and a number for each column.

    None if a line is not like that; pandas then tells what is wrong, or reads what is unusual.
    Some lines at a time, and those as one column: pandas takes five times as long, and several
    times the memory of the numbers.
    """
    names, width = [], len(columns)
    values, filled = np.empty((0, width)), 0
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
        if filled + len(block) > len(values):
            # In place where the system can.
            values.resize((filled + len(block) + len(values) // 8, width), refcheck=False)
        values[filled : filled + len(block)] = numbers.reshape(-1, width)
        filled += len(block)
    values.resize((filled, width), refcheck=False)
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
    """The numbers of a text with one in each line, NaN where missing; None if there is another."""
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


def _read_parquet(path: str) -> pd.DataFrame:
    """The pandas index names the rows, or else the first column."""
    with _reading(path, "Parquet"):
        file = pq.ParquetFile(path)

        def read(columns):
            part = file.read(columns, use_threads=False, use_pandas_metadata=True).to_pandas()
            # A name with a dot is taken for a part of what stands before the dot.
            return part[columns]

        metadata = file.schema_arrow.pandas_metadata or {}
        columns = [n for n in file.schema_arrow.names if n not in metadata.get("index_columns", [])]
        names = read([]).index
        if isinstance(names, pd.RangeIndex) and columns:
            names = pd.Index(read(columns[:1]).iloc[:, 0])
            columns = columns[1:]
        values = np.empty((len(names), len(columns)), order="F")
        step = max(1, 2 * BLOCK_BYTES // (8 * max(1, len(names))))
        for first in range(0, len(columns), step):
            part = read(columns[first : first + step]).set_axis(names)
            _refuse_non_numbers(path, part)
            values[:, first : first + step] = part.astype(np.float64)
    return pd.DataFrame(values, names, columns)


def _open_parquet(path: str, **more) -> pd.DataFrame:
    with _reading(path, "Parquet"):
        return pd.read_parquet(path, **more)


def _read_gct(path: str) -> pd.DataFrame:
    """Features x samples of a GCT file of version 1.2 or 1.3, without its annotation."""
    with _reading(path, "GCT"), _open(path) as file:
        version, size = (file.readline().decode("utf-8-sig").strip() for _ in range(2))
        counts = size.split("\t")
        wanted = {"#1.2": 2, "#1.3": 4}.get(version)
        if wanted is None:
            raise UserError(f"{path}: the first line is {version!r}, not #1.2 or #1.3")
        if len(counts) != wanted or not all(count.isdigit() for count in counts):
            raise UserError(
                f"{path}: the second line is {size!r}, but GCT {version} wants {wanted} whole"
                " numbers there, with tabs between them (rows, columns"
                f"{', row and column annotations' if wanted == 4 else ''})"
            )
        rows, columns, of_rows, of_columns = map(int, [*counts, "1", "0"][:4])
        names = _fields(file.readline().rstrip(), "\t")[1 + of_rows :]
        # Column annotations stand between the header and the first row.
        for _ in range(of_columns):
            file.readline()
        table = _read_numbers(file, "\t", names, between=of_rows)
    if table is None:
        table = _read_csv(
            path,
            "\t",
            skiprows=3 + of_columns,
            header=None,
            dtype={0: str},
            float_precision="round_trip",
        )
        table = table.set_index(0).iloc[:, of_rows:]
    if len(table) != rows or len(names) != columns:
        raise UserError(
            f"{path}: the second line promises {rows} rows and {columns} columns, but there are"
            f" {len(table)} and {len(names)}: is the file complete?"
        )
    return table.set_axis(names, axis=1)


def _read_h5ad(path: str, orientation: str, matrix: str | None) -> pd.DataFrame:
    """X or a layer of an AnnData file: samples are its observations."""
    from anndata.io import read_elem

    if orientation == "features_in_rows":
        raise UserError(
            f"{path}: orientation: features_in_rows, but rows of an .h5ad file are samples (obs):"
            " take the key out"
        )
    with _reading(path, "an HDF5 file"), _open_h5ad(path) as file:
        known = ["X"] if "X" in file else []
        known += list(file["layers"]) if "layers" in file else []
        name = matrix or "X"
        if name not in known:
            raise UserError(
                f"{path}: there is no matrix '{name}'.{did_you_mean(name, known)}"
                f" It has: {some(known, 12) or 'none'}"
            )
        values = read_elem(file["X" if name == "X" else f"layers/{name}"])
        samples, features = (read_elem(file[axis]).index for axis in ("obs", "var"))
    if not np.issubdtype(values.dtype, np.number) and values.dtype != bool:
        raise UserError(f"{path}: matrix '{name}' holds {values.dtype}, not numbers")
    values = values.astype(np.float64, copy=False)
    if sparse.issparse(values):
        return pd.DataFrame.sparse.from_spmatrix(values.tocsc(), samples, features)
    return pd.DataFrame(values, samples, features)


def is_sparse(table: pd.DataFrame) -> bool:
    """Whether a table of `read_table` holds sparse columns."""
    return any(isinstance(dtype, pd.SparseDtype) for dtype in table.dtypes)


def as_csc(table: pd.DataFrame) -> sparse.csc_array:
    """A table with sparse columns as one array; dense ones among them are taken in."""
    # Some columns at a time: they are dense on the way.
    parts = (table.iloc[:, i : i + 1000].to_numpy() for i in range(0, table.shape[1], 1000))
    return sparse.hstack([sparse.csc_array(part) for part in parts], format="csc")


def _open_h5ad(path: str) -> h5py.File:
    _check_content(path)
    file = h5py.File(path)
    lacking = [axis for axis in ("obs", "var") if axis not in file]
    if lacking:
        found = some(file, 12)
        file.close()
        raise UserError(
            f"{path}: an HDF5 file without {' and '.join(lacking)} (it has: {found}):"
            " write it with AnnData"
        )
    if any(isinstance(file[axis], h5py.Dataset) for axis in ("obs", "var")):
        file.close()
        raise UserError(
            f"{path}: written by AnnData before 0.7: read and write it once with a newer one"
        )
    return file


def _refuse_non_numbers(path: str, table: pd.DataFrame) -> None:
    for at in np.flatnonzero([not pd.api.types.is_numeric_dtype(t) for t in table.dtypes]):
        values = table.iloc[:, at]
        wrong = values[pd.to_numeric(values, errors="coerce").isna() & values.notna()]
        if len(wrong):
            raise UserError(
                f"{path}: row '{wrong.index[0]}', column '{table.columns[at]}' is"
                f" {wrong.iloc[0]!r}, not a number: correct it, or leave it empty if it is missing"
            )


def read_sheet(path: str) -> pd.DataFrame:
    """A sample sheet as text columns, indexed by its column `sample`; "" where missing.

    Of an .h5ad file: its obs, whose names are the samples.
    """
    kind = ending(path)
    if kind in (".gct", ".rds"):
        raise UserError(
            f"{path}: no sample sheet is read from a {kind} file here: give it as .tsv or .csv"
        )
    _check_content(path)
    if kind == ".h5ad":
        sheet = _read_obs(path)
    elif kind == ".parquet":
        sheet = _open_parquet(path, dtype_backend="numpy_nullable")
        if sheet.index.name == "sample":
            sheet = sheet.reset_index()
        sheet = sheet.apply(_as_text)
    else:
        sheet = _read_csv(path, SEPARATORS[kind], dtype=str, keep_default_na=False)
        with _reading(path, "a table"), _open(path) as file:
            header = pd.Index(_fields(file.readline(), SEPARATORS[kind]))
        twice = header[header.duplicated() & (header != "")].unique()
        if len(twice):
            raise UserError(f"{path}: columns stand twice: {some(twice)}: rename one of each")
    if "sample" not in sheet.columns:
        raise UserError(
            f"{path}: there is no column 'sample' (columns: {some(sheet.columns, 12)})"
            f"{_sheet_advice(list(sheet.columns), kind)}"
        )
    if not len(sheet):
        raise UserError(f"{path}: there is no sample in it: give a row for each")
    nameless = np.flatnonzero(sheet["sample"].str.strip() == "")
    if len(nameless):
        raise UserError(
            f"{path}: column 'sample' is empty in {len(nameless)} row(s), first in row"
            f" {nameless[0] + 1}: name the samples, or take the rows out"
        )
    twice = sheet["sample"][sheet["sample"].duplicated()].unique()
    if len(twice):
        raise UserError(f"{path}: samples stand twice: {some(twice)}: one row per sample")
    return sheet.set_index("sample", drop=True)


def _sheet_advice(columns: list[str], kind: str) -> str:
    if len(columns) == 1 and kind in SEPARATORS and set(columns[0]) & {";", ",", "\t"}:
        return f": only one is found with separator {SEPARATORS[kind]!r}: does the ending fit?"
    near = did_you_mean("sample", columns)
    if near:
        return f".{near} Rename the column"
    return ": name the column of the samples so"


def _read_obs(path: str) -> pd.DataFrame:
    from anndata.io import read_elem

    with _reading(path, "an HDF5 file"), _open_h5ad(path) as file:
        obs = read_elem(file["obs"])
    samples = obs.index.astype(str)
    obs = obs.drop(columns="sample", errors="ignore").apply(_as_text)
    obs.insert(0, "sample", samples)
    return obs.reset_index(drop=True)


def _as_text(column: pd.Series) -> pd.Series:
    """Text as a text file would hold it: 53 and 85.3, and nothing where missing."""

    def text(value):
        if isinstance(value, float):
            return np.format_float_positional(value, trim="-")
        return str(value)

    return pd.Series(
        ["" if pd.isna(value) else text(value) for value in column], column.index, dtype=object
    )
