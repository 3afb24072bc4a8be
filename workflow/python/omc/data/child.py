"""Reads a file in a child process first, since a library can crash or hang on a broken file."""

import multiprocessing
import os
import sys

from omc.core.errors import UserError

SECONDS, SECONDS_PER_MB = 40, 1


def try_in_child(path: str, read, *arguments) -> None:
    """Call `read(path, *arguments)` in a child process, and forget the result.

    UserError as in the child; or if the child crashes, or takes longer than its file's size allows.
    """
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_call, args=(sender, read, path, *arguments), daemon=True)
    sys.stdout.flush()
    child.start()
    sender.close()
    seconds = SECONDS + SECONDS_PER_MB * os.path.getsize(path) / 1e6
    try:
        if receiver.poll(seconds):
            message = receiver.recv()
        else:
            message = f"{path}: reading it takes more than {seconds:.0f} s: is it damaged?"
    except EOFError:
        message = f"{path}: the library that reads such files crashes on it: write the file again"
    child.kill()
    child.join()
    if message is not None:
        raise UserError(message)


def _call(sender, read, path, *arguments):
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        # What it says is said by the parent.
        sys.stdout = nowhere
        os.dup2(nowhere.fileno(), 2)
        try:
            read(path, *arguments)
            sender.send(None)
        except UserError as error:
            sender.send(str(error))
