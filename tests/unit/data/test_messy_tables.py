"""Tables as programs and people write them: read right where it is safe, else refused."""

import bz2
import gzip
import io
import lzma
import zipfile

import anndata
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from omc.core.errors import UserError
from omc.data.reading import as_csc, ending, is_sparse, read_sheet, read_table

PLAIN = "id\tS1\tS2\ng1\t1\t2.5\ng2\tNA\t4\n"
VALUES = [[1, np.nan], [2.5, 4]]


def zipped(*names):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, PLAIN)
    return file.getvalue()


def read(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(str(path), "features_in_rows")


def check(table, samples=("S1", "S2"), features=("g1", "g2"), values=VALUES):
    assert list(table.index) == list(samples) and list(table) == list(features)
    np.testing.assert_array_equal(table, values)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.tsv.gz", gzip.compress(PLAIN.encode(), mtime=0)),
        ("t.tsv.bz2", bz2.compress(PLAIN.encode())),
        ("t.tsv.xz", lzma.compress(PLAIN.encode())),
        ("t.TSV.ZIP", zipped("t.tsv", "__MACOSX/t.tsv")),
        ("t.csv.zip", zipped("t.csv")),
        ("t.tsv", PLAIN.encode("utf-16")),
        ("t.tsv", b"\xfe\xff" + PLAIN.encode("utf-16-be")),
        ("t.tsv", PLAIN.encode("utf-8-sig")),
        ("t.csv", PLAIN.replace("\t", ";").replace(".", ",")),
        ("t.csv", PLAIN.replace("id\t", "").replace("\t", ";").replace(".", ",")),
        ("t.tsv", PLAIN.replace(".", ",")),
        ("t.csv", PLAIN),
        ("t.txt", PLAIN.replace("\t", ",")),
        ("t.tsv", "# Constructed from biom file\n#OTU " + PLAIN),
        ("t.tsv", "#" + PLAIN),
        ("t.txt", '# Program:featureCounts; Command:"featureCounts" "-T"\n\n' + PLAIN),
        ("t.csv", "# made by x, y\n" + PLAIN.replace("\t", ",")),
        ("t.tsv", PLAIN.replace("\n", "\t\n")),
        ("t.tsv", "id\tS1\tS2\n" + PLAIN.partition("\n")[2].replace("\n", "\t\n")),
    ],
)
def test_the_same_table_however_it_is_written(tmp_path, name, content):
    check(read(tmp_path, name, content))


SERIES = """!Series_title\t"T"
!Sample_title\t"one"\t"two"
!Sample_geo_accession\t"S1"\t"S2"
!Sample_characteristics_ch1\t"sex: F"\t"sex: M"
!Sample_characteristics_ch1\t"age: 5"\t"tissue: blood: left"
!Sample_characteristics_ch1\t""\t"age: 61"
!series_matrix_table_begin
"ID_REF"\t"S1"\t"S2"
"g1"\t1\t2.5
"g2"\tnull\t4
!series_matrix_table_end
"""


def test_a_series_matrix_of_geo_is_a_table_and_a_sheet(tmp_path):
    check(read(tmp_path, "GSE1_series_matrix.txt.gz", gzip.compress(SERIES.encode())))
    sheet = read_sheet(str(tmp_path / "GSE1_series_matrix.txt.gz"))
    assert sheet.to_dict("index") == {
        "S1": {"title": "one", "sex": "F", "age": "5", "tissue": ""},
        "S2": {"title": "two", "sex": "M", "age": "61", "tissue": "blood: left"},
    }
    lines = SERIES.splitlines(keepends=True)
    with pytest.raises(UserError, match="without !series_matrix_table_end"):
        read(tmp_path, "cut.txt", "".join(lines[:-1]))
    with pytest.raises(UserError, match="has no values, as is usual for sequencing"):
        read(tmp_path, "empty.txt", "".join([*lines[:-3], lines[-1]]))


def test_latin_1_is_read_where_it_can_only_be_that(tmp_path, capsys):
    text = "id\tMüßig\tS2\n5 µg\t1\t2\n"
    assert list(read(tmp_path, "t.tsv", text.encode("latin-1")).index) == ["Müßig", "S2"]
    assert "read as Latin-1" in capsys.readouterr().out
    for text, encoding in [("пол", "cp1251"), ("男性", "gbk"), ("Größe", "mac-roman")]:
        with pytest.raises(UserError, match="save it as UTF-8"):
            read(tmp_path, "t.tsv", f"{text}\tS1\tS2\ng\t1\t2\n{text}\t1\t2\n".encode(encoding))


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        # Decimal or thousands?
        (
            "g1;1,234;2,345\n",
            "row 'g1', column 'S1' is '1,234', not a number: .*decimal",
        ),
        ("g1;1,5;2.5\n", "'1,5', not a number"),
        ("g1;2.5;1\ng2;1;1,5\n", "row 'g2', column 'S2' is '1,5', not a number"),
        ("g1;1.234,5;2\n", "is '1.234,5', not a number: .*commas are decimal only"),
        ("g1;1,5\n", "the header has 3 fields, but the row below it has 2"),
    ],
)
def test_a_comma_that_may_be_none_is_refused(tmp_path, rows, problem):
    with pytest.raises(UserError, match=problem):
        read(tmp_path, "t.csv", f"id;S1;S2\n{rows}")


def test_a_decimal_comma_beside_numbers_that_may_be_thousands(tmp_path):
    table = read(tmp_path, "t.csv", '"";"S1";"S2"\n"g1";1,234;-0,5\n"g2";1e3;2,5e2\n')
    np.testing.assert_array_equal(table, [[1.234, 1000], [-0.5, 250]])


def test_a_sheet_with_semicolons_and_decimal_commas(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("sample;age;code;note\nA;1,5;1,234;a, b\nB;20;2,345;\n", encoding="utf-8")
    sheet = read_sheet(str(path))
    assert sheet.to_numpy().tolist() == [["1.5", "1,234", "a, b"], ["20", "2,345", ""]]
    path.write_text("sample,size\n#q2:types,numeric\nA,1\n", encoding="utf-8")
    assert read_sheet(str(path)).to_dict("index") == {"A": {"size": "1"}}


def test_columns_of_text_are_annotation(tmp_path, capsys):
    content = "id\tname\tS1\tS2\ttaxonomy\ng1\tABL1\t1\t2.5\tk; p\ng2\t\tNA\t4\tk\n"
    table = read(tmp_path, "t.tsv", content)
    check(table)
    assert table.attrs["annotation"] == {"name": ["ABL1", ""], "taxonomy": ["k; p", "k"]}
    assert "annotation, since it is text in every row: name, tax" in capsys.readouterr().out
    with pytest.raises(UserError, match="column 'name' is 'ABL1', not a number"):
        read_table(str(tmp_path / "t.tsv"))
    with pytest.raises(UserError, match="column 'name' is 'ABL1', not a number"):
        read(tmp_path, "t.tsv", content.replace("g2\t\t", "g2\t5\t"))
    with pytest.raises(UserError, match="'low', not a number"):
        read(tmp_path, "t.tsv", "id\tS1\tS2\ng1\tlow\thigh\n")


def test_a_column_that_is_text_at_first_is_no_annotation(tmp_path, monkeypatch):
    monkeypatch.setattr("omc.data.numbers.BLOCK_BYTES", 1)
    content = "id\tname\tS1\tS2\ng1\tABL1\t1\t2.5\ng2\tX\tNA\t4\n"
    check(read(tmp_path, "t.tsv", content))
    with pytest.raises(UserError, match="'name' holds text in the rows before row 'g2'"):
        read(tmp_path, "t.tsv", content.replace("X", "7"))


GTEX = "#1.2\n2\t2\nid\tName\tDescription\tS1\tS2\n0\tg1\tABL1\t1\t2.5\n1\tg2\tkinase\tNA\t4\n"


@pytest.mark.parametrize("content", [GTEX, GTEX.replace("\n", "\t\n"), f"{GTEX[:-1]}\t\n"])
def test_gct_of_gtex_and_with_tabs_at_the_ends(tmp_path, content):
    if "4\t\n" in content and "S2\t" not in content:
        with pytest.raises(UserError, match="line 5 has 6 field"):
            read(tmp_path, "t.gct", content)
        return
    table = read(tmp_path, "t.gct", content)
    check(table)
    assert table.attrs["annotation"] == {"Description": ["ABL1", "kinase"]}


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("t.tsv.zip", zipped("a.tsv", "b.tsv"), "must contain one file, and this one contains 2"),
        ("t.tsv.xz", b"no xz", "cannot be read"),
        ("t.tsv.bz2", bz2.compress(b"x" * 200_000_000), "would take more than"),
        (
            "t.parquet.gz",
            gzip.compress(b"PAR1", mtime=0),
            "a packed .parquet file is not read: unpack it",
        ),
        ("t.csv", "Name,S1;S2\na;1,5;2\n", "field|not a number"),
    ],
)
def test_what_is_refused(tmp_path, name, content, problem):
    with pytest.raises(UserError, match=problem):
        read(tmp_path, name, content)


def test_an_ending_is_known_in_any_case():
    assert ending("T.CSV.BZ2") == ".csv"


TWICE = "id\tname\tS1\tS2\ng1\ta\t1\t2\n\tb\t5\t5\ng2\tc\t7\tNA\ng1\td\t3\tNA\ng2\te\t1\tNA\n"


@pytest.mark.parametrize(
    ("how", "g1", "g2"),
    [("mean", [2, 2], [4, np.nan]), ("sum", [4, 2], [8, np.nan]), ("first", [1, 2], [7, np.nan])],
)
def test_features_of_one_name_are_made_one_by_a_key(tmp_path, capsys, how, g1, g2):
    (tmp_path / "t.tsv").write_text(TWICE, encoding="utf-8")
    path = str(tmp_path / "t.tsv")
    table = read_table(path, "features_in_rows", duplicates=how)
    check(table, values=np.transpose([g1, g2]))
    assert table.attrs["annotation"] == {"name": ["a", "c"]}
    said = capsys.readouterr().out
    assert f"2 feature(s) appear several times, {how}: g1, g2" in said
    assert "left out, since they have no name: 1 feature(s)" in said
    with pytest.raises(UserError, match="feature 2 of 5 has no name.*duplicates: mean, it is left"):
        read_table(path, "features_in_rows")
    (tmp_path / "t.tsv").write_text(TWICE.replace("\n\tb", "\nb\tb"), encoding="utf-8")
    with pytest.raises(UserError, match="appear twice: g1, g2: make them unique, or set the"):
        read_table(path, "features_in_rows")
    (tmp_path / "t.tsv").write_text("s\tx\ng1\t1\ng2\t1\ng1\t2\n", encoding="utf-8")
    with pytest.raises(UserError, match="sample names appear twice: g1: make them unique$"):
        read_table(path, duplicates=how)


@pytest.mark.filterwarnings("ignore:Variable names")
@pytest.mark.parametrize("how", ["mean", "sum", "first"])
def test_equal_features_of_a_sparse_table(tmp_path, how):
    values = np.array([[1.0, 0, 3, 0], [0, 0, 0, 2]])
    var = pd.DataFrame(index=["g1", "g2", "g1", "g2"])
    data = anndata.AnnData(sparse.csr_matrix(values), pd.DataFrame(index=["S1", "S2"]), var)
    data.write_h5ad(tmp_path / "t.h5ad")
    table = read_table(str(tmp_path / "t.h5ad"), duplicates=how)
    expected = {"mean": [[2, 0], [0, 1]], "sum": [[4, 0], [0, 2]], "first": [[1, 0], [0, 0]]}
    assert is_sparse(table) and list(table) == ["g1", "g2"]
    np.testing.assert_array_equal(as_csc(table).toarray(), expected[how])


MAXQUANT = (
    "Protein IDs\tGene names\tLFQ intensity A\tLFQ intensity B\tReverse\tid\n"
    "P1;P2\tABL1\t100\t0\t\t0\nP3\t7\t5\t6\t+\t1\n"
)


@pytest.mark.parametrize("name", ["proteinGroups.txt", "t.xlsx"])
def test_columns_with_a_prefix_are_the_samples(tmp_path, name):
    path = str(tmp_path / name)
    if name.endswith("xlsx"):
        pd.read_csv(io.StringIO(MAXQUANT), sep="\t").to_excel(path, index=False)
    else:
        (tmp_path / name).write_text(MAXQUANT, encoding="utf-8")
    table = read_table(path, "features_in_rows", column_prefix="LFQ intensity ")
    check(table, "AB", ["P1;P2", "P3"], [[100, 5], [0, 6]])
    assert table.attrs["annotation"]["Gene names"] == ["ABL1", "7"]
    with pytest.raises(UserError, match="no column begins with 'LFQ ratio '"):
        read_table(path, "features_in_rows", column_prefix="LFQ ratio ")
    with pytest.raises(
        UserError, match="workbook with orientation: features_in_rows: take the key"
    ):
        read_table(path, column_prefix="LFQ intensity ")
    with pytest.raises(UserError, match="not a number"):
        read_table(path)
