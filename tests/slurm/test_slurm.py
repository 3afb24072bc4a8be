"""The command of the docs on a cluster of two nodes, one of which is lost in the middle."""

import csv
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from tests.slurm.cluster import Cluster, wait_until

pytestmark = pytest.mark.slurm

# It takes all memory that it gets: on the cluster its jobs are killed, here its splits are.
EATER = {
    "name": "eater",
    "estimator": "tests.misbehaving.Misbehaves",
    "params": {"how": "eats memory"},
}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    # A test that is ended, as by a time limit, ends the cluster too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="module")
def folder(root, tmp_path_factory):
    """A copy of the project with a small configuration, as a user has it."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("workflow", "config", "envs", "resources"):
        shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    config = yaml.safe_load((folder / "config" / "quick.yaml").read_text(encoding="utf-8"))
    config["resampling"] = {"folds": 2, "repeats": 1, "inner_folds": 3}
    config["models"] = {"python": ["dummy", "logistic_regression"], "r": ["glmnet"]}
    config["on_failure"] = "report"
    for run, more in {"cluster": {}, "here": {"memory_limit": 500}}.items():
        models = {**config["models"], "python": [*config["models"]["python"], {**EATER, **more}]}
        path = folder / "config" / f"{run}.yaml"
        path.write_text(yaml.safe_dump({**config, "run": run, "models": models}), "utf-8")
    # Before the model that no check can pass was added.
    path = folder / "config" / "checked.yaml"
    path.write_text(yaml.safe_dump({**config, "run": "cluster"}), encoding="utf-8")
    return folder


def command_of_docs(root: Path) -> list[str]:
    """How the docs start a run on Slurm, without conda, which is not here."""
    page = (root / "docs" / "clusters.md").read_text(encoding="utf-8")
    line = re.search(r"^snakemake .*profiles/slurm.*$", page, flags=re.M)[0]
    return [word for word in line.split() if word != "--use-conda"]


def environment(root: Path) -> dict:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(root), "TZ": "UTC"}


def table(path: Path) -> list[dict]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def run(root, cluster, folder):
    """The screen of a run on the cluster that has lost a node while it trained."""
    check = ["snakemake", "--cores", "2", "--configfile", "config/checked.yaml", "--", "check"]
    checked = subprocess.run(
        check, cwd=folder, env=environment(root), capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr
    command = [*command_of_docs(root), "--configfile", "config/cluster.yaml"]
    with open(folder / "screen", "w+", encoding="utf-8") as screen:
        process = subprocess.Popen(
            command, cwd=folder, env=environment(root), stdout=screen, stderr=screen
        )
        try:
            node = wait_for_training(cluster, process)
            cluster.kill_node(node)
            wait_until(lambda: cluster.states()[node].startswith("down"), f"node {node}", 90)
            cluster.start_node(node)
            process.wait(1200)
        finally:
            process.kill()
        screen.seek(0)
        text = screen.read()
    assert process.returncode == 0, text
    return text


def wait_for_training(cluster: Cluster, process: subprocess.Popen) -> str:
    """The node on which a job trains."""
    while process.poll() is None:
        for state, node, memory, limit, comment in cluster.jobs():
            if state == "RUNNING" and "train" in comment:
                # 800 of the script, and 300 of Snakemake's own processes.
                assert int(memory.removesuffix("M")) >= 1100
                # The check has seen the others, which take seconds.
                assert (limit == "10:00") == ("eater" not in comment), (limit, comment)
                return node
        time.sleep(0.5)
    raise AssertionError("the run ended before it trained")


def test_a_run_that_lost_a_node_gives_the_bytes_of_a_run_on_this_machine(root, run, folder):
    here = subprocess.run(
        ["snakemake", "--cores", "2", "--configfile", "config/here.yaml"],
        cwd=folder, env=environment(root), capture_output=True, text=True,
    )  # fmt: skip
    assert here.returncode == 0, here.stderr
    for name in ("metrics.csv", "estimates.csv", "comparisons.csv", "ranking.csv"):
        results = folder / "results"
        assert (results / "cluster" / name).read_bytes() == (results / "here" / name).read_bytes()


def test_a_job_that_was_killed_in_every_attempt_is_a_row_and_the_run_goes_on(run, folder):
    rows = table(folder / "results" / "cluster" / "failures.csv")
    assert {(row["language"], row["model"]) for row in rows} == {("python", "eater")}
    assert {row["split"] for row in rows} == {"r01f01", "r01f02", "final"}
    for row in rows:
        # The node that is lost may be the one of its first attempt, before that begins.
        ends = r"its job was killed in (each of 3|the last 2) attempts \(with "
        assert re.match(ends, row["message"])
        assert "--set-resources train_python_final:mem_mb=MB" in row["message"]
    assert "eater" in run
    assert (folder / "images" / "cluster" / "leukemia" / "model_comparison.png").exists()


def test_nothing_is_said_about_accounts_that_nobody_asked_for(run):
    assert "account" not in run.lower()
