"""Text files in other encodings than UTF-8."""

import io
import re

from omc.data.files import UTF16, reading
from omc.data.packed import open_file

# What letters, units and quotes of Western languages are in Latin-1: alone in a word, or two small
# letters. Bytes of other alphabets come in longer rows, and Macs and DOS used other bytes.
WESTERN = re.compile(rb"[\xa7\xb0-\xb3\xb5\xb7\xbd\xc0-\xd6\xd8-\xdd\xdf-\xef\xf1-\xf6\xf8-\xfd]")
PAIR = re.compile(rb"[\xdf-\xef\xf1-\xf6\xf8-\xfd]{2}")
OTHERS = re.compile(rb"[\x80-\xff]+")


class _Recoded:
    """The lines of a file in UTF-8; they end with a line feed."""

    def __init__(self, file, encoding: str):
        self._text = io.TextIOWrapper(file, encoding, newline="\n")

    def readline(self) -> bytes:
        return self._text.readline().encode()

    def __iter__(self):
        return (line.encode() for line in self._text)


def read_text(path: str, as_what: str, read):
    """What `read(file)` gives; file: the bytes of a text file, in UTF-8.

    UTF-16 is known by its mark, Latin-1 by what it holds: that is said. UserError for other
    encodings.
    """
    with reading(path, as_what):
        with open_file(path) as file:
            encoding = "utf-16" if file.peek(2)[:2] in UTF16 else None
            try:
                return read(_Recoded(file, encoding) if encoding else file)
            except UnicodeDecodeError:
                if encoding or not _is_western(path):
                    raise
        print(f"{path}: not UTF-8, read as Latin-1 (Western European)")
        with open_file(path) as file:
            return read(_Recoded(file, "latin-1"))


def _is_western(path: str) -> bool:
    """Whether every byte beyond ASCII is a likely one of Latin-1."""
    with open_file(path) as file:
        return all(
            WESTERN.fullmatch(part) or PAIR.fullmatch(part)
            for line in file
            for part in OTHERS.findall(line)
        )
