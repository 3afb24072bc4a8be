"""Texts on the screen before and after a run."""

import json
import os
import re
from pathlib import Path

from omc.core.csv_files import read_csv

NO_MESSAGE = "ERROR: a job ended without a message: see the log of Snakemake in .snakemake/log"


def null_cost(jobs: list[tuple[str, str, str]], timing: str) -> str:
    """Expected cost of the permutation null.

    jobs: (dataset, language, model) of each training job on permuted outcomes; timing: path of the
    last run's timing.csv, which may not exist.
    """
    cpu_seconds = {}
    for row in read_csv(timing) if Path(timing).exists() else []:
        # Permutations have no split `final`.
        if row["split"] != "final":
            model = row["dataset"], row["language"], row["model"]
            cpu_seconds[model] = cpu_seconds.get(model, 0) + float(row["cpu_seconds"])
    timed_jobs = [job for job in jobs if job in cpu_seconds]
    text = f"Permutation null: {len(jobs)} training jobs on permuted outcomes, "
    if not timed_jobs:
        return text + "each at the cost of all cross-validation splits of its model"
    minutes = sum(cpu_seconds[job] for job in timed_jobs) / 60
    text += f"about {minutes:.1f} CPU-minutes according to {timing}"
    unknown = len(jobs) - len(timed_jobs)
    return text + (f" and {unknown} for models that are not in it" if unknown else "")


def usable_cores() -> int:
    """Number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def whole_machine(cores: int, usable: int) -> str:
    """A warning if a run takes all cores of a machine that is large enough to be shared, or ''."""
    if usable <= 4 or cores < usable:
        return ""
    return (
        f"This run takes all {usable} cores of this machine: if others use it too, give it fewer:"
        f" make run CORES={usable // 2}, or snakemake --cores {usable // 2}"
    )


def closing_text(results: str, began: float, failed: bool, ended=()) -> str:
    """The summary if there is one, and the errors of a failed run; after a check, its result.

    results: folder of the run; began: start of the run, in seconds since the epoch; ended: rule and
    message of each job that an executor has ended.
    """
    wrong = []
    if failed:
        told = [*errors(results, began), *(job_error(*job) for job in ended)]
        wrong = ["", "What went wrong:", *(dict.fromkeys(told) or [NO_MESSAGE])]
    checked = Path(results, "logs", "check.log")
    if checked.exists() and checked.stat().st_mtime >= began:
        return "\n".join([*wrong, "", checked.read_text(encoding="utf-8")])
    summary = Path(results, "summary.md")
    if summary.exists() and (not failed or summary.stat().st_mtime >= began):
        answer = without_tables(summary.read_text(encoding="utf-8")).rstrip()
        manifest = Path(results, "manifest.json")
        if manifest.exists():
            answer += f"\n{software(json.loads(manifest.read_text(encoding='utf-8')))}"
        return "\n".join(["", answer, *wrong])
    return "\n".join(wrong)


def software(manifest: dict) -> str:
    """Where R and Python came from, as colleagues may have other versions."""
    found, of_run = manifest["versions"], manifest["workflow"]
    way = of_run.get("deployment", "native")
    text = f"R {found['r']['r']} and Python {found['python']['python']}"
    if way == "native":
        return f"{text} from this machine; the versions from conda (DEPLOY=conda) may differ."
    return f"{text} from {way}."


# States of Slurm that a larger share of the machine may prevent, and what it is a share of.
LIMITS = {"OUT_OF_MEMORY": "mem_mb=MB", "TIMEOUT": "runtime=MINUTES"}


def job_error(rule: str, message: str) -> str:
    """The sentence for a job that an executor has ended, with the fix if it names a limit."""
    fixes = [f"{rule}:{limit}" for state, limit in LIMITS.items() if state in message]
    fix = f" Give it more: --set-resources {' '.join(fixes)}" if fixes else ""
    return f"ERROR: rule {rule}: {' '.join(message.split())}{fix}"


def without_tables(text: str) -> str:
    """Markdown without its tables, which do not fit on a screen."""
    lines = (line for line in text.splitlines() if not line.startswith("|"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def errors(results: str, began: float) -> list[str]:
    """Error sentences of this run's logs, and of jobs that were killed, oldest log first."""
    logs = [log for log in Path(results, "logs").rglob("*.log") if log.stat().st_mtime >= began]
    logs.sort(key=lambda log: log.stat().st_mtime)
    return list(dict.fromkeys(line for log in logs for line in errors_of(log)))


def errors_of(log: Path) -> list[str]:
    """Lines of a log that begin with ERROR; a sentence if its script was killed before its end."""
    if log.name == "check.log":
        return []
    with open(log, encoding="utf-8", errors="replace") as file:
        lines = file.read().splitlines()
    found = [line for line in lines if line.startswith("ERROR: ")]
    # The last line of a script that came to its end: see `core.logs.usage`.
    if found or any(line.startswith("used ") for line in lines[-1:]):
        return found
    return [
        f"ERROR: {log}: its job was killed before its end (often because it ran out of memory),"
        " or the disk is full: the same command runs it again"
    ]
