"""Runs that are killed: the same command alone ends with the tables of an undisturbed run."""

import contextlib
import itertools
import os
import re
import signal
import subprocess
import sys
import time

import psutil
import pytest

from tests.end_to_end.conftest import Workflow
from tests.faults.conftest import tiny_study

pytestmark = pytest.mark.faults

SCRIPT = re.compile(r"\.snakemake/scripts/\w+\.(\w+\.(?:py|R))")

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
                # A shell lets what it starts in the background ignore Ctrl-C, and nohup HUP.
                preexec_fn=lambda: [
                    signal.signal(getattr(signal, n), signal.SIG_DFL) for n in SIGNALS
                ],
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

    def script(self, count):
        """Wait for the script that is started as number `count`; None if the run ends before."""
        seen = {}
        while self.process.is_running() and self.process.status() != psutil.STATUS_ZOMBIE:
            for child in self.children():
                with contextlib.suppress(psutil.Error):
                    name = SCRIPT.search(" ".join(child.cmdline()))
                    # A fork of a script is a split in training, which is a row if it is killed.
                    if child.name() != "bash" and name and child.ppid() not in seen:
                        seen.setdefault(child.pid, name[1])
                        if len(seen) == count:
                            self.stage = name[1]
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


def disturb(run, count, way, delay):
    """Kill at a script, by its number in this run; returns its name, None after the last."""
    with run:
        script = run.script(count)
        time.sleep(delay)
        if script:
            kill(run, script, way)
    assert "Traceback" not in run.text, run.text
    if script and way in SIGNALS and run.process.returncode:
        said = [line for line in run.text.splitlines() if "ERROR" in line or "Error" in line]
        assert not said and run.text.count(f"Interrupted ({way})") == 1, run.text
    return run.stage if script else None


def tables(run):
    """The tables of a run that do not hold times or paths of logs."""
    names = ("metrics", "estimates", "comparisons", "ranking", "findings", "tiny/predictions")
    return {name: run.path("results", f"{name}.csv").read_bytes() for name in names}


def kills_and_recovery(run, turn, undisturbed):
    """Kill again and again until nothing is left to do; returns the names of the killed scripts."""
    run.write(tiny_study(run.folder))
    turns = itertools.islice(zip(itertools.cycle(WAYS), itertools.cycle(DELAYS)), turn, None)
    killed = []
    for number, (way, delay) in enumerate(turns):
        stage = disturb(run, 1 + number % 3, way, delay)
        if stage is None:
            break
        killed.append(stage)
    with run:
        pass
    assert run.process.returncode == 0, run.text
    assert tables(run) == tables(undisturbed)
    assert not [*run.folder.rglob(".part-*"), *run.path("tmp").iterdir()]
    return killed


def forked(run):
    """Forked children of the run's training scripts, by the ending of the script."""
    found = {}
    for process in run.children():
        with contextlib.suppress(psutil.Error):
            line = process.cmdline()
            script = SCRIPT.search(" ".join(line))
            if script and script[1].startswith("train.") and process.parent().cmdline() == line:
                found[script[1]] = process
    return found


def test_a_killed_split_is_a_row_in_both_languages(root, tmp_path, finished, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(root))
    run = Disturbed(root, tmp_path)
    config = tiny_study(tmp_path)
    config["models"]["python"].append({"name": "slow", "estimator": "tests.misbehaving.Slow"})
    run.write(config | {"on_failure": "report"})
    killed, seen = set(), {}
    with run:
        while run.process.poll() is None:
            before, seen = seen, forked(run)
            # A fork that is about to start another program is gone at the next look.
            for script in seen.keys() & before.keys() - killed:
                if seen[script] == before[script]:
                    seen[script].kill()
                    killed.add(script)
            time.sleep(0.03)
    assert run.process.returncode == 0 and killed == {"train.py", "train.R"}, run.text
    failures = run.table("results", "failures.csv")[1]
    assert sorted(row["language"] for row in failures) == ["python", "r"]
    assert all("was killed" in row["message"] for row in failures), failures
    lost = {(row["model"], row["split"]) for row in failures}
    before, after = (
        [list(row.values()) for row in one.table("results", "tiny", "predictions.csv")[1]
         if (row["model"], row["split"]) not in lost and row["model"] != "slow"]
        for one in (finished[0], run)
    )  # fmt: skip
    assert after == before
    print(f"\nkilled splits: {len(failures)} rows, the others untouched byte for byte")


def test_many_kill_points(root, tmp_path, finished):
    killed = []
    for turn in range(6):
        killed += kills_and_recovery(Disturbed(root, tmp_path / f"turn{turn}"), turn, finished[0])
        print(f"\n{len(killed)} kills at {len(set(killed))} scripts: the same tables, 0 lost")
    assert len(killed) >= 45
