"""The log of a script: both streams; the console gets one sentence (twin: logs.R)."""

import gc
import os
import resource
import sys
import traceback
from contextlib import contextmanager

from omc.core.errors import UserError


@contextmanager
def logged(path: str):
    """Send standard output and error of this process and its children to the log file at `path`.

    A UserError ends the script with status 1 and its sentence in the log and on the console; any
    other error leaves its traceback in the log and one sentence that names the log on the console.
    The log ends with the CPU time and memory that the script used.
    """
    # Imports create no garbage, but searching for it takes a tenth of the start-up time.
    gc.set_threshold(100_000, 20, 100)
    console = os.dup(2)
    with open(path, "w", encoding="utf-8", buffering=1) as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        try:
            yield
        except UserError as error:
            _end(console, "\n".join(f"ERROR: {line}" for line in str(error).splitlines()))
        except Exception as error:
            traceback.print_exc()
            _end(console, f"ERROR: {type(error).__name__}: {one_line(error)} (traceback: {path})")
        finally:
            print(usage())


def usage() -> str:
    """CPU time and memory of this process and its children: the last line of every log."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(u.ru_utime + u.ru_stime for u in used)
    return f"used {cpu:.2f} CPU s, at most {max(u.ru_maxrss for u in used) / 1024:.0f} MB"


def one_line(error) -> str:
    """The message of an error on one line, for a sentence or a CSV cell."""
    return " ".join(str(error).split()) or type(error).__name__


def _end(console: int, text: str):
    print(text, file=sys.stderr, flush=True)
    os.write(console, (text + "\n").encode())
    raise SystemExit(1)
