"""The opening of every script: its log, and checked files (twin: logs.R)."""

import gc
import os
import resource
import signal
import sys
import time
import traceback
from contextlib import contextmanager, suppress

from omc.core.errors import UserError, disk_problem
from omc.core.records import check, partial_path, publish, remove


@contextmanager
def logged(job):
    """Run a script's body: `job` is the object `snakemake` of the script.

    Standard output and error of this process and its children go to the job's log. Inputs of which
    an earlier step has recorded the checksum are checked first. The body writes to partial files,
    which become the job's outputs when it is done.

    A UserError ends the script with status 1 and its sentence in the log and on the console; any
    other error leaves its traceback in the log and one sentence that names the log on the console.
    The log ends with what the script used, and when it was at work.
    """
    # Imports create no garbage, but searching for it takes a tenth of the start-up time.
    gc.set_threshold(100_000, 20, 100)
    # An interrupted script ends without a word, and Snakemake says why.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    path = job.log[0]
    console = os.dup(2)
    with open(path, "w", encoding="utf-8", buffering=1) as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        try:
            check(job.input)
            with _outputs(job.output):
                yield
        except UserError as error:
            _end(console, "\n".join(f"ERROR: {line}" for line in str(error).splitlines()))
        except Exception as error:
            problem = disk_problem(error)
            if not problem:
                traceback.print_exc()
                problem = f"{type(error).__name__}: {one_line(error)} (traceback: {path})"
            _end(console, f"ERROR: {problem}")
        finally:
            with suppress(OSError):  # a full disk
                print(usage(job))


@contextmanager
def _outputs(paths):
    """Let `paths`, a Namedlist of Snakemake, be those of partial files until the body is done."""
    finals = list(paths)
    paths[:] = [partial_path(path) for path in finals]
    paths._take_names(list(paths._get_names()))
    for path in paths:
        remove(path)
    try:
        yield
        for path in finals:
            publish(path)
    finally:
        for path in paths:
            remove(path)


def usage(job) -> str:
    """What this process and its children have used, and when: the last line of every log.

    job: see `logged`; report/efficiency.py reads the line. Times count from the start of the run,
    whose name and cores are in the environment (core/session.py); without them there are none.
    """
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(u.ru_utime + u.ru_stime for u in used)
    text = f"used {cpu:.2f} CPU s, at most {max(u.ru_maxrss for u in used) / 1024:.0f} MB"
    run, cores = os.environ.get("OMC_RUN"), os.environ.get("OMC_CORES")
    if not run:
        return text
    began = float(run.rpartition("-")[2])
    end = time.time() - began
    stage = os.path.basename(job.scriptdir)
    return (
        f"{text}, for {stage}/{job.rule} from {end - since_start():.2f} to {end:.2f} s of the run"
        f" of {start_of_run(began)}" + (f", cores: {cores}" if cores else "")
    )


def start_of_run(began: float) -> str:
    """What a run is called by: its start, here in seconds since the epoch, as UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(began))


def since_start() -> float:
    """Wall seconds since this process began."""
    with open("/proc/self/stat") as file:
        began = int(file.read().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - began


# Characters that are kept of an error's message of more than twice as many.
LONGEST = 1000


def one_line(error) -> str:
    """The message of an error on one line of printable characters, for a sentence or a CSV cell.

    A long one is cut.
    """
    try:
        text = str(error)
    except Exception:
        # A foreign error may fail even here.
        text = ""
    cut = ""
    if len(text) > 2 * LONGEST:
        text, cut = text[:LONGEST], f" … (cut: it has {len(text)} characters)"
    printable = (c if c.isprintable() else " " for c in text)
    return (" ".join("".join(printable).split()) or type(error).__name__) + cut


def reason(error: BaseException) -> str:
    """`one_line`, after the type of an error that is not a UserError."""
    kind = "" if isinstance(error, UserError) else f"{type(error).__name__}: "
    return kind + one_line(error)


def _end(console: int, text: str):
    written = False
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)
        written = True
    # On a terminal report/screen.py reads it in the log.
    if not (written and os.environ.get("OMC_SCREEN")):
        os.write(console, (text + "\n").encode())
    raise SystemExit(1)
