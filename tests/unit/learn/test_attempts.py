"""A job that was killed in every attempt says so, in both languages alike."""

import os
import subprocess
from types import SimpleNamespace

import pytest

from omc.learn.attempts import noted

SLURM = {
    "11": "OUT_OF_MEMORY",
    "12": "TIMEOUT",
    "13": "FAILED",
}
SENTENCE = (
    "its job was killed in each of 3 attempts (with 500 MB and 60 minutes: OUT_OF_MEMORY;"
    " with 1000 MB and 120 minutes: TIMEOUT; with 1500 MB and 180 minutes: killed, often because"
    " it ran out of memory): give it more, for example --set-resources train_r:mem_mb=MB"
    " train_r:runtime=MINUTES, or take the model out"
)


def attempt_in_python(log, number, killed):
    resources = SimpleNamespace(attempt=number, mem_mb=500 * number, runtime=60 * number)
    with noted(str(log), "train_r", resources) as sentence:
        kept = log.with_suffix(".attempts").read_text()
    if killed:
        log.with_suffix(".attempts").write_text(kept)
    return sentence


def attempt_in_r(root, log, number, killed):
    end = "cat(killed); quit()" if killed else "cat(killed)"
    code = f"""
        source("workflow/R/use.R"); use("attempts")
        resources <- list(attempt = {number}, mem_mb = {500 * number}, runtime = {60 * number})
        noted("{log}", "train_r", resources, function(killed) {{ {end} }})
    """
    return subprocess.run(
        ["Rscript", "--vanilla", "-e", code], cwd=root, check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture(params=["python", "r"])
def attempt(request, root, tmp_path, monkeypatch):
    """Run attempt `number` in Slurm's job 10 + number; returns the sentence."""
    scontrol = tmp_path / "bin" / "scontrol"
    scontrol.parent.mkdir()
    cases = "\n".join(
        f"{job}) echo '   JobState={state} Reason=None' ;;" for job, state in SLURM.items()
    )
    scontrol.write_text(f"#!/bin/sh\ncase $3 in\n{cases}\nesac\n")
    scontrol.chmod(0o755)
    monkeypatch.setenv("PATH", f"{scontrol.parent}:{os.environ['PATH']}")
    log = tmp_path / "1of1.log"

    def run(number, killed=True):
        monkeypatch.setenv("SLURM_JOB_ID", str(10 + number))
        if request.param == "python":
            return attempt_in_python(log, number, killed)
        return attempt_in_r(root, log, number, killed)

    return run


def test_the_fourth_attempt_gives_up_and_says_how_the_others_ended(attempt):
    assert [attempt(number) for number in (1, 2, 3)] == [""] * 3
    assert attempt(4, killed=False) == SENTENCE


def test_a_node_may_be_lost_before_the_first_note(attempt):
    assert [attempt(number) for number in (2, 3)] == [""] * 2
    said = attempt(4, killed=False)
    assert said.startswith(
        "its job was killed in the last 2 attempts (with 1000 MB and 120 minutes"
    )


def test_an_attempt_that_ended_by_itself_does_not_count(attempt):
    attempt(1)
    attempt(2, killed=False)
    attempt(3)
    assert attempt(4, killed=False) == ""


def test_the_first_attempt_forgets_those_of_an_earlier_run(attempt):
    for number in (1, 2, 3, 1, 2):
        attempt(number)
    assert attempt(4, killed=False) == ""
