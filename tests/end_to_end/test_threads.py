"""A run never has more runnable threads than it has cores."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow

CORES = 2
# A thread counts when it is runnable in so many samples on end. One that only wakes is none: R's
# package cli has a clock that ticks five times a second, and a process hands over to its child.
SAMPLES = 3


def descendants(process):
    """Process ids below a process."""
    children = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            after = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(after[1]), []).append(int(stat.parent.name))
    result, waiting = [], [process]
    while waiting:
        below = children.get(waiting.pop(), [])
        result += below
        waiting += below
    return result


def runnable(process):
    """Ids of the threads of a process that run or want to."""
    result = set()
    for stat in Path(f"/proc/{process}/task").glob("*/stat"):
        try:
            if stat.read_text().rpartition(")")[2].split()[0] == "R":
                result.add(stat.parent.name)
        except OSError:
            continue
    return result


def test_threads_do_not_multiply(workflow, small, monkeypatch):
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    small["resampling"] = {"folds": 2, "repeats": 1, "inner_folds": 2}
    small["models"] = {
        "python": [
            {"name": "random_forest", "params": {"n_estimators": 50}, "cost": "cheap"},
            {"name": "asks_for_all", "estimator": "sklearn.ensemble.ExtraTreesClassifier",
             "params": {"n_jobs": -1, "n_estimators": 100}},
            {"name": "takes_them", "estimator": "tests.misbehaving.TakesThreads",
             "params": {"max_iter": 500}},
            "gradient_boosting",
        ],
        "r": [{"name": "ranger", "params": {"num.threads": 8}}, "gbm"],
    }  # fmt: skip
    run = workflow()
    config = run.write(small)
    command = [
        sys.executable, "-m", "snakemake", "--snakefile", run.root / "workflow" / "Snakefile",
        "--directory", run.folder, "--configfile", config, "--cores", CORES,
        "--", "results/failures.csv",
    ]  # fmt: skip
    with open(run.path("console.txt"), "w") as console:
        process = subprocess.Popen(
            [str(c) for c in command], cwd=run.folder, stdout=console, stderr=console
        )
        counts, streaks = [], {}
        while process.poll() is None:
            now = set().union(*(runnable(p) for p in descendants(process.pid)))
            streaks = {thread: streaks.get(thread, 0) + 1 for thread in now}
            counts.append(sum(streak >= SAMPLES for streak in streaks.values()))
            time.sleep(0.05)
    assert process.returncode == 0, run.path("console.txt").read_text()
    _, failures = run.table("results", "failures.csv")
    assert not failures
    # On a busy machine, Snakemake itself waits for a core at times.
    crowded = sum(count > CORES for count in counts)
    assert len(counts) > 200 and max(counts) >= 1 and crowded < len(counts) / 50, counts
