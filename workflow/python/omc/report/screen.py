"""The screen while a run is at work: a line per stage, in place of Snakemake's line per job.

Snakemake tells what it does by records of Python's logging (snakemake-interface-logger-plugins).
A filter of its handler for the screen reads them, and lets through what is no routine; the file in
.snakemake/log has all of them. A logger plugin could do the same, but would have to be installed,
or on PYTHONPATH, before Snakemake starts.
"""

import logging
import os
import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from omc.core import session
from omc.core.csv_files import read_csv
from omc.core.errors import some
from omc.core.logs import reason
from omc.core.names import NO_INNER_PREDICTIONS
from omc.report.console import errors_of
from omc.report.progress import AtWork, Job, Progress, clock, what

LAST, VERDICT = "report", "report_failures"
# In the environment of jobs: they must not write where lines are rewritten, but to their logs only.
VARIABLE = "OMC_SCREEN"
# Events of Snakemake that it does its work.
ROUTINE = ("run_info", "resources_info", "progress", "group_info", "shellcmd")
NOISE = re.compile(
    r"Building DAG|Using shell|Select jobs|Conda environments: ignored|Touching output|Group jobs:"
    r"|Singularity containers: ignored|Removing output files of failed job|Trying to restart job"
)
# That a script ended, whose log says why.
EXIT_STATUS = re.compile(r"CalledProcessError in file .*(non-zero exit status|died with)", re.S)
INTERRUPTION = 0.3  # seconds that Ctrl-C may need to reach this process after its jobs
# Where lines stay, seconds between two: at least, until the next line is due, and the share of the
# time so far after which it is due in a long run.
PAUSE, DUE, SHARE = 10, 60, 0.05


class Screen(logging.Filter):
    """Shows the progress of a run, and what fails in it.

    stream: where to; is_run: whether Snakemake runs jobs now, and does not only list them.
    """

    def __init__(self, stream, is_run: Callable[[], bool]):
        super().__init__()
        self.stream, self.is_run = stream, is_run
        self.in_place = stream.isatty() and os.environ.get("TERM") != "dumb"
        self.progress: Progress | None = None
        self.job_of: Callable[[str, dict], Job]
        self.quotes = False  # whether it tells what jobs cannot write here themselves
        # Outputs and logs of jobs at work, by id.
        self.files: dict[int, tuple[list[str], list[str]]] = {}
        # When stages began; None after their end.
        self.began: dict[str, float | None] = {}
        self.shown: list[str] = []  # lines that are rewritten
        self.said, self.tenth = time.time(), 0
        self.lock = threading.RLock()
        self.ended = threading.Event()

    def begin(
        self, progress: Progress, job_of: Callable[[str, dict], Job], elsewhere: bool = False
    ) -> None:
        """The run begins.

        job_of: a job by its rule and wildcards; elsewhere: jobs have other screens, on a cluster.
        """
        if self.in_place:
            os.environ[VARIABLE] = "1"
        self.quotes = self.in_place or elsewhere
        self.progress, self.job_of = progress, job_of
        self.say(progress.plan())
        threading.Thread(target=self._tick, daemon=True).start()

    def end(self) -> None:
        """The run has ended: say how far stages came that are not done."""
        with self.lock:
            self.ended.set()
            self._erase()
            for stage, began in self.began.items():
                # The last stage ends with the job that looks for failed models.
                if self.progress and began and stage != LAST:
                    self.say(self.progress.line(stage))

    def filter(self, record: logging.LogRecord) -> bool:
        """Read a record of Snakemake; whether Snakemake shall show it."""
        if not self.is_run():
            return True
        with self.lock:
            try:
                shown = self._is_shown(record)
            except Exception as error:
                # A run goes on without its screen.
                self.progress, shown = None, True
                self.say(f"no further progress is shown: {reason(error)}")
            if shown:
                self._erase()
            elif self.in_place:
                self._show()
            return shown

    def _is_shown(self, record: logging.LogRecord) -> bool:
        event, text = str(vars(record).get("event") or ""), record.getMessage()
        if event.startswith("job_"):
            return self.progress is None or not self._update(event, vars(record))
        noise = record.levelno < logging.WARNING and NOISE.match(text)
        return not (event in ROUTINE or noise or EXIT_STATUS.search(text))

    def say(self, text: str) -> None:
        """A line that stays."""
        with self.lock:
            self._erase()
            self._write(f"{time.strftime('%H:%M:%S')}  {text}\n")
            self.said = time.time()

    def _update(self, event: str, said: dict) -> bool:
        """Take in what Snakemake says of a job; whether that is enough for the screen."""
        progress, now = self.progress, time.time()
        assert progress
        if event == "job_info":
            number, job = said["jobid"], self.job_of(said["rule_name"], said["wildcards"])
            progress.start(number, job, said["rule_msg"] or job.rule, now)
            self.files[number] = said["output"], said["log"]
            self.began.setdefault(job.stage, now)
        elif event == "job_finished":
            number = said["job_id"]
            outputs, _ = self.files.pop(number, ([], []))
            work = progress.at_work.get(number)
            progress.end(number, now)
            if work:
                self._tell_lost_splits(work, outputs)
                self._tell_end(work.job.stage, now)
        elif event == "job_error":
            work = progress.at_work.get(said["jobid"])
            progress.end(said["jobid"], now, failed=True)
            time.sleep(INTERRUPTION)
            return session.interrupted or (work is not None and self._tell_error(work, said))
        return True

    def _tell_end(self, stage: str, now: float) -> None:
        assert self.progress
        began = self.began.get(stage)
        if began and self.progress.is_done(stage):
            self.began[stage] = None
            self.say(f"{self.progress.line(stage)} done in {clock(now - began)}")

    def _tell_lost_splits(self, work: AtWork, outputs: list[str]) -> None:
        """Tell of splits that a job could not train; the job itself has ended well."""
        for path in outputs if work.job.model else ():
            known = os.path.basename(path) == "failures.csv" and os.path.exists(path)
            rows = [row for row in read_csv(path) if costs_split(row)] if known else []
            if rows:
                splits = some(dict.fromkeys(row["split"] for row in rows), 3)
                message, log = rows[0]["message"], rows[0]["log"]
                self.say(f"FAILED: {what([work])} ({splits}): {message} (log: {log})")

    def _tell_error(self, work: AtWork, said: dict) -> bool:
        """Tell of a job that failed; whether its logs hold a sentence about it."""
        if work.job.rule == VERDICT:
            return True  # its failures are told already, and again on the last screen
        logs = [Path(path) for path in said["log"]]
        written = [log for log in logs if log.exists() and log.stat().st_mtime >= work.started - 1]
        sentences = [sentence for log in written for sentence in errors_of(log)]
        if not sentences:
            return False
        self.say(f"FAILED: {work.text} (log: {some(said['log'])})")
        if self.quotes:
            self._write("".join(f"{sentence}\n" for sentence in sentences))
        return True

    def _show(self) -> None:
        """Show how far the run is: always where it is rewritten, else if it is due."""
        progress, now = self.progress, time.time()
        if progress is None or self.ended.is_set() or session.interrupted:
            return
        total, lines = progress.total(now), [progress.line(stage) for stage in progress.active()]
        if self.in_place:
            width = self._width()
            self._rewrite([line[: width - 1] for line in [*lines, total]])
            return
        since, tenth = now - self.said, progress.tenth()
        due = since >= max(DUE, SHARE * (now - progress.began))
        if due or (tenth > self.tenth and since >= PAUSE):
            self.say(" | ".join([total, *lines]))
            self.tenth = tenth

    def _rewrite(self, lines: list[str]) -> None:
        if lines != self.shown:
            self._erase()
            self._write("".join(f"{line}\n" for line in lines))
            self.shown = lines

    def _tick(self) -> None:
        while not self.ended.wait(1):
            with self.lock:
                self._show()

    def _width(self) -> int:
        with suppress(OSError, ValueError):
            return os.get_terminal_size(self.stream.fileno()).columns or 80
        return 80

    def _erase(self) -> None:
        """Take away the lines that are rewritten; the cursor is below them."""
        if self.shown:
            self._write(f"\033[{len(self.shown)}F\033[J")
            self.shown = []

    def _write(self, text: str) -> None:
        with suppress(OSError, ValueError):  # the terminal may be gone
            self.stream.write(text)
            self.stream.flush()


def costs_split(row: dict) -> bool:
    """Whether a row of failures.csv costs its split, not only a candidate or inner predictions."""
    return row["stage"] != "tune" and not row["message"].startswith(NO_INNER_PREDICTIONS)


def attach(is_run: Callable[[], bool]) -> Screen | None:
    """Put a screen in place of what Snakemake writes; None if a logger plugin writes there."""
    for handler in logging.getLogger("snakemake.logging").handlers:
        if handler.name == "DefaultStreamHandler" and isinstance(handler, logging.StreamHandler):
            screen = Screen(handler.stream, is_run)
            handler.addFilter(screen)
            return screen
    return None
