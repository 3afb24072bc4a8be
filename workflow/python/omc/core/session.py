"""A run as a whole: who is at work in this folder, and how everything ends with it.

Only Snakemake's main process uses this. All processes of a run have its name in their environment,
so that a guard, a process of its own, can end them however the main process ended. A run that was
killed leaves a file with its name, by which the next run clears what it left.
"""

import atexit
import json
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from omc.core.errors import UserError, disk_problem, some
from omc.core.records import remove, written

FOLDER, LOCKS = Path(".snakemake", "running"), Path(".snakemake", "locks")
# In the environment of every job: the run's name, and on one machine its cores.
VARIABLE, CORES = "OMC_RUN", "OMC_CORES"
GRACE = 3  # seconds between asking a process to end and killing it
UNLOCK = "`snakemake --unlock` (or `make run ARGS=--unlock`)"


@dataclass(frozen=True)
class Run:
    """A run: its main process (started: seconds since the epoch) and its folders."""

    host: str
    pid: int
    started: float
    results: str
    temporary: list[str]

    @property
    def name(self) -> str:
        return f"{self.host}-{self.pid}-{self.started}"

    @property
    def is_here(self) -> bool:
        """Whether it ran on this machine."""
        return self.host == socket.gethostname()

    @property
    def is_alive(self) -> bool:
        """Whether its main process is still there; True if that is on another machine."""
        if not self.is_here:
            return True
        with suppress(psutil.Error):
            return abs(psutil.Process(self.pid).create_time() - self.started) < 1
        return False

    def __str__(self) -> str:
        since = time.strftime("%Y-%m-%d %H:%M", time.localtime(self.started))
        return f"process {self.pid} on {self.host}, since {since}, results in {self.results}/"


def begin(results: str, temporary: str, cores: int | None = None) -> list[Run]:
    """Register this run, clear what killed runs left, and see to its end.

    results: its folder; temporary: a folder that Snakemake has made for itself; cores: that its
    jobs share, None on a cluster. Returns the other runs that are at work here. UserError if
    nothing can be written here.
    """
    try:
        others = clear_killed()
        os.makedirs(results, exist_ok=True)
        probe = Path(results, ".writable")
        probe.touch()
        probe.unlink(missing_ok=True)
        FOLDER.mkdir(parents=True, exist_ok=True)
        folders = [tempfile.mkdtemp(prefix="omc-"), temporary]
        started = psutil.Process().create_time()
        run = Run(socket.gethostname(), os.getpid(), started, results, folders)
        with written(str(FOLDER / f"{run.name}.json")) as path:
            Path(path).write_text(json.dumps(asdict(run)), encoding="utf-8")
    except OSError as error:
        raise UserError(f"{os.getcwd()}: {disk_problem(error) or error}") from error
    os.environ["TMPDIR"] = tempfile.tempdir = folders[0]
    # It ends when the pipe to it closes, which the system does however this process ends.
    guard = subprocess.Popen(
        [sys.executable, "-m", "omc.core.session", run.name, *folders],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    os.environ[VARIABLE] = run.name
    os.environ[CORES] = str(cores or "")
    atexit.register(finish, run, guard)
    logging.getLogger("snakemake.logging").addFilter(Sentences(others))
    # A log that cannot be written to is no reason for a stack.
    logging.raiseExceptions = False
    end_on_signals()
    return others


def finish(run: Run, guard: subprocess.Popen) -> None:
    """Take back the registration; the guard ends what still runs."""
    remove(str(FOLDER / f"{run.name}.json"))
    guard.communicate()


# Commands that only look. They need the lock, but what a killed run has left may still be of use.
LOOKING = {"-n", "-np", "-nq", "--dry-run", "--dryrun", "--summary", "--detailed-summary", "--lint"}


def clear_killed() -> list[Run]:
    """End the processes of runs that were killed, and remove what they left; returns the others.

    Locks of Snakemake do not tell whose they are: they are removed only if no other run is at work.
    A command that only looks removes nothing else.
    """
    looking = not LOOKING.isdisjoint(sys.argv)
    runs = [Run(**json.loads(path.read_text("utf-8"))) for path in FOLDER.glob("[!.]*.json")]
    if "--unlock" in sys.argv:
        for run in runs:
            if not run.is_here:
                remove(str(FOLDER / f"{run.name}.json"))
        return []
    others = [run for run in runs if run.is_alive]
    for run in runs:
        if run not in others:
            if not others and any(LOCKS.glob("*.lock")):
                shutil.rmtree(LOCKS)
                print(
                    f"An earlier run was killed ({run}). Its lock is removed, and its unfinished"
                    " jobs run again.",
                    file=sys.stderr,
                )
            if looking:
                continue
            clear(run.name, *run.temporary)
            cancelled = [] if others else cancel_jobs()
            for partial in Path(run.results).rglob(".part-*"):
                remove(str(partial))
            remove(str(FOLDER / f"{run.name}.json"))
            if cancelled:
                print(f"Its jobs on the cluster are cancelled: {some(cancelled)}.", file=sys.stderr)
    return others


# Slurm's name of a job of Snakemake: the id of the run.
JOB_NAME = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def cancel_jobs() -> list[str]:
    """Cancel the jobs that a killed run has left on a Slurm cluster in this folder; their ids."""
    if not shutil.which("squeue"):
        return []
    command = ["squeue", "--me", "--noheader", "--format=%i|%j|%Z"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
        rows = [line.split("|", 2) for line in told.splitlines()]
        here = os.path.realpath(".")
        jobs = [
            job
            for job, name, folder in rows
            if JOB_NAME.fullmatch(name) and os.path.realpath(folder) == here
        ]
        if jobs:
            subprocess.run(["scancel", *jobs], timeout=60)
        return jobs
    except subprocess.TimeoutExpired:
        return []


def clear(name: str, *temporary: str) -> None:
    """End the processes that a run has left, and remove its temporary folders."""
    end_processes(name)
    for folder in temporary:
        shutil.rmtree(folder, ignore_errors=True)


def end_processes(name: str) -> None:
    """End all processes of a run but the main one: ask them, and kill those that stay."""
    processes = [process for process in psutil.process_iter() if _is_of(process, name)]
    for end in (psutil.Process.terminate, psutil.Process.kill):
        for process in processes:
            with suppress(psutil.Error):
                end(process)
        deadline = time.time() + GRACE
        while time.time() < deadline and any(map(_is_at_work, processes)):
            time.sleep(0.05)
        processes = [process for process in processes if _is_at_work(process)]


def _is_at_work(process: psutil.Process) -> bool:
    # A process that has ended stays as a zombie until its parent, or the system, looks.
    with suppress(psutil.Error):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def _is_of(process: psutil.Process, name: str) -> bool:
    with suppress(psutil.Error, OSError):
        return process.pid != os.getpid() and process.environ().get(VARIABLE) == name
    return False


interrupted = False


def end_on_signals() -> None:
    """Let Ctrl-C, TERM and HUP end the run and all of its processes in one sentence.

    Needed again when Snakemake has set its own handler of TERM. Ignored signals stay so (nohup).
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(number, frame):
    global interrupted
    first, interrupted = not interrupted, True
    # What Snakemake says from now on is that jobs failed: they were ended.
    logging.getLogger("snakemake.logging").disabled = True
    sys.excepthook = lambda *error: None
    sys.unraisablehook = lambda error: None
    if first:
        with suppress(OSError):  # the terminal may be gone
            print(
                f"\nInterrupted ({signal.Signals(number).name}): the running jobs are ended, and"
                " nothing else is lost: the same command continues where it stopped.",
                file=sys.stderr,
                flush=True,
            )
    end_processes(os.environ[VARIABLE])
    if first:
        raise KeyboardInterrupt


# What the Slurm plugin says of each job without an account, for which it asks sacct in vain.
ACCOUNTS = ("No SLURM account given", "No account was given", "Unable to guess SLURM account")

# Why Slurm says that jobs ended: the last message of each, by rule and id.
ended: dict[tuple[str, str], str] = {}


class Sentences(logging.Filter):
    """Replaces Snakemake's messages about locks and disks by a sentence, which is said once.

    Keeps what is said about jobs that ended, for the last screen.
    """

    def __init__(self, others: list[Run]):
        super().__init__()
        self.others, self.said = others, set()

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if text.startswith(ACCOUNTS):
            return False
        said = vars(record)
        if "SLURM" in (message := str(said.get("rule_msg"))):
            ended[said["rule_name"], str(said["jobid"])] = message
        problem = disk_problem(Exception(text)) if record.levelno >= logging.WARNING else ""
        if "Directory cannot be locked" in text:
            problem = self.locked()
        if not problem:
            return True
        record.msg, record.args = f"ERROR: {os.getcwd()}: {problem}", ()
        new = problem not in self.said
        self.said.add(problem)
        return new

    def locked(self) -> str:
        """Who holds the lock."""
        if not self.others:
            return (
                "this folder is locked by a run that is not known here: if no run is active, remove"
                f" the lock with {UNLOCK}"
            )
        runs = "; ".join(map(str, self.others))
        fix = "wait until it has ended, or end it"
        if not all(run.is_here for run in self.others):
            fix += f"; if it is dead, remove its lock with {UNLOCK}"
        return f"another run is active here ({runs}): {fix}"


if __name__ == "__main__":
    # The guard of a run: its standard input closes when the run has ended.
    sys.stdin.read()
    clear(*sys.argv[1:])
