"""Train in forked processes, so that a killed one costs only its split (twin: processes.R)."""

import ctypes
import multiprocessing
import signal
import time
import warnings

from omc.learn.batch import Data
from omc.learn.job import Settings, SplitResult
from omc.learn.training import train_split
from omc.learn.tuning import tune_split

# Parameters of mallopt and bytes, from malloc.h of the GNU C library.
TRIM_THRESHOLD, MMAP_THRESHOLD = (-1, 1 << 28), (-3, 1 << 25)


def keep_freed_memory() -> None:
    """Let the GNU C library keep freed memory for the next array of a fit.

    Otherwise it returns the memory to the system and requests it again at each boosting step, which
    takes a quarter of the time. Other C libraries are not changed.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(*TRIM_THRESHOLD)
        mallopt(*MMAP_THRESHOLD)


def train_batch(
    data: Data, settings: Settings, estimator, splits: list[str], tuned: dict | None = None
) -> dict[str, SplitResult]:
    """Train each split, or tune a part of it, in a forked process of its own.

    tuned: rows of `evaluate_candidates` by split, if other jobs have made them.
    """
    results = {}
    for split in splits:
        began = time.perf_counter()
        if settings.part:
            result = run_in_child(tune_split, data, settings, estimator, split)
        else:
            result = run_in_child(train_split, data, settings, estimator, split, tuned)
        results[split] = lost_split(settings, result) if isinstance(result, str) else result
        state = "; ".join(row[1] for row in results[split].failures) or "done"
        print(f"{split}: {state} ({time.perf_counter() - began:.1f} s)", flush=True)
    return results


def lost_split(settings: Settings, message: str) -> SplitResult:
    """The result of a split whose process was killed; for a tuning job, a row with candidate 0."""
    if settings.part:
        return SplitResult(tuning=[[0, "", 0, settings.tuning_metric, "", "", message]])
    return SplitResult(failures=[["fit", message]])


def run_in_child(function, *arguments) -> SplitResult | str:
    """A function's result from a forked process, or why the process was killed."""
    context = multiprocessing.get_context("fork")
    receive, send = context.Pipe(duplex=False)
    child = context.Process(target=_send_result, args=(send, function, *arguments))
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


def _send_result(send, function, *arguments):
    warnings.simplefilter("default")
    keep_freed_memory()
    send.send(function(*arguments))
    send.close()
