"""Runs that are killed: the same command alone ends with the tables of an undisturbed run."""

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from tests.end_to_end.conftest import Workflow
from tests.faults.conftest import tiny_study

pytestmark = pytest.mark.faults

# Scripts of all stages and both languages, in the order in which Snakemake can start them.
STAGES = [
    *("import_dataset.py", "make_splits.py", "preprocess.py", "check_data.py"),
    *("validate_models.R", "train.py", "train.R", "join_predictions.py", "score.py"),
    *("compare_models.py", "pick_models.py", "permute.R", "write_findings.py", "draw_figures.R"),
    "summarise.py",
]
SIGNALS = "SIGINT", "SIGTERM", "SIGHUP"
WAYS = ["script", "snakemake", "everything", *SIGNALS]
DELAYS = 0, 0.3, 1


class Disturbed(Workflow):
    """A run in a process of its own, of which something is killed."""

    def __enter__(self):
        self.path("tmp").mkdir(exist_ok=True)
        snakefile = self.root / "workflow" / "Snakefile"
        options = ["--cores", "2", "--quiet", "--snakefile", snakefile, "--configfile"]
        with self.path("output.txt").open("wb") as output:
            self.process = psutil.Popen(
                [sys.executable, "-m", "snakemake", *map(str, options), "config.yaml"],
                cwd=self.folder,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "TZ": "UTC", "TMPDIR": str(self.path("tmp"))},
                # A shell lets what it starts in the background ignore Ctrl-C.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )
        return self

    def __exit__(self, *error):
        self.process.wait(900)
        self.text = self.path("output.txt").read_text(encoding="utf-8")
        # The guard ends what is left.
        for _ in range(100):
            left = [p for p in psutil.process_iter() if self.is_of(p)]
            if not left:
                return
            time.sleep(0.1)
        raise AssertionError(f"left behind: {left}")

    def is_of(self, process):
        with contextlib.suppress(psutil.Error):
            return process.cwd() == str(self.folder) and process.pid != self.process.pid
        return False

    def children(self):
        with contextlib.suppress(psutil.Error):
            return self.process.children(recursive=True)
        return []

    def script(self, name):
        """Wait for a script; returns its process, or None if the run ends without it."""
        while self.process.is_running() and self.process.status() != psutil.STATUS_ZOMBIE:
            for child in self.children():
                with contextlib.suppress(psutil.Error):
                    words = child.cmdline()
                    if child.name() != "bash" and any(w.endswith(f".{name}") for w in words):
                        return child
            time.sleep(0.02)
        return None


def kill(run, script, way):
    """Kill the script, Snakemake alone or everything with SIGKILL, or interrupt Snakemake."""
    ways = {
        "script": [script],
        "snakemake": [run.process],
        "everything": [run.process, *run.children()],
    }
    for process in ways.get(way, [run.process]):
        with contextlib.suppress(psutil.Error):
            process.send_signal(getattr(signal, way, signal.SIGKILL))


def disturb(run, stage, way, delay):
    """Run until a stage and kill there; whether the stage was met."""
    with run:
        script = run.script(stage)
        time.sleep(delay)
        if script:
            kill(run, script, way)
    assert "Traceback" not in run.text, run.text
    if script and way in SIGNALS:
        said = [line for line in run.text.splitlines() if "ERROR" in line or "Error" in line]
        assert not said and run.text.count(f"Interrupted ({way})") == 1, run.text
    return script is not None


def tables(run):
    """The tables of a run that do not hold times or paths of logs."""
    names = ("metrics", "estimates", "comparisons", "ranking", "findings", "tiny/predictions")
    return {name: run.path("results", f"{name}.csv").read_bytes() for name in names}


def kills_and_recovery(run, points, undisturbed):
    """Kill at each point in turn, then run to the end; returns how many points were met."""
    run.write(tiny_study(run.folder))
    met = sum([disturb(run, *point) for point in points])
    with run:
        pass
    assert run.process.returncode == 0, run.text
    assert tables(run) == tables(undisturbed)
    assert not [*run.folder.rglob(".part-*"), *run.path("tmp").iterdir()]
    return met


def test_many_kill_points(root, tmp_path, finished):
    tried = met = 0
    for turn in range(4):
        ways = itertools.islice(itertools.cycle(WAYS), turn, None)
        delays = itertools.islice(itertools.cycle(DELAYS), turn, None)
        points = list(zip(STAGES, ways, delays, strict=False))
        run = Disturbed(root, tmp_path / f"turn{turn}")
        met += kills_and_recovery(run, points, finished[0])
        tried += len(points)
    print(f"\n{met} of {tried} kills: the same command ended with the same tables, 0 lost")
    assert met >= 45
