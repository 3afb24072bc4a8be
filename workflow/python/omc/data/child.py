"""Reads a file in a child process first, since a library can crash or hang on a broken file."""

import os
import sys

from omc.core.child import Child, Lost
from omc.core.errors import UserError

SECONDS, SECONDS_PER_MB = 40, 1


def try_in_child(path: str, read, *arguments) -> None:
    """Call `read(path, *arguments)` in a child process, and forget the result.

    UserError as in the child; or if the child crashes, or takes longer than its file's size allows.
    """

    def quietly():
        with open(os.devnull, "w", encoding="utf-8") as nowhere:
            # What it says is said by the parent.
            sys.stdout = nowhere
            os.dup2(nowhere.fileno(), 2)
            read(path, *arguments)

    seconds = SECONDS + SECONDS_PER_MB * os.path.getsize(path) / 1e6
    try:
        with Child(quietly) as child:
            child.call(seconds)
    except Lost as lost:
        raise UserError(f"{path}: reading it {lost}: is it damaged? Write it again") from lost
