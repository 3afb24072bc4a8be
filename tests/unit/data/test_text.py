"""Rows of text tables: nothing is shifted, cut or renamed unseen."""

import gzip

import numpy as np
import pytest

from omc.core.errors import UserError
from omc.data import sizes
from omc.data.reading import read_sheet, read_table

GCT = "#1.2\n2\t2\nName\tDescription\tS1\tS2\n"
TABLES = {
    # A tab at the end of each row, or of header and rows, is taken off.
    "id\tg1\tg2\nS1\t1\t2\t\nS2\t3\t4\t\n": [[1, 2], [3, 4]],
    "id\tg1\tg2\t\nS1\t1\t2\t\nS2\t3\t4\t\n": [[1, 2], [3, 4]],
    "id\tg1\tg2\t\nS1\t1\t2\nS2\t3\t4\n": [[1, 2], [3, 4]],
    # R's write.table has no name for the names of rows.
    "g1\tg2\nS1\t1\t2\nS2\t3\t4\n": [[1, 2], [3, 4]],
    'id\tg1\tg2\nS1\t"1"\t 2 \nS2\t#N/A\t<NA>\n': [[1, 2], [np.nan, np.nan]],
}


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Reads a table or sheet of this text; messages contain bare file names."""
    monkeypatch.chdir(tmp_path)

    def read(text, name="t.tsv", function=read_table):
        (tmp_path / name).write_bytes(text.encode())
        return function(name)

    return read


@pytest.mark.parametrize("text", TABLES)
def test_values_stay_under_their_names(read, text):
    table = read(text)
    assert list(table.index) == ["S1", "S2"] and list(table) == ["g1", "g2"]
    np.testing.assert_array_equal(table, TABLES[text])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sample\tg1\tg2\nS1\t1\t2\t3\nS2\t1\t2\t4\n", "column 4 holds values, but has no name"),
        ("sample g1\tg2\nS1\t1\t2\nS2\t1\t2\n", "column 3 holds values, but has no name"),
        ("sampleg1\tg2\nS1\t1\t2\nS2\t1\t2\n", "header has 2 fields, and the rows have 3"),
        ("g1\tg2\nS1\t1\t\nS2\t1\t\n", "one field more than the header, and the last is empty"),
        ("id\tg1\tg2\nS1\t1\t2\t\nS2\t1\t2\n", "line 3 has 3 field.s., .*4 are expected"),
        ("id\tg1\tg2\nS1\t1\t2\nS2\t17.1", "line 3 has 2 field.*is the file complete"),
        ("id\tg1\tg2\nS1\t1\nS2\t1\n", "header has 3 fields, but the row below it has 2"),
        ('id\tg1\nS1\t"1\nS2\t2\n', "unexpected end of data"),
        ("id\tg1\nS1\tTRUE\nS2\t2\n", "'g1' mixes TRUE or FALSE with numbers as 2 in row 'S2'"),
        ("id\tg1\nS1\t1_0\n", "row 'S1', column 'g1' is '1_0', not a number"),
        ("id\tg1\n\t1\n", "sample 1 of 1 has no name"),
        ("id\tg1\n", "there is no sample in it"),
    ],
)
def test_what_cannot_be_told_apart_is_refused_with_its_line(read, text, message):
    with pytest.raises(UserError, match=f"^t.tsv: .*{message}"):
        read(text)


def test_a_name_is_never_a_missing_value(read):
    table = read('id,NA,"a,b"\nnull,#N/A,1\nNA,2,3\nNaN,4,5\n', "t.csv")
    assert list(table.index) == ["null", "NA", "NaN"] and list(table) == ["NA", "a,b"]
    np.testing.assert_array_equal(table, [[np.nan, 1], [2, 3], [4, 5]])


def test_separators_at_the_end_of_rows_of_a_gct_table(read):
    read_both = read(f"{GCT}g1\tx\t1\t2\t\ng2\tx\t3\t4\t\n", "t.gct")
    np.testing.assert_array_equal(read_both, [[1, 3], [2, 4]])
    with pytest.raises(UserError, match="t.gct: line 5 has 3 field"):
        read(f"{GCT}g1\tx\t1\t2\ng2\tx\t3", "t.gct")
    with pytest.raises(UserError, match="t.gct: line 5 has 5 field"):
        read(f"{GCT}g1\tx\t1\t2\ng2\tx\t3\t4\t\n", "t.gct")


@pytest.mark.parametrize(
    "text",
    [
        "sample\tclass\nS1\tcase\t\nS2\tcontrol\t\n",
        "sample\tclass\t\nS1\tcase\t\nS2\tcontrol\t\n",
        "sample\tclass\n1\tS1\tcase\n2\tS2\tcontrol\n",
        "class\tsample\nS1\tcase\tS1\nS2\tcontrol\tS2\n",
    ],
)
def test_a_sheet_with_a_field_more_than_its_header(read, text):
    sheet = read(text, function=read_sheet)
    assert sheet["class"].to_dict() == {"S1": "case", "S2": "control"} and sheet.shape == (2, 1)


def test_a_sheet_of_rows_that_do_not_fit_is_refused(read):
    with pytest.raises(UserError, match="t.tsv: column 3 holds values, but has no name"):
        read("sample\tclass\nS1\tcase\tx\nS2\tcontrol\ty\n", function=read_sheet)
    with pytest.raises(UserError, match="t.csv: line 3 has 2 field"):
        read("sample,class,age\nS1,a,3\nS2,b", "t.csv", read_sheet)
    with pytest.raises(UserError, match="t.csv: .*unexpected end of data"):
        read('sample,note\nS1,"5\nS2,b\n', "t.csv", read_sheet)


@pytest.mark.parametrize("content", ["s\tg\nS1\t" + "0\t" * 10**6, "\n" * 10**6])
def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(tmp_path, monkeypatch, content):
    monkeypatch.setattr(sizes, "UNPACKED", 10**5)
    path = tmp_path / "t.tsv.gz"
    path.write_bytes(gzip.compress(content.encode()))
    for function in (read_table, read_sheet):
        with pytest.raises(UserError, match="this file of .* MB would take more .* uncompressed"):
            function(str(path))
