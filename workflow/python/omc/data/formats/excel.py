"""Excel workbooks (.xlsx): the first sheet, or the one that the configuration names."""

import datetime
import io
import zipfile
from contextlib import closing

import pandas as pd

from omc.core.errors import UserError, did_you_mean, some
from omc.data.files import reading
from omc.data.formats import text
from omc.data.sizes import TEXT_BYTES, check_size, most_bytes

ENDINGS, CONTENT = (".xlsx", ".xlsm"), "a ZIP archive (as .xlsx)"
ORIENTED, MATRICES, PREFIX, SHEETS, CAN_CRASH = True, True, True, True, False
MOST_ROWS = 1 << 20
# Excel takes these for dates, and forgets what was written.
LIKE_DATES = "as it does with gene names such as SEPT2, MARCH1 and DEC1"


def read_table(
    path: str, orientation=None, matrix: str | None = None, prefix: str | None = None
) -> pd.DataFrame:
    """As of a text file; the first column names the rows."""
    with reading(path, "an Excel workbook"):
        return text.table_of(path, _lines(path, matrix, dates=False), orientation, prefix)


def read_sheet(path: str, sheet: str | None = None) -> pd.DataFrame:
    """All columns as text; dates as 2020-12-31."""
    with reading(path, "an Excel workbook"):
        return text.sheet_of(path, _lines(path, sheet, dates=True))


def _lines(path: str, sheet: str | None, dates: bool):
    """(number, line) of each row of a sheet, as of a text file with tabs.

    dates: whether other cells than names may be dates.
    """
    _check_archive(path)
    with closing(_opened(path, data_only=True)) as book:
        names = [worksheet.title for worksheet in book.worksheets]
        name = _choose(path, names, sheet)
        if len(names) > 1:
            print(f"{path}: sheet '{name}' of {some(names)}")
        _refuse_uncomputed(path, book, name)
        yield from _lines_of(path, book[name], dates)


def _lines_of(path: str, worksheet, dates: bool):
    width = 0
    for number, row in enumerate(_rows(path, worksheet), start=1):
        while row and row[-1] is None:
            row.pop()
        if not row:
            continue
        if not width:
            width = len(row)
            _refuse_dates(path, number, row, "header")
        elif not dates:
            _refuse_dates(path, number, row[:1], "name")
        cells = [_text(value) for value in row] + [""] * (width - len(row))
        yield number, "\t".join(map(_quoted, cells)).encode()


def _opened(path: str, data_only: bool):
    # Most runs have no workbook.
    import openpyxl

    return openpyxl.load_workbook(path, read_only=True, data_only=data_only, keep_links=False)


def _rows(path: str, worksheet):
    """The cells of each row, up to a number that fits the file."""
    # The size that the file tells may be wrong.
    worksheet.reset_dimensions()
    size, most = 0, most_bytes(path)
    for number, row in enumerate(worksheet.iter_rows(values_only=True), start=1):
        if number > MOST_ROWS:
            raise UserError(f"{path}: more rows than the {MOST_ROWS} of Excel: is it damaged?")
        size += TEXT_BYTES * (1 + len(row))
        if size > most:
            check_size(path, size)
        yield list(row)


def _check_archive(path: str) -> None:
    """Refuse an archive that unpacks to far more than its size, or whose XML defines entities."""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        check_size(path, sum(member.file_size for member in members))
        for member in members:
            if member.filename.endswith((".xml", ".rels")):
                with archive.open(member) as file:
                    start = file.read(1000)
                if b"<!" in start.replace(b"<!--", b""):
                    raise UserError(
                        f"{path}: {member.filename} in it has a document type, which no workbook"
                        " needs: save it with Excel or LibreOffice"
                    )


def _choose(path: str, names: list[str], wanted: str | None) -> str:
    if wanted is not None and wanted not in names:
        raise UserError(
            f"{path}: there is no sheet '{wanted}'.{did_you_mean(wanted, names)}"
            f" It has: {some(names, 12)}"
        )
    return names[0] if wanted is None else wanted


def _refuse_uncomputed(path: str, book, name: str) -> None:
    """Refuse a formula without its value, which the program that wrote it did not compute."""
    part = book[name]._worksheet_path
    with zipfile.ZipFile(path) as archive, archive.open(part.lstrip("/")) as file:
        if not _holds(file, b"<f"):
            return
    with closing(_opened(path, data_only=False)) as formulas:
        both = zip(_rows(path, book[name]), _rows(path, formulas[name]), strict=True)
        for number, (values, written) in enumerate(both, start=1):
            for at, (value, formula) in enumerate(zip(values, written, strict=True), start=1):
                if value is None and formula is not None:
                    raise UserError(
                        f"{path}: cell {_cell(at, number)} of sheet '{name}' holds a"
                        " formula without its value: open the file in Excel or LibreOffice, and"
                        " save it"
                    )


def _holds(file, tag: bytes) -> bool:
    """Whether an XML file has a tag."""
    before = b""
    while part := file.read(io.DEFAULT_BUFFER_SIZE * 32):
        part = before + part
        if any(tag + end in part for end in (b">", b" ", b"/")):
            return True
        before = part[-len(tag) - 1 :]
    return False


def _refuse_dates(path: str, number: int, cells: list, what: str) -> None:
    for at, value in enumerate(cells, start=1):
        if isinstance(value, datetime.date | datetime.time):
            raise UserError(
                f"{path}: the {what} in cell {_cell(at, number)} is a date ({_text(value)}): Excel"
                f" may have made it from a name, {LIKE_DATES}: write the names as text, from their"
                " source"
            )


def _cell(column: int, row: int) -> str:
    from openpyxl.utils import get_column_letter

    return f"{get_column_letter(column)}{row}"


def _text(value) -> str:
    """A cell as in a text file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value)


def _quoted(cell: str) -> str:
    if any(mark in cell for mark in '\t\n\r"'):
        return '"' + cell.replace('"', '""').replace("\r\n", "\n").replace("\r", "\n") + '"'
    return cell
