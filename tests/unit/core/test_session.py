"""What becomes of a run's processes, folders and locks when it ends, and what the next one says."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

# A main process with a child, which may ignore the request to end, as some models do.
MAIN = """
import logging, signal, subprocess, sys, tempfile
# Ignored signals, as those of nohup, stay ignored.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from omc.core import session
print([str(run) for run in session.begin("results", tempfile.mkdtemp())], flush=True)
logger = logging.getLogger("snakemake.logging")
logger.addHandler(logging.StreamHandler(sys.stderr))
if "locked" in sys.argv:
    logger.error("LockException: Directory cannot be locked. Please make sure")
    sys.exit(1)
child = "import signal, time; time.sleep(60)"
if "stubborn" in sys.argv:
    child = child.replace(";", "; signal.signal(signal.SIGTERM, signal.SIG_IGN);")
process = subprocess.Popen([sys.executable, "-c", child])
if "ends" not in sys.argv:
    try:
        print(process.pid, tempfile.gettempdir(), flush=True)
        process.wait()
    except KeyboardInterrupt:
        logger.error("Error in rule train_r")
        sys.exit(1)
"""


@pytest.fixture
def start(tmp_path):
    (tmp_path / "tmp").mkdir()

    def main(*arguments):
        environment = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
        return subprocess.Popen(
            [sys.executable, "-c", MAIN, *arguments],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment | {"PYTHONPATH": os.pathsep.join(sys.path)},
            # A shell lets what it starts in the background ignore Ctrl-C.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    return main


def child_of(process):
    """(others, child, temporary folder) that a main process has told."""
    others = process.stdout.readline()
    pid, temporary = process.stdout.readline().split()
    return others, psutil.Process(int(pid)), temporary


def gone(tmp_path, child):
    """Wait until a child and the temporary folders are gone."""
    for _ in range(100):
        with contextlib.suppress(psutil.Error):
            if child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
                time.sleep(0.1)
                continue
        if not list((tmp_path / "tmp").iterdir()):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all_processes_in_one_sentence(start, tmp_path, number):
    main = start()
    _, child, temporary = child_of(main)
    assert temporary.startswith(str(tmp_path / "tmp" / "omc-"))
    main.send_signal(number)
    _, said = main.communicate(timeout=20)
    assert said.count("\n") == 2, said
    line = said.split("\n")[1]
    assert line.startswith(f"Interrupted ({number.name}): ") and main.returncode == 1
    assert gone(tmp_path, child)
    assert not list(tmp_path.glob(".snakemake/running/*"))


def test_a_killed_run_takes_its_processes_and_the_next_clears_its_lock(start, tmp_path):
    main = start("stubborn")
    _, child, _ = child_of(main)
    locks = tmp_path / ".snakemake" / "locks"
    locks.mkdir()
    (locks / "0.output.lock").write_text("results/metrics.csv\n")
    (tmp_path / "results" / ".part-metrics.csv").touch()
    main.kill()
    main.communicate()
    assert gone(tmp_path, child)
    said = start("ends", "-n").communicate()[1]
    assert said.startswith("An earlier run was killed (process ") and said.count("\n") == 1
    # A look removes no more than the lock.
    assert not locks.exists() and (tmp_path / "results" / ".part-metrics.csv").exists()
    assert start("ends").communicate()[1] == ""
    assert not locks.exists() and not list((tmp_path / "results").iterdir())
    assert start("ends").communicate()[1] == ""


def test_the_jobs_that_a_killed_run_left_on_a_cluster_are_cancelled(start, tmp_path, monkeypatch):
    run = "146de2b9-fea3-42cf-9371-ba05ec89710f"
    jobs = [f"7|{run}|{tmp_path}", f"8|{run}|/elsewhere", f"9|an analysis|{tmp_path}"]
    for command, does in {
        "squeue": "\n".join(f"echo '{job}'" for job in jobs),
        "scancel": f"echo $* > {tmp_path}/cancelled",
    }.items():
        path = tmp_path / "bin" / command
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{does}\n")
        path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{path.parent}:{os.environ['PATH']}")
    main = start()
    child_of(main)
    main.kill()
    main.communicate()
    assert start("ends", "--dry-run").communicate()[1] == ""
    assert not (tmp_path / "cancelled").exists()
    assert start("ends").communicate()[1] == "Its jobs on the cluster are cancelled: 7.\n"
    assert (tmp_path / "cancelled").read_text() == "7\n"


def test_the_lock_of_a_living_run_stays_and_the_second_says_who_runs(start, tmp_path):
    first = start()
    child_of(first)
    lock = tmp_path / ".snakemake" / "locks" / "0.output.lock"
    lock.parent.mkdir()
    lock.touch()
    others, said = start("locked").communicate()
    assert f"process {first.pid} on " in others and lock.exists()
    assert said.startswith(
        f"ERROR: {tmp_path}: another run is active here (process {first.pid} on "
    )
    first.kill()
    first.communicate()


def test_a_run_of_another_machine_is_never_taken_for_dead(start, tmp_path):
    folder = tmp_path / ".snakemake" / "running"
    folder.mkdir(parents=True)
    run = {"host": "node7", "pid": 1, "started": 0, "results": "results", "temporary": []}
    (folder / "node7-1-0.json").write_text(json.dumps(run))
    lock = tmp_path / ".snakemake" / "locks" / "0.output.lock"
    lock.parent.mkdir()
    lock.touch()
    _, said = start("locked").communicate()
    assert "process 1 on node7" in said and "--unlock" in said and lock.exists()
    start("locked", "--unlock").communicate()
    assert not list(folder.iterdir())


@pytest.mark.parametrize("path", [".snakemake", "results"])
def test_a_folder_that_cannot_be_made_is_a_sentence(start, tmp_path, path):
    (tmp_path / path).write_text("a file stands here")
    main = start("ends")
    assert f"UserError: {tmp_path}: " in main.communicate()[1] and main.returncode == 1


def test_a_lock_of_unknown_origin_is_not_cleared(start, tmp_path):
    lock = tmp_path / ".snakemake" / "locks" / "0.output.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    said = start("locked").communicate()[1]
    assert said.startswith(f"ERROR: {tmp_path}: this folder is locked") and "--unlock" in said
    assert said.count("\n") == 1 and lock.exists()
