"""What a training job is told, and what it records: times and failures (twin: job.R)."""

import resource
import time
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Settings:
    """What a training job is told: its names and the slice of the configuration it depends on."""

    dataset: str
    model: str
    spec: dict
    task: str
    tuning_metric: str
    imbalance: str
    seed: int
    language: str = "python"

    @classmethod
    def of(cls, params, spec: dict) -> "Settings":
        """Of a model by its specification; params: what the rule says of the others."""
        return cls(
            params.dataset,
            spec["name"],
            spec,
            params.task,
            params.tuning_metric,
            params.imbalance,
            params.seed,
        )


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
def stage(result: SplitResult, name: str):
    """Measure a stage: wall and CPU seconds of this process, and its peak memory so far."""
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        yield
    finally:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        result.timing.append([name, time.perf_counter() - wall, time.process_time() - cpu, peak])
