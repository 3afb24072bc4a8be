"""Train in forked processes, so that a split that is killed is lost alone (twin: processes.R)."""

import ctypes
import multiprocessing
import signal
import warnings

from omc.learn.job import SplitResult
from omc.learn.training import train_split
from omc.learn.tuning import tune_split

# Of the GNU C library, from malloc.h: parameters of mallopt, and bytes.
TRIM_THRESHOLD, MMAP_THRESHOLD = (-1, 1 << 28), (-3, 1 << 25)


def keep_freed_memory() -> None:
    """Let the C library keep what is freed, for the next array of a fit.

    It would give it back to the system and ask for it anew at each step of a boosting, which is a
    quarter of the time of that. Other C libraries go on as they do.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(*TRIM_THRESHOLD)
        mallopt(*MMAP_THRESHOLD)


def _in_child(send, function, *arguments):
    warnings.simplefilter("default")
    keep_freed_memory()
    send.send(function(*arguments))
    send.close()


def guarded(function, *arguments) -> SplitResult | str:
    """A function's result from a forked process, or why that was killed.

    So that a split that runs out of memory is lost alone.
    """
    context = multiprocessing.get_context("fork")
    receive, send = context.Pipe(duplex=False)
    child = context.Process(target=_in_child, args=(send, function, *arguments))
    child.start()
    send.close()
    try:
        result = receive.recv()
    except EOFError:
        result = None
    child.join()
    if result is not None:
        return result
    code = child.exitcode or 0
    why = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
    return f"the process that trained this split was killed ({why}; often: out of memory)"


def train_guarded(data, settings, estimator, split: str, tuned=None) -> SplitResult:
    """`train_split` in a process of its own; a killed one is a failure."""
    result = guarded(train_split, data, settings, estimator, split, tuned)
    if isinstance(result, str):
        result = SplitResult(failures=[["fit", result]])
    return result


def tune_guarded(data, settings, estimator, split: str, part: int, parts: int) -> SplitResult:
    """`tune_split` in a process of its own; a killed one is a row with candidate 0."""
    result = guarded(tune_split, data, settings, estimator, split, part, parts)
    if isinstance(result, str):
        lost = [0, "", 0, settings.tuning_metric, "", "", result]
        result = SplitResult(tuning=[lost])
    return result
