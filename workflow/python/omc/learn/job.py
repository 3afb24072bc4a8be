"""What a training job is told, and what it records: seeds, times, failures (twin: job.R)."""

import resource
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

from omc.core.seeds import fit_seed


@dataclass(frozen=True)
class Settings:
    """What a training job is told: its names and the slice of the configuration it depends on.

    part: index and count of the share of candidates that a tuning job evaluates; None of a job that
    trains.
    """

    dataset: str
    model: str
    spec: dict
    task: str
    tuning_metric: str
    imbalance: str
    seed: int
    part: tuple[int, int] | None = None
    language: str = "python"


def settings_of(params, spec: dict) -> Settings:
    """Settings of a model by its specification; params: what the rule says of the others."""
    return Settings(
        params.dataset,
        spec["name"],
        spec,
        params.task,
        params.tuning_metric,
        params.imbalance,
        params.seed,
        getattr(params, "part", None),
    )


def split_seed(settings: Settings, split: str, fit) -> int:
    """Seed of a fit of a split: `fit_seed` of the job's names."""
    names = (settings.dataset, settings.language, settings.model, split)
    return fit_seed(settings.seed, *names, fit)


@dataclass
class SplitResult:
    """What one split gives: rows without the leading names, or a failure."""

    predictions: list = field(default_factory=list)
    tuning: list = field(default_factory=list)
    importance: list = field(default_factory=list)
    timing: list = field(default_factory=list)
    failures: list = field(default_factory=list)
    saved: dict | None = None


@contextmanager
def timed(result: SplitResult, stage: str):
    """Measure a stage: wall and CPU seconds of this process, and its peak memory so far."""
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        yield
    finally:
        spent = time.perf_counter() - wall, time.process_time() - cpu
        result.timing.append([stage, *spent, peak_mb()])


def peak_mb() -> float:
    """Peak memory of this process in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
