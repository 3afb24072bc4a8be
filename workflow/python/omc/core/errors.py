"""Errors that a user can correct, in one sentence each."""

import difflib
import errno
import os
import re
import sys


class UserError(Exception):
    """A mistake in the configuration or the data: where it is, what is wrong, and the fix.

    The message is shown alone, without a traceback. It may hold several lines, one mistake each.
    """


def stop(error: UserError):
    """End the program with the sentences of an error, each on a line of its own."""
    print(*(f"ERROR: {line}" for line in str(error).splitlines()), sep="\n", file=sys.stderr)
    sys.exit(1)


DISK_PROBLEMS = {
    errno.ENOSPC: "the disk is full: free some space; the same command then continues",
    errno.EDQUOT: "the disk quota is used up: free some space; the same command then continues",
    errno.EROFS: "nothing can be written there (read-only file system): use another folder",
    errno.EACCES: "permission denied: let this user read and write there",
}


def disk_problem(error: Exception) -> str:
    """Sentence about an error of the disk that results are written to; '' if it is another error.

    Libraries put the system's message into their own, without its number.
    """
    for number, problem in DISK_PROBLEMS.items():
        if match := re.search(rf"{os.strerror(number)}(?:: '([^'\n]+)')?", str(error)):
            return f"{match[1]}: {problem}" if match[1] else problem
    return ""


def did_you_mean(word: str, known: list[str]) -> str:
    """' Did you mean 'x'?' for the known word nearest to `word`, or an empty text."""
    known = [str(k) for k in known]
    near = difflib.get_close_matches(str(word), known, n=1, cutoff=0.6)
    # A word that is cut short may be less than half of what is meant.
    near = near or [k for k in known if len(str(word)) > 3 and k.startswith(str(word))]
    return f" Did you mean '{near[0]}'?" if near else ""


def quoted(items, limit: int = 5) -> str:
    """`some`, in quotes, which show spaces at the ends of a name."""
    return some((repr(str(i)) for i in items), limit)


def some(items, limit: int = 5) -> str:
    """'a, b, c and 12 more' for a list that may be long."""
    items = [str(i) for i in items]
    rest = len(items) - limit
    return ", ".join(items[:limit]) + (f" and {rest} more" if rest > 0 else "")
