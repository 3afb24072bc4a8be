"""What a run cost and gained: when each job was at work, and what its CPU time went into.

All is read from the last line of each job's log (core/logs.py) and from the timing.csv of training
jobs. A log is of the last time that its job ran. So where a run was interrupted and continued, or a
model was added, the jobs are those of several runs, and each run is described by itself.
"""

import os
import re
import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from omc.core.csv_files import number, read_csv
from omc.core.logs import start_of_run

USED = re.compile(
    r"used (?P<cpu>[\d.]+) CPU s.*, for (?P<stage>\w+)/(?P<rule>\w+) from (?P<start>-?[\d.]+)"
    r" to (?P<end>[\d.]+) s of the run of (?P<run>\S+?)(, cores: (?P<cores>\d+))?\s*$"
)
# Of jobs that shuffle features, which fit models again.
SHUFFLED = re.compile(r"^fitted and predicted in ([\d.]+) CPU s", re.M)
# What a run is for.
MODELS = ("tune", "fit", "predict")
# Kinds of CPU time by stage: of training jobs as in timing.csv, of others the folder of the script.
STAGES = {"load": "read", "data": "read", "learn": "prepare", "evaluate": "statistics"}
KINDS = (
    *MODELS, "startup", "read", "prepare", "statistics", "figures", "report", "rest", "snakemake"
)  # fmt: skip
# They cannot measure themselves.
OWN = ("efficiency", "draw_efficiency")


@dataclass
class Job:
    """A job: its log without folder and ending, and what its CPU seconds went into.

    start, end: seconds since its run began; lane: row of the figure, one for each job at a time.
    """

    name: str
    rule: str
    run: str
    cores: int
    start: float
    end: float
    kinds: dict[str, float]
    lane: int = 0

    @property
    def cpu(self) -> float:
        return sum(self.kinds.values())

    @property
    def wall(self) -> float:
        return self.end - self.start

    @property
    def kind(self) -> str:
        """Training, where models are fitted again too, or the kind of most of its CPU time."""
        most = max(self.kinds, key=lambda kind: self.kinds[kind])
        trains = self.rule.startswith(("train_", "tune_")) or most in MODELS
        return "train" if trains else most


def logs(results: Path, datasets: Iterable[str], trained: Iterable[str]) -> dict[Path, Path | None]:
    """The logs of a run, each with its timing.csv, if it has one.

    trained: paths of the timing.csv of all training and tuning jobs; logs of other models and
    batches were left by earlier configurations.
    """
    folder = results / "logs"
    timed = {}
    for path in map(Path, trained):
        batch = path.parent.relative_to(results)
        if batch.parent.name == "tune":
            batch = batch.parents[1].with_name(f"{batch.parents[1].name}-tune-{batch.name}")
        timed[folder / f"{batch}.log"] = path
    others = [*folder.glob("*.log"), *folder.glob("validation/models_*.log")]
    for dataset in datasets:
        for log in (folder / dataset).rglob("*.log"):
            parts = log.relative_to(folder / dataset).parts
            if not (parts[0] in ("python", "r") and len(parts) > 2):
                others.append(log)
    return dict.fromkeys(sorted(others)) | timed


def read_jobs(results: Path, datasets: Iterable[str], trained: Iterable[str]) -> list[Job]:
    """All jobs whose log says when they were at work, by run and start, in their lanes."""
    jobs = []
    for log, timing in logs(results, datasets, trained).items():
        text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        used = USED.match(text.rstrip().rpartition("\n")[2])
        if used and used["rule"] not in OWN:
            name = str(log.relative_to(results / "logs").with_suffix(""))
            kinds = _kinds(text, used, timing)
            span = float(used["start"]), float(used["end"])
            jobs.append(Job(name, used["rule"], used["run"], int(used["cores"] or 0), *span, kinds))
    jobs.sort(key=lambda job: (job.run, job.start))
    for run in dict.fromkeys(job.run for job in jobs):
        _set_lanes([job for job in jobs if job.run == run])
    return jobs


def _kinds(text: str, used: re.Match, timing: Path | None) -> dict[str, float]:
    """CPU seconds of a job by kind."""
    cpu, stage = float(used["cpu"]), used["stage"]
    kinds: dict[str, float] = {}
    if timing and timing.exists():
        for row in read_csv(str(timing)):
            kind = STAGES.get(row["stage"], row["stage"])
            kinds[kind] = kinds.get(kind, 0) + float(row["cpu_seconds"])
        other = "rest"
    elif used["rule"].startswith("train_"):
        # Of permuted outcomes, whose timing is not kept.
        other = "fit"
    else:
        other = STAGES.get(stage, stage)
        if shuffled := SHUFFLED.findall(text):
            other, kinds["fit"] = "statistics", sum(map(float, shuffled))
    kinds[other] = max(0.0, cpu - sum(kinds.values()))
    return kinds


def _set_lanes(jobs: list[Job]) -> None:
    """Give each job, in the order of their starts, the first lane that is free."""
    ends: list[float] = []
    for job in jobs:
        free = next((lane for lane, end in enumerate(ends) if end <= job.start), len(ends))
        ends[free : free + 1] = [job.end]
        job.lane = free + 1


def snakemake_seconds() -> tuple[str, float]:
    """The run that this job is of, and the CPU seconds of its main process so far.

    ("", 0) on another machine.
    """
    host, pid, began = ["", "", "", *os.environ.get("OMC_RUN", "").rsplit("-", 2)][-3:]
    with suppress(OSError, ValueError, IndexError):
        if host == socket.gethostname():
            fields = Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()
            ticks = sum(map(int, fields[11:13]))
            return start_of_run(float(began)), ticks / os.sysconf("SC_CLK_TCK")
    return "", 0.0


def measures(jobs: list[Job], snakemake: float = 0.0) -> dict[str, float]:
    """The measures of one run; snakemake: CPU seconds of its main process, 0 if unknown."""
    cores = max(job.cores for job in jobs) or max(job.lane for job in jobs)
    wall, longest = max(job.end for job in jobs), max(job.wall for job in jobs)
    kinds = dict.fromkeys(KINDS, 0.0) | {"snakemake": snakemake}
    for job in jobs:
        for kind, seconds in job.kinds.items():
            kinds[kind] = kinds.get(kind, 0) + seconds
    cpu, at_work = sum(kinds.values()), sum(job.wall for job in jobs)
    bound = max(sum(job.cpu for job in jobs) / cores, longest)
    return {
        "jobs": len(jobs),
        "cores": cores,
        "wall_seconds": wall,
        "cpu_seconds": cpu,
        "busy_share": at_work / (cores * wall),
        "model_share": sum(kinds[kind] for kind in MODELS) / cpu,
        "speed_up": cpu / wall,
        "speed_up_bound": cpu / longest,
        "wall_over_bound": wall / bound,
        **{f"cpu_{kind}": seconds for kind, seconds in kinds.items()},
    }


def efficiency_rows(jobs: list[Job], snakemake: tuple[str, float]) -> list[list]:
    """Rows of efficiency.csv; snakemake: see `snakemake_seconds`."""
    runs: dict[str, list[Job]] = {}
    for job in jobs:
        runs.setdefault(job.run, []).append(job)
    return [
        [run, measure, number(round(value, 4))]
        for run, of_run in runs.items()
        for measure, value in measures(of_run, dict([snakemake]).get(run, 0.0)).items()
    ]


def job_rows(jobs: list[Job]) -> list[list]:
    """Rows of jobs.csv."""
    return [
        [
            job.run, job.name, job.rule, job.kind, job.lane, f"{job.start:.2f}", f"{job.end:.2f}",
            f"{job.cpu:.2f}", f"{sum(job.kinds.get(kind, 0) for kind in MODELS):.2f}",
        ]
        for job in jobs
    ]  # fmt: skip
