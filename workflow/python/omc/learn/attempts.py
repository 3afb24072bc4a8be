"""A job that was killed in every attempt gives up, and its splits fail (twin: attempts.R).

Otherwise one job that Slurm ends for its memory, its time or with its node would leave a whole run
without results.
"""

import os
import re
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path

from omc.core.records import remove

# The first attempt that does not train: `retries` of the Slurm profile lead up to it.
GIVE_UP = 4


@contextmanager
def noted(log: str, rule: str, resources):
    """Note that an attempt begins; the note stays only if the job is killed.

    log: path of the job's log, beside which the notes are; rule: its name, for the sentence;
    resources: attempt, mem_mb and runtime (minutes), as attributes. Yields the sentence for
    failures.csv if this attempt gives up, or an empty text.
    """
    notes, attempt = Path(log).with_suffix(".attempts"), resources.attempt
    if attempt == 1:
        remove(str(notes))
    earlier = notes.read_text().splitlines() if notes.exists() else []
    given = f"{resources.mem_mb} MB and {resources.runtime} minutes"
    with open(notes, "a") as file:
        file.write(f"{attempt}\t{given}\t{os.environ.get('SLURM_JOB_ID', '')}\n")
    try:
        yield _sentence(earlier, rule) if attempt >= GIVE_UP else ""
    finally:
        remove(str(notes))


def _sentence(notes: list[str], rule: str) -> str:
    """Why a job gives up; '' if an attempt ended by itself, which takes the notes away.

    The first attempt may be without a note: its node was lost before the script began.
    """
    # Slurm starts the job of a lost node again, in the same attempt: the last note of each counts.
    attempts = {line.split("\t")[0]: line.split("\t")[1:] for line in notes}
    if len(attempts) < GIVE_UP - 2 or list(attempts)[-1] != str(GIVE_UP - 1):
        return ""
    which = "each of" if len(attempts) == GIVE_UP - 1 else "the last"
    ends = "; ".join(f"with {given}: {_state(job)}" for given, job in attempts.values())
    return (
        f"its job was killed in {which} {len(attempts)} attempts ({ends}): give it more, for"
        f" example --set-resources {rule}:mem_mb=MB {rule}:runtime=MINUTES, or take the model out"
    )


# What a job is to Slurm if only its script was ended, as some clusters do.
UNSAID = ("FAILED", "RUNNING")


def _state(job: str) -> str:
    """How Slurm says that a job ended, such as TIMEOUT; `killed` if it does not say it."""
    asked = (
        (["scontrol", "show", "job", job], r"JobState=(\w+)"),
        (["sacct", "--allocations", "--noheader", "--format=State", f"--jobs={job}"], r"(\w+)"),
    )
    for command, state in asked if job else ():
        with suppress(OSError, subprocess.TimeoutExpired):
            told = subprocess.run(command, capture_output=True, text=True, timeout=60)
            if (found := re.search(state, told.stdout)) and found[1] not in UNSAID:
                return found[1]
    return "killed, often because it ran out of memory"
