"""Every format gives the same table; a file with a wrong ending is reported with its content."""

import gzip

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from omc.core.errors import UserError
from omc.data import numbers
from omc.data.reading import as_csc, is_sparse, read_sheet, read_table

TABLE = pd.DataFrame(
    [[0.1 + 0.2, 0, -3], [np.nan, 5, 1e-300]],
    index=["S1", "2"],
    columns=["g1", "g,α", "7"],
)
SHEET = pd.DataFrame(
    {"sample": ["S1", "2"], "class": ["NA", 'a "b"'], "age": [53.0, 85.3], "n": [1, None]}
)


def write_gct(path, table, version="#1.2"):
    lines = [version, f"{table.shape[1]}\t{table.shape[0]}"]
    head, annotation = ["Name", "Description"], []
    if version == "#1.3":
        lines[1] += "\t1\t2"
        annotation = [["class", "", *"ab"], ["note", "", "", "x"]]
    lines += ["\t".join([*head, *table.index])] + ["\t".join(row) for row in annotation]
    for feature in table:
        values = ["" if np.isnan(v) else repr(v) for v in table[feature]]
        lines.append("\t".join([feature, "some gene", *values]))
    with (gzip.open if path.endswith(".gz") else open)(path, "wt", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def write_h5ad(path, table, kind=np.asarray, obs=None):
    obs = pd.DataFrame(index=table.index) if obs is None else obs
    data = anndata.AnnData(kind(table.to_numpy()), obs, pd.DataFrame(index=table.columns))
    data.layers["counts"] = kind(2 * table.to_numpy())
    data.write_h5ad(path)


WRITERS = {
    "t.tsv": lambda p: TABLE.to_csv(p, sep="\t"),
    "t.txt.gz": lambda p: TABLE.to_csv(p, sep="\t"),
    "t.csv": lambda p: TABLE.to_csv(p, na_rep="NA"),
    "t.parquet": lambda p: TABLE.to_parquet(p),
    "first_column.parquet": lambda p: TABLE.reset_index(names="id").to_parquet(p, index=False),
    "t.xlsx": lambda p: TABLE.to_excel(p),
    "t.gct": lambda p: write_gct(p, TABLE),
    "t.gct.gz": lambda p: write_gct(p, TABLE),
    "annotated.gct": lambda p: write_gct(p, TABLE, "#1.3"),
    "dense.h5ad": lambda p: write_h5ad(p, TABLE),
    "csr.h5ad": lambda p: write_h5ad(p, TABLE, sparse.csr_matrix),
    "csc.h5ad": lambda p: write_h5ad(p, TABLE, sparse.csc_matrix),
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_bits(tmp_path, name):
    path = str(tmp_path / name)
    WRITERS[name](path)
    result = read_table(path)
    assert list(result.index) == list(TABLE.index) and list(result) == list(TABLE)
    assert is_sparse(result) == name.startswith("cs")
    # openpyxl writes 16 digits.
    tolerance = 1e-15 if name.endswith("xlsx") else 0
    np.testing.assert_allclose(result.to_numpy(), TABLE.to_numpy(), rtol=tolerance)
    if is_sparse(result):
        assert as_csc(result).nnz == 5


@pytest.mark.parametrize("name", ["t.tsv", "t.gct", "t.parquet"])
def test_a_table_is_read_in_parts(tmp_path, monkeypatch, name):
    monkeypatch.setattr(numbers, "BLOCK_BYTES", 1)
    test_every_format_gives_the_same_bits(tmp_path, name)


@pytest.mark.parametrize(
    ("content", "samples", "features", "values"),
    [
        # R's write.table, with and without quotes.
        ("g1\tg2\nS1\t1\t2\nNA\t3\tNA\n", ["S1", "NA"], ["g1", "g2"], [[1, 2], [3, np.nan]]),
        ('"g1"\t"g 2"\r\n"S1"\t1\t-2e3\r\n', ["S1"], ["g1", "g 2"], [[1, -2000]]),
        ('id\t"a\tb"\tc\n"S\t1"\t1\t2\n', ["S\t1"], ["a\tb", "c"], [[1, 2]]),
        ('id\ta\tb\nS1\t"1"\tTrue\n', ["S1"], ["a", "b"], [[1, 1]]),
        (
            "\nid\ta\tb\nS1\t1\t\n\n\t\t\nS2\t2\t3\n",
            ["S1", "S2"],
            ["a", "b"],
            [[1, np.nan], [2, 3]],
        ),
        ("id\ta\rS1\t1\r", ["S1"], ["a"], [[1]]),
    ],
)
def test_what_programs_write_as_text(tmp_path, content, samples, features, values):
    (tmp_path / "t.tsv").write_text(content, encoding="utf-8", newline="")
    result = read_table(str(tmp_path / "t.tsv"))
    assert list(result.index) == samples and list(result) == features
    np.testing.assert_array_equal(result, values)


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_features_in_rows(tmp_path, name):
    path = str(tmp_path / name)
    WRITERS[name](path)
    result = read_table(path, "features_in_rows")
    assert list(result) == list(TABLE.index) and list(result.index) == list(TABLE)


def test_a_layer_of_an_h5ad_file(tmp_path):
    path = str(tmp_path / "t.h5ad")
    write_h5ad(path, TABLE)
    np.testing.assert_array_equal(read_table(path, matrix="counts"), 2 * TABLE)
    np.testing.assert_array_equal(read_table(path, matrix="X"), TABLE)


@pytest.mark.parametrize("ending", ["tsv", "csv", "parquet", "xlsx", "h5ad"])
def test_sheets_are_text(tmp_path, ending):
    path = str(tmp_path / f"s.{ending}")
    # Text is kept as it is; numbers of other formats are written as in a text file.
    expected = [["NA", "53", "1"], ['a "b"', "85.3", ""]]
    if ending in ("tsv", "csv"):
        SHEET.assign(age=["53", "85.3"], n=["1", ""]).to_csv(
            path, sep="\t" if ending == "tsv" else ",", index=False
        )
    elif ending == "parquet":
        SHEET.astype({"n": "Int64"}).to_parquet(path)
    elif ending == "xlsx":
        SHEET.to_excel(path, index=False)
    else:
        obs = SHEET.set_index("sample").astype({"class": "category", "n": "Int64"})
        write_h5ad(path, TABLE, obs=obs)
    result = read_sheet(path)
    assert list(result.index) == ["S1", "2"] and list(result) == ["class", "age", "n"]
    assert result.to_numpy().tolist() == expected


def test_the_index_of_a_parquet_sheet_may_be_the_samples(tmp_path):
    path = str(tmp_path / "s.parquet")
    SHEET.set_index("sample").to_parquet(path)
    assert list(read_sheet(path).index) == ["S1", "2"]


def text(path, content):
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)


def write_hdf5(path):
    with h5py.File(path, "w") as file:
        file["x"] = [1]


def write_old_h5ad(path):
    with h5py.File(path, "w") as file:
        for axis in ("obs", "var"):
            file[axis] = np.zeros(1, dtype=[("index", "S1")])
        file["X"] = [[1.0]]


def cut(path, length, end=b""):
    """A file with the start of a table and a different end."""
    table = pd.DataFrame(np.random.default_rng(1).normal(size=(50, 5)))
    table.to_csv(path, sep="\t") if path.endswith("gz") else write_h5ad(
        path, table.rename(str).rename(columns=str)
    )
    with open(path, "r+b") as file:
        file.truncate(length)
        file.seek(length)
        file.write(end * 50)


WRONG = {
    "t.xls": (lambda p: text(p, ""), ["none of .tsv", ".rds", "save it as .xlsx"]),
    "text.parquet": (lambda p: text(p, "sample\tg1\n"), ["Parquet", "text", "sample"]),
    "text.h5ad": (lambda p: text(p, "sample\tg1\n"), ["HDF5", "text"]),
    "parquet.tsv": (lambda p: TABLE.to_parquet(p), ["text", "Parquet file"]),
    "gzip.tsv": (lambda p: open(p, "wb").write(gzip.compress(b"a\tb\n")), ["gzip data"]),
    "plain.tsv.gz": (lambda p: text(p, "a\tb\n1\t2\n"), ["cannot be read", "complete"]),
    "corrupt.tsv.gz": (lambda p: cut(p, 400, b"xxxx"), ["cannot be read", "complete"]),
    "cut.tsv.gz": (lambda p: cut(p, 400), ["cannot be read", "complete"]),
    "cut.h5ad": (lambda p: cut(p, 3000), ["cannot be read", "complete"]),
    "old.h5ad": (write_old_h5ad, ["AnnData before 0.7"]),
    "bare.parquet": (lambda p: TABLE[[]].to_parquet(p), ["no feature in it"]),
    "latin.csv": (lambda p: open(p, "wb").write(b"id,g\nS\x8a,1\n"), ["save it as UTF-8"]),
    "empty.csv": (lambda p: text(p, ""), ["empty"]),
    "zip.csv": (lambda p: open(p, "wb").write(b"PK\x03\x04..."), ["ZIP", "xlsx"]),
    "cut.parquet": (lambda p: text(p, "PAR1...."), ["cannot be read as Parquet"]),
    "other.h5ad": (write_hdf5, ["without obs and var", "it has: x"]),
    "tabs.csv": (lambda p: text(p, "a b\n1 2\n"), ["only one column", "','"]),
    "word.tsv": (lambda p: text(p, "s\tg1\nS1\thigh\n"), ["row 'S1', column 'g1' is 'high'"]),
    "rows.tsv": (lambda p: text(p, "s\tg1\nS1\t1\nS1\t2\n"), ["sample names", "twice: S1"]),
    "columns.tsv": (lambda p: text(p, "s\tg1\tg1\nS1\t1\t2\n"), ["feature names", "twice: g1"]),
    "old.gct": (lambda p: text(p, "#1.1\n1\t1\n"), ["first line is '#1.1'"]),
    "line2.gct": (lambda p: text(p, "#1.2\n1\n"), ["second line is '1'", "2 whole numbers"]),
    "four.gct": (lambda p: text(p, "#1.3\n1\t2\n"), ["4 whole numbers", "annotations"]),
    "short.gct": (
        lambda p: text(p, "#1.2\n3\t1\nName\tDescription\tS1\ng1\tx\t1\n"),
        ["promises 3 rows and 1 columns", "are 1 and 1"],
    ),
    "t.rds": (lambda p: text(p, ""), ["only R reads .rds"]),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_named_with_what_it_is(tmp_path, name):
    path = str(tmp_path / name)
    write, expected = WRONG[name]
    write(path)
    with pytest.raises(UserError) as error:
        read_table(path)
    for part in [path, *expected]:
        assert part in str(error.value)


def test_a_missing_layer_and_an_orientation_that_the_format_fixes(tmp_path):
    path = str(tmp_path / "t.h5ad")
    write_h5ad(path, TABLE)
    with pytest.raises(UserError, match="no matrix 'count'. Did you mean 'counts'. It has: X, c"):
        read_table(path, matrix="count")
    with pytest.raises(UserError, match="rows of an .h5ad file are samples"):
        read_table(path, "features_in_rows")
    TABLE.to_csv(tmp_path / "t.csv")
    with pytest.raises(UserError, match="no matrix 'counts' to choose in a .csv"):
        read_table(str(tmp_path / "t.csv"), matrix="counts")


WRONG_SHEETS = [
    ("s.tsv", "id\tclass\nS1\ta\n", "no column 'sample' .columns: id, class"),
    ("s.csv", "sample,class\nS1,a\nS1,b\n", "samples appear twice: S1"),
    ("s.tsv", "Sample\tclass\nS1\ta\n", "Did you mean 'Sample'. .*samples: {file: .*, id: Sample}"),
    ("s.csv", "sample class\nS1 a\n", "no column 'sample' .columns: sample class"),
    ("s.csv", "sample,class,class\nS1,a,b\n", "columns appear twice: class"),
    ("s.csv", "sample,class\nS1,a\n ,b\n", "empty in 1 row.s., first in row 2"),
    ("s.csv", "sample,class\n", "no sample in it"),
    ("s.gct", "", "no sample sheet is read from a .gct"),
]


@pytest.mark.parametrize("name, content, expected", WRONG_SHEETS)
def test_a_wrong_sheet_is_named_with_what_it_is(tmp_path, name, content, expected):
    text(tmp_path / name, content)
    with pytest.raises(UserError, match=expected):
        read_sheet(str(tmp_path / name))
