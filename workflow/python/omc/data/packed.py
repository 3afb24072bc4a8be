"""Opens files for reading bytes, unpacked if they are packed, up to a size that fits the file."""

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable

from omc.core.errors import UserError, some
from omc.data.sizes import check_size


def _member(path: str):
    """The only file in a ZIP archive; what macOS adds does not count."""
    archive = zipfile.ZipFile(path)
    names = [name for name in archive.namelist() if not name.endswith("/")]
    names = [name for name in names if not name.startswith("__MACOSX/")]
    if len(names) != 1:
        raise UserError(
            f"{path}: a .zip file must contain one file, and this one contains {len(names)}"
            f" ({some(names)}): unpack it, and give the right one"
        )
    check_size(path, archive.getinfo(names[0]).file_size)
    return archive.open(names[0])


OPENERS: dict[str, Callable] = {
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
    ".zip": _member,
}


def packing(path: str) -> str:
    """The ending that shows how a file is packed, or ""."""
    return next((ending for ending in OPENERS if str(path).lower().endswith(ending)), "")


def name_inside(path: str) -> str:
    """The name of a file in lower case, without the ending of its packing."""
    return str(path).lower().removesuffix(packing(path))


class _Unpacked(io.RawIOBase):
    """The content of a packed file, up to a size that fits the file."""

    def __init__(self, path: str):
        self.path, self.file, self.size = path, OPENERS[packing(path)](path), 0

    def readable(self):
        return True

    def readinto(self, buffer):
        count = self.file.readinto(buffer)
        self.size += count
        check_size(self.path, self.size)
        return count

    def close(self):
        self.file.close()
        super().close()


def open_file(path: str):
    """A file opened for reading bytes, unpacked if its ending says that it is packed."""
    if packing(path):
        return io.BufferedReader(_Unpacked(path), 1 << 17)
    return open(path, "rb")
