"""How much memory the content of a file may take."""

import os

from omc.core.errors import UserError

# A small file that becomes huge when it is unpacked is broken, or made to harm.
UNPACKED, UNPACKED_TIMES = 128 << 20, 50
TEXT_BYTES = 32  # of a short text in memory


def most_bytes(path: str) -> int:
    """How much memory the content of a file may take."""
    return UNPACKED + UNPACKED_TIMES * os.path.getsize(path)


def check_size(path: str, unpacked: int) -> None:
    """UserError if so many bytes come out of a file that it cannot be what it seems to be."""
    if unpacked > most_bytes(path):
        raise UserError(
            f"{path}: this file of {os.path.getsize(path) / 1e6:.3g} MB would take more than"
            f" {most_bytes(path) / 1e6:.3g} MB of memory: if that is meant, store it uncompressed"
        )
