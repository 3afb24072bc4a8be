"""How far a run is: its stages, what each works on now, and the time that is left."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePath

from omc.core.errors import some
from omc.report.forecast import duration

# Stages in the order of a run, and the folders of the scripts that belong to them.
STAGES = {
    "prepare": ("data", "learn"),
    "train": (),
    "null": (),
    "evaluate": ("evaluate",),
    "figures": ("figures",),
    "report": ("report",),
}
# Rules that train models; those on permuted outcomes end with `_null`.
TRAINS = re.compile(r"(?:train|tune)_(python|r)(_final|_null)?$")
# Rules of scripts in learn/ that wait for trained models, or belong to permuted outcomes.
LATER = {"permute_python": "evaluate", "permute_r": "evaluate", "permute_labels": "null"}
# Seconds of a step of which nothing is known.
STEP = 4.0
# Limits of how much slower or faster than expected jobs may seem.
SLOWEST, FASTEST = 4.0, 0.25
SHOWN = 3  # models or steps at work that are named


@dataclass(frozen=True)
class Job:
    """A kind of job; model: (dataset, language, model) if it trains one."""

    rule: str
    stage: str
    model: tuple[str, str, str] | None = None

    @property
    def name(self) -> tuple | str:
        """What jobs that take alike long have in common."""
        return self.model or self.rule


def job_of(rule: str, script: str | None, wildcards: dict) -> Job:
    """A job by its rule, the path of its script (None without one) and its wildcards."""
    if found := TRAINS.search(rule):
        model = wildcards["dataset"], found[1], wildcards["model"]
        return Job(rule, "null" if found[2] == "_null" else "train", model)
    folder = PurePath(script or "").parent.name
    stages = [stage for stage, folders in STAGES.items() if folder in folders]
    return Job(rule, LATER.get(rule) or (stages or ["report"])[0])


def seconds_of_jobs(forecast: list[dict], timing: list[dict], jobs: list[dict]) -> dict:
    """Expected seconds of a job, by (dataset, language, model), and by the rule of other jobs.

    forecast: rows of forecast.csv; timing, jobs: rows of an earlier run's timing.csv, for models
    that have no forecast, and of its jobs.csv.
    """
    spent: dict = defaultdict(float)
    number: Counter = Counter()
    for row in timing:
        spent[_model(row)] += float(row["cpu_seconds"])
        number[_model(row)] += row["stage"] == "startup"
    for row in jobs:
        spent[row["rule"]] += float(row["end_seconds"]) - float(row["start_seconds"])
        number[row["rule"]] += 1
    seconds = {name: spent[name] / max(number[name], 1) for name in spent}
    return seconds | {_model(row): float(row["cpu_seconds"]) / int(row["jobs"]) for row in forecast}


def _model(row: dict) -> tuple[str, str, str]:
    return row["dataset"], row["language"], row["model"]


@dataclass
class AtWork:
    """A job that is at work; text: what it does; started: seconds since the epoch."""

    job: Job
    text: str
    started: float


@dataclass
class Progress:
    """The jobs of a run; all times are in seconds.

    seconds: expected of jobs by name (`seconds_of_jobs`); slots: how many jobs run at a
    time; began: the start of the run, since the epoch.
    """

    planned: list[Job]
    seconds: dict
    slots: int
    began: float
    at_work: dict[int, AtWork] = field(default_factory=dict)
    failed: dict[int, Job] = field(default_factory=dict)

    def __post_init__(self):
        self.waiting = Counter(self.planned)
        self.totals = Counter(job.stage for job in self.planned)
        # Number and seconds of the jobs that are done, by rule and by stage.
        self.done: Counter[str] = Counter()
        self.took: dict[str, float] = defaultdict(float)
        # Seconds of jobs with an expectation: what they took, and what was expected.
        self.compared = [0.0, 0.0]

    def start(self, number: int, job: Job, text: str, now: float) -> None:
        """A job begins, for the first time or again; number: its id."""
        if self.failed.pop(number, None) is None:
            if self.waiting[job]:
                self.waiting[job] -= 1
            else:
                self.totals[job.stage] += 1
        self.at_work[number] = AtWork(job, text, now)

    def end(self, number: int, now: float, failed: bool = False) -> None:
        """A job ends; unknown ones are overlooked."""
        work = self.at_work.pop(number, None)
        if work is None:
            return
        if failed:
            self.failed[number] = work.job
            return
        for name in (work.job.rule, work.job.stage):
            self.done[name] += 1
            self.took[name] += now - work.started
        if work.job.name in self.seconds:
            self.compared[0] += now - work.started
            self.compared[1] += self.seconds[work.job.name]

    def active(self) -> list[str]:
        """The stages that are at work."""
        working = {work.job.stage for work in self.at_work.values()}
        return [stage for stage in STAGES if stage in working]

    def is_done(self, stage: str) -> bool:
        """Whether all jobs of a stage are."""
        return self.done[stage] == self.totals[stage]

    def line(self, stage: str) -> str:
        """Jobs of a stage that are done, and what it works on."""
        text = f"{stage} {self.done[stage]}/{self.totals[stage]}"
        if lost := sum(job.stage == stage for job in self.failed.values()):
            text += f", {lost} failed"
        now = what(work for work in self.at_work.values() if work.job.stage == stage)
        return f"{text}: {now}" if now else text

    def plan(self) -> str:
        """What the run will do."""
        stages = [f"{stage} {self.totals[stage]}" for stage in STAGES if self.totals[stage]]
        left = self.left(self.began)
        count = f"{len(self.planned)} job{'' if len(self.planned) == 1 else 's'}"
        text = f"{count}: {', '.join(stages)}"
        return text if left is None else f"{text}; about {duration(max(round(left), 1))}"

    def tenth(self) -> int:
        """How many tenths of the jobs are done."""
        return 10 * sum(self.done[stage] for stage in STAGES) // max(sum(self.totals.values()), 1)

    def total(self, now: float) -> str:
        """Jobs of the run that are done, the time so far, and the time that is left."""
        done = sum(self.done[stage] for stage in STAGES)
        text = f"{done}/{sum(self.totals.values())} jobs in {clock(now - self.began)}"
        left = self.left(now)
        return f"{text}, about {duration(max(round(left), 1))} left" if left else text

    def left(self, now: float) -> float | None:
        """Seconds until the end; None as long as nothing is known of jobs that train."""
        rest, count, longest, speed = 0.0, 0, 0.0, self._speed(now)
        kinds = [(job, n, 0.0) for job, n in self.waiting.items() if n]
        kinds += [(work.job, 1, now - work.started) for work in self.at_work.values()]
        for job, number, ran in kinds:
            expected = self._expected(job, speed)
            if expected is None:
                return None
            # One that takes longer than expected is not done at once.
            seconds = max(expected - ran, expected / 10)
            rest, count, longest = rest + number * seconds, count + number, max(longest, seconds)
        return max(rest / max(1, min(self.slots, count)), longest)

    def _speed(self, now: float) -> float:
        """How long jobs take, as a multiple of what was expected."""
        took, expected = self.compared
        for work in self.at_work.values():
            ran, known = now - work.started, self.seconds.get(work.job.name)
            if known is not None and ran > known:
                took, expected = took + ran, expected + known
        return min(max(took / expected, FASTEST), SLOWEST) if expected else 1.0

    def _expected(self, job: Job, speed: float) -> float | None:
        """Seconds of a job: as forecast, else as those of its rule or stage took."""
        if job.name in self.seconds:
            return speed * self.seconds[job.name]
        for name in (job.rule, job.stage):
            if self.done[name]:
                return self.took[name] / self.done[name]
        return None if job.model else speed * STEP


def what(works: Iterable[AtWork]) -> str:
    """What jobs work on: models by data set, or what other steps do."""
    models: dict[str, list[str]] = {}
    steps = []
    for work in works:
        if work.job.model:
            dataset, language, model = work.job.model
            models.setdefault(dataset, []).append(f"{language}/{model}")
        else:
            steps.append(work.text)
    texts = [f"{some(dict.fromkeys(names), SHOWN)} on {name}" for name, names in models.items()]
    steps = list(dict.fromkeys(steps))
    more = [f"{len(steps) - SHOWN} more"] if len(steps) > SHOWN else []
    return "; ".join([*texts, *steps[:SHOWN], *more])


def clock(seconds: float) -> str:
    """Seconds as 0:07, 12:34 or 1:02:03."""
    minutes, rest = divmod(int(max(seconds, 0)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
