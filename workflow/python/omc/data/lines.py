"""Lines and fields of text tables, counted, so that no value is shifted or goes missing unseen."""

import csv
import itertools
import re
from collections.abc import Iterable

from omc.core.errors import UserError
from omc.data.sizes import TEXT_BYTES, check_size, most_bytes

# Names of the column of row names. R's write.table gives it none.
CORNER = set("sample samples id ids name names gene genes feature features probe probes".split())
CORNER |= set("protein proteins patient patients symbol set row rownames ref accession".split())
CORNER_START = re.compile("(sample|gene|feature|probe|protein|patient)", re.IGNORECASE)


def numbered(path: str, file):
    """(number, line without its end) of a file of bytes; the end may be that of any system."""
    first = file.readline()
    lines: Iterable = itertools.chain([first.removeprefix(b"\xef\xbb\xbf")], file)
    if b"\r" in first.rstrip(b"\r\n"):
        lines = b"".join(lines).splitlines()
    most = most_bytes(path) // TEXT_BYTES
    for number, line in enumerate(lines, start=1):
        if number > most:
            check_size(path, number * TEXT_BYTES)
        yield number, line.rstrip(b"\r\n")


def start(path: str, lines, usual: str) -> tuple[str, list[str], int, Iterable]:
    """(separator, header, number of fields of the first row, all lines from it on) of a table.

    Comments before the header, which begin with #, are passed over. usual: the separator by the
    ending of the file's name; another is taken if the header has it alone, or the first row fits no
    other. The number is 0 if there is no row.
    """
    ahead = _header_and_row(path, lines)
    if not ahead:
        return usual, [], 0, iter([])
    sep = _separator(path, [line for _, line in ahead], usual)
    lines = itertools.chain(ahead, lines)
    header = header_fields(path, lines, sep)
    return sep, header, *first_fields(path, lines, sep)


def _header_and_row(path: str, lines) -> list[tuple[int, bytes]]:
    """The header and the line below it, without comments before them."""
    ahead: list[tuple[int, bytes]] = []
    comments = 0
    filled_lines = (line for line in lines if line[1].strip(BLANK))
    for line in filled_lines:
        ahead.append(line)
        if not line[1].startswith(b"#"):
            break
        ahead, comments = ahead[-1:], comments + 1
    if comments and len(ahead) == 2:
        # BIOM's and QIIME's header begins with # too.
        last, row = (line.rstrip(b"\t,;") for _, line in ahead)
        if any(0 < last.count(sep) == row.count(sep) for sep in SEPARATORS):
            comments -= 1
        else:
            ahead = ahead[1:]
    if comments:
        print(f"{path}: skipped {comments} comment line(s) at its start")
    if len(ahead) < 2:
        ahead += itertools.islice(filled_lines, 1)
    return ahead


SEPARATORS = (b"\t", b",", b";")
BLANK = b"\t,; "


def _separator(path: str, ahead: list[bytes], usual: str) -> str:
    bare = [re.sub(rb'"[^"]*"', b"", line) for line in ahead]
    found = [sep.decode() for sep in SEPARATORS if sep in bare[0]]
    if len(found) > 1 and len(bare) > 1:
        counts = {sep: [line.count(sep.encode()) for line in bare] for sep in found}
        found = [sep for sep, (first, second) in counts.items() if second - first in (0, 1)]
        found = [usual] if usual in found else found
    if len(found) != 1 or found == [usual]:
        return usual
    names = {"\t": "tabs", ",": "commas", ";": "semicolons"}
    print(f"{path}: separated by {names[found[0]]}, though its extension stands for {names[usual]}")
    return found[0]


def fields(path: str, line: bytes, lines, sep: str) -> list[str]:
    """The fields of a row; text in quotes may go on in the next of `lines`."""
    check_size(path, TEXT_BYTES * line.count(sep.encode()))
    if b'"' not in line:
        return line.decode().split(sep)
    following = itertools.chain([line], (more for _, more in lines))
    texts = (f"{part.decode()}\n" for part in following)
    return next(csv.reader(texts, delimiter=sep, strict=True))


def header_fields(path: str, lines, sep: str) -> list[str]:
    """The fields of the first line that is not blank."""
    for _, line in lines:
        if not is_blank(line, sep):
            return fields(path, line, lines, sep)
    return []


def is_blank(line: bytes, sep: str) -> bool:
    """Whether a line holds nothing but separators and spaces."""
    return not line.strip(sep.encode() + b" ")


def first_fields(path: str, lines, sep: str):
    """(number of fields of the first row, all lines from it on); (0, none) if there is no row."""
    lines = itertools.dropwhile(lambda line: is_blank(line[1], sep), lines)
    lines, ahead = itertools.tee(lines)
    first = next(ahead, None)
    return (0 if first is None else len(fields(path, first[1], ahead, sep))), lines


def check_fields(path: str, number: int, count: int, expected: int) -> None:
    """Refuse a row that is shorter or longer than the others."""
    if count != expected:
        raise UserError(
            f"{path}: line {number} has {count} field(s), but {expected} are expected: correct it"
            " (is the file complete? a missing value takes its separator too)"
        )


def without_surplus(path: str, header: list[str], count: int) -> list[str]:
    """The header without separators at its end that the rows, with `count` fields, do not have."""
    while len(header) > count and not header[-1]:
        header = header[:-1]
    if len(header) > count:
        raise UserError(
            f"{path}: the header has {len(header)} fields, but the row below it has {count}:"
            " correct it (is the file complete? a missing value takes its separator too)"
        )
    return header


def has_row_names(header: list[str], count: int) -> bool:
    """Whether the rows begin with the row names of R's write.table, which have no header.

    Not if the first name of the header is one of row names: 'Gene ID', or 'sampleg1' in a header
    that has lost a tab.
    """
    if count != len(header) + 1:
        return False
    first = re.sub(r"([a-z])([A-Z])", r"\1 \2", header[0]).lower()
    if all(word in CORNER for word in re.split(r"[ _.#-]+", first)):
        return False
    start = CORNER_START.match(header[0])
    return not start or any(name.startswith(start[0]) for name in header[1:])


def unnamed(path: str, number: int, count: int, expected: int) -> UserError:
    """The error for values of a column that has no name in the header."""
    return UserError(
        f"{path}: column {number} holds values, but has no name: the header has {expected} fields,"
        f" and the rows have {count}: name each column in the header, that of the names too"
    )


def filled(names: list[str], count: int) -> list[str]:
    """As many names, "" for those of separators at the end of the rows."""
    return names + [""] * (count - len(names))


def named(path: str, table, header: int):
    """A table without the empty columns of surplus separators; no other may be nameless.

    header: number of fields of the header.
    """
    count = table.shape[1] + 1
    while table.shape[1] > 1 and not table.columns[-1] and table.iloc[:, -1].isna().all():
        table = table.iloc[:, :-1]
    nameless = [at for at, name in enumerate(table.columns, start=2) if not name]
    if nameless:
        raise unnamed(path, nameless[0], count, header)
    if header < count and table.iloc[:, -1].isna().all() and len(table.columns) == header:
        raise UserError(
            f"{path}: the rows have one field more than the header, and the last is empty in all:"
            " remove the separator at the end of the rows, or name the column of names in the"
            " header"
        )
    return table
