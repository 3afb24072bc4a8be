"""Workbooks: which sheet is read, what Excel does to cells, and files made to harm."""

import datetime
import zipfile

import numpy as np
import openpyxl
import pytest

from omc.core.errors import UserError
from omc.data.reading import read_sheet, read_table

ROWS = [["id", "S1", "S2"], ["g1", 1, 2.5], ["g2", None, 4], [None, None, None], ["g3", -1e-3, 0]]


def write(path, rows=ROWS, name="counts", more=()):
    book = openpyxl.Workbook()
    book.active.title = name
    for row in rows:
        book.active.append(row)
    for title, other in more:
        sheet = book.create_sheet(title)
        for row in other:
            sheet.append(row)
    book.save(path)
    return str(path)


def edit(path, member, change):
    """Change the XML of a member of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[member] = change(parts[member])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_the_first_sheet_or_the_named_one(tmp_path, capsys):
    other = [["id", "S1"], ["g", 7]]
    path = write(tmp_path / "t.xlsx", more=[("other", other)])
    table = read_table(path, "features_in_rows")
    assert list(table.index) == ["S1", "S2"] and list(table) == ["g1", "g2", "g3"]
    np.testing.assert_array_equal(table, [[1, np.nan, -0.001], [2.5, 4, 0]])
    assert "sheet 'counts' of counts, other" in capsys.readouterr().out
    assert read_table(path, "features_in_rows", "other").loc["S1", "g"] == 7
    with pytest.raises(UserError, match="no sheet 'others'. Did you mean 'other'"):
        read_table(path, "features_in_rows", "others")


def test_cells_of_a_sheet_are_text(tmp_path):
    day = datetime.datetime(2020, 12, 31)
    rows = [["sample", "age", "day", "note"], [1, 53.0, day, 'a "b"\nc'], [2.0, 85.3, None, True]]
    sheet = read_sheet(write(tmp_path / "s.xlsx", rows))
    assert list(sheet.index) == ["1", "2"]
    expected = [["53", "2020-12-31", 'a "b"\nc'], ["85.3", "", "TRUE"]]
    assert sheet.to_numpy().tolist() == expected


DAY = datetime.datetime(2023, 9, 2)


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([*ROWS, [DAY, 1, 2]], r"the name in cell A6 is a date \(2023-09-02\): .* SEPT2"),
        ([["id", "S1", DAY], ["g", 1, 2]], "the header in cell C1 is a date"),
        ([*ROWS, ["g4", DAY, 2]], "row 'g4', column 'S1' is '2023-09-02', not a number"),
        ([*ROWS, ["g4", "#DIV/0!", 2]], "'#DIV/0!', not a number"),
        ([*ROWS, ["g4", "=1+1", 2]], "cell B6 of sheet 'counts' holds a formula without its value"),
        ([*ROWS, ["g4", 1, 2, 3]], "line 6 has 4 field"),
        ([], "only one column|no feature|no sample"),
    ],
)
def test_what_is_refused(tmp_path, rows, problem):
    with pytest.raises(UserError, match=problem):
        read_table(write(tmp_path / "t.xlsx", rows), "features_in_rows")


def test_a_formula_with_its_value_is_a_number(tmp_path):
    path = write(tmp_path / "t.xlsx", [*ROWS, ["g4", "=1+1", 2]])
    edit(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<v />", b"<v>2</v>"))
    assert read_table(path, "features_in_rows")["g4"].tolist() == [2, 2]


def far_row(xml):
    return xml.replace(b'<row r="5"', b'<row r="9000000000"')


def wide_rows(xml):
    rows = b"".join(b'<row><c r="ZZZ%d"><v>1</v></c></row>' % n for n in range(6, 3000))
    return xml.replace(b"</sheetData>", rows + b"</sheetData>")


def entities(xml):
    return b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>' + xml.partition(b"?>")[2]


def bomb(xml):
    return xml.replace(b"</sheetData>", b" " * 160_000_000 + b"</sheetData>")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (far_row, "more rows than the 1048576 of Excel"),
        (wide_rows, "line 6 has 18278 field"),
        (entities, "has a document type"),
        (bomb, "would take more than"),
        (lambda xml: xml[:-100], "cannot be read as an Excel workbook"),
    ],
)
def test_a_workbook_made_to_harm_is_refused(tmp_path, change, problem):
    path = write(tmp_path / "t.xlsx")
    edit(path, "xl/worksheets/sheet1.xml", change)
    with pytest.raises(UserError, match=problem):
        read_table(path, "features_in_rows")
