"""Settings of a training job, and what it records: seeds, times, failures (twin: job.R)."""

import resource
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from omc.core.seeds import fit_seed


@dataclass(frozen=True)
class Settings:
    """Settings of a training job: its names and its slice of the configuration.

    part: index and count of the share of candidates that a tuning job evaluates; None for a job
    that trains; inner_predictions: whether inner_predictions.csv is wanted.
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
    inner_predictions: bool = False


def settings_of(params, spec: dict, inner_predictions: bool = False) -> Settings:
    """Settings of a job from the model's specification and the rule's params."""
    return Settings(
        params.dataset,
        spec["name"],
        spec,
        params.task,
        params.tuning_metric,
        params.imbalance,
        params.seed,
        getattr(params, "part", None),
        inner_predictions=inner_predictions,
    )


def split_seed(settings: Settings, split: str, fit) -> int:
    """Seed of a fit of a split: `fit_seed` of the job's names."""
    names = (settings.dataset, settings.language, settings.model, split)
    return fit_seed(settings.seed, *names, fit)


@dataclass
class SplitResult:
    """Results of one split: rows of the tables without the leading names, or a failure."""

    predictions: list = field(default_factory=list)
    inner_predictions: list = field(default_factory=list)
    tuning: list = field(default_factory=list)
    importance: list = field(default_factory=list)
    timing: list = field(default_factory=list)
    failures: list = field(default_factory=list)


@contextmanager
def timed(result: SplitResult, stage: str):
    """Record the wall and CPU seconds of a stage, and the peak memory of this process so far.

    A stage that has a row already gets the sum of both.
    """
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        yield
    finally:
        spent = time.perf_counter() - wall, time.process_time() - cpu
        row = next((row for row in result.timing if row[0] == stage), None)
        if row is None:
            result.timing.append([stage, *spent, peak_mb()])
        else:
            row[1:] = row[1] + spent[0], row[2] + spent[1], peak_mb()


def peak_mb() -> float:
    """Peak memory of this process in MiB, since it began or since `reset_peak`."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def reset_peak() -> None:
    """Let `peak_mb` begin anew, where the system can."""
    with suppress(OSError), open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")
