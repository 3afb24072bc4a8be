"""Train in processes that can be stopped, so that a model costs its own splits (twin: processes.R).

Whatever a model does, its split ends with a result or with a sentence: the process is watched, and
ended with all processes that it has started.
"""

import ctypes
import math
import multiprocessing
import os
import signal
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omc.core.child import how_it_ended
from omc.core.logs import reason
from omc.learn.batch import Data
from omc.learn.job import Settings, SplitResult, reset_peak
from omc.learn.training import train_split
from omc.learn.tuning import tune_split

# Parameters of mallopt and bytes, from malloc.h of the GNU C library.
TRIM_THRESHOLD, MMAP_THRESHOLD = (-1, 1 << 28), (-3, 1 << 25)
# Of prctl, from linux/prctl.h.
PARENT_DEATH_SIGNAL = 1

# Seconds between two looks at a process, and MB that a split may write to its log.
POLL, LOG_MB = 0.05, 20
# So many looks on end find more than one thread at work before the threads have to share a core;
# again and again, ever more rarely, since others may start while these are told to.
CROWDED = [5 * 2**n for n in range(20)]
RETRY = "`make retry` trains it again"


@dataclass(frozen=True)
class Limits:
    """What one split may take: seconds, and MB of memory."""

    seconds: float = math.inf
    memory_mb: float = math.inf

    def passed(self, seconds: float, memory_mb: float, log_mb: float) -> str:
        """The sentence for a limit that is passed, or an empty text."""
        what = "stopped after the {}: raise {} of this model, or take it out"
        if seconds > self.seconds:
            return what.format(
                f"{self.seconds / 60:.3g} minutes that a split may take", "time_limit"
            )
        if memory_mb > self.memory_mb:
            return what.format(f"{self.memory_mb:g} MB that a split may take", "memory_limit")
        if log_mb > LOG_MB:
            return f"stopped: it wrote more than {LOG_MB} MB to its log: make it write less"
        return ""


NO_LIMITS = Limits()


def limits_of(resources) -> Limits:
    """The limits of a job from its resources: seconds, and MB, or 0 for the machine's memory."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**20
    return Limits(resources.time_limit, resources.memory_limit or machine)


@dataclass(frozen=True)
class Lost:
    """Why a process gave no result; hopeless: the model's other splits would take as long."""

    message: str
    hopeless: bool = False


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
    data: Data, settings: Settings, estimator, splits: list[str], limits: Limits = NO_LIMITS,
    tuned: dict | None = None, model_folder: str | None = None,
) -> dict[str, SplitResult]:  # fmt: skip
    """Train the splits of a batch, or tune a part of each, in a forked process.

    The process sends the result of each split when it is done. If it ends, the current split is
    lost, and another process continues after it: a fork costs more than a fast model's split.

    limits: of each split; after one that took too long, the others are not tried; tuned: rows of
    `evaluate_candidates` by split, if other jobs have made them; model_folder: for the model of the
    last split, `final`. It stays empty if that failed: failures.csv says why.
    """
    folders = {}
    if model_folder:
        os.makedirs(model_folder, exist_ok=True)
        # A model may change the working directory.
        folders[splits[-1]] = os.path.abspath(model_folder)
    results: dict[str, SplitResult] = {}
    began = time.perf_counter()

    def ended(split: str, result: SplitResult) -> None:
        nonlocal began
        results[split] = result
        state = "; ".join(row[1] for row in result.failures) or "done"
        print(f"{split}: {state} ({time.perf_counter() - began:.1f} s)", flush=True)
        began = time.perf_counter()

    while pending := [split for split in splits if split not in results]:
        jobs = (data, settings, estimator, pending, tuned, folders)
        for result, split in zip(run_in_child(limits, train_splits, *jobs), pending, strict=False):
            if isinstance(result, Lost):
                ended(split, lost_split(settings, result.message))
                if result.hopeless:
                    why = f"not tried: {split} took too long"
                    for other in [name for name in pending if name not in results]:
                        ended(other, lost_split(settings, why))
            else:
                ended(split, result)
    return results


def train_splits(
    data: Data, settings: Settings, estimator, splits: list[str], tuned: dict | None,
    folders: dict[str, str],
) -> Iterator[SplitResult]:  # fmt: skip
    """Train splits one after the other, or tune a part of each.

    folders: for models that are to be saved, by split; the others are as in `train_batch`.
    """
    for split in splits:
        reset_peak()
        job = (data, settings, estimator, split)
        yield tune_split(*job) if settings.part else train_split(*job, tuned, folders.get(split))


def lose_batch(
    settings: Settings, splits: list[str], message: str, model_folder: str | None
) -> dict[str, SplitResult]:
    """The results of a batch that is given up: as `train_batch`, with one message for all."""
    if model_folder:
        os.makedirs(model_folder, exist_ok=True)
    print(message, flush=True)
    return {split: lost_split(settings, message) for split in splits}


def lost_split(settings: Settings, message: str) -> SplitResult:
    """The result of a split whose process was lost; for a tuning job, a row with candidate 0."""
    if settings.part:
        return SplitResult(tuning=[[0, "", 0, settings.tuning_metric, "", "", message]])
    return SplitResult(failures=[["fit", message]])


def run_in_child(limits: Limits, function, *arguments) -> Iterator[Any]:
    """Yield what a generator yields in a forked process, and at last a Lost if it does not end.

    Each of its results has the whole time and memory of `limits`.
    """
    context = multiprocessing.get_context("fork")
    receive, send = context.Pipe(duplex=False)
    child = context.Process(target=_send_results, args=(send, function, *arguments))
    began, log_mb, crowded = time.monotonic(), _log_mb(), 0
    child.start()
    send.close()
    try:
        while True:
            # Its end alone counts: a process that the model has left behind may hold the pipe open.
            if receive.poll(POLL) or (child.exitcode is not None and receive.poll()):
                sent = receive.recv()
                if sent is None:
                    return
                yield sent[0]
                began, log_mb = time.monotonic(), _log_mb()
                continue
            if child.exitcode is not None:
                yield Lost(_ended(child))
                return
            crowded = crowded + 1 if len(_threads(child.pid, "R")) > 1 else 0
            if crowded == CROWDED[0]:
                print("several threads are running: they have to share one core", flush=True)
            if crowded in CROWDED:
                _share_core(child.pid)
            used = time.monotonic() - began, _memory_mb(child.pid), _log_mb() - log_mb
            if message := limits.passed(*used):
                _end_group(child)
                if used[2] > LOG_MB:
                    # It wrote on until it was ended.
                    os.ftruncate(1, int((log_mb + LOG_MB) * 2**20))
                    os.lseek(1, 0, os.SEEK_END)
                yield Lost(message, used[0] > limits.seconds)
                return
    except EOFError:
        yield Lost(_ended(child))
    except Exception as error:
        yield Lost(f"its results cannot be read: {reason(error)}")
    finally:
        _end_group(child)


def _ended(child) -> str:
    """Why a process that ended by itself gave no result."""
    child.join(1)
    how = how_it_ended(child.exitcode or 0)
    if child.exitcode == -signal.SIGKILL:
        how += ", often because it ran out of memory"
    return f"the process that trained this split was killed ({how}): {RETRY}"


def _end_group(child) -> None:
    """End a process with all that it has started."""
    child.join(1)
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    child.kill()
    child.join()


def _threads(pid: int | None, states: str = "RSD") -> list[int]:
    """Ids of the threads of a process, and of those that it has started, in some states.

    R: at work, or waiting for a core.
    """
    found = []
    # A thread may end meanwhile.
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            if (thread / "stat").read_text().rpartition(")")[2].split()[0] in states:
                found.append(int(thread.name))
            for child in (thread / "children").read_text().split():
                found += _threads(int(child), states)
    return found


def _share_core(pid: int | None) -> None:
    """Let all threads of a process, and of those that it has started, share one core."""
    cores = sorted(os.sched_getaffinity(0))
    with suppress(OSError):
        for thread in _threads(pid):
            os.sched_setaffinity(thread, {cores[(pid or 0) % len(cores)]})


def _memory_mb(pid: int | None) -> float:
    """Resident memory of a process in MB; 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _log_mb() -> float:
    """Size in MB of the file to which the standard output goes."""
    return os.fstat(1).st_size / 2**20


def _send_results(send, function, *arguments):
    # A group of its own can be ended whole. Signals to the job no longer reach it, so that it ends
    # with the job.
    os.setsid()
    if prctl := getattr(ctypes.CDLL(None), "prctl", None):
        prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)
    pid = os.getpid()
    warnings.simplefilter("default")
    keep_freed_memory()
    for result in function(*arguments):
        # A model may have forked.
        if os.getpid() != pid:
            return
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        send.send((result,))
    send.send(None)
    send.close()
