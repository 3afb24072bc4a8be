"""Train one model of one data set on a batch of splits (twin: training.R).

Per split: tune on the inner folds, refit on all training rows, predict the test samples.
"""

import json
import multiprocessing
import resource
import signal
import time
import traceback
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from omc import models
from omc.contracts import FAILURES, IMPORTANCE, PREDICTIONS, TIMING, TUNING
from omc.csvs import number, write_csv
from omc.errors import UserError
from omc.logs import one_line
from omc.losses import best, tuning_value
from omc.matrix import names, read_columns
from omc.preprocessing import apply, read_fits
from omc.seeds import fit_seed
from omc.splits import FINAL


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


@dataclass
class SplitResult:
    """What one split gives: rows without the leading names, or a failure."""

    predictions: list = field(default_factory=list)
    tuning: list = field(default_factory=list)
    importance: list = field(default_factory=list)
    timing: list = field(default_factory=list)
    failures: list = field(default_factory=list)
    saved: dict | None = None


class Data:
    """The data of a batch, read once: only the rows and columns that its fits keep."""

    def __init__(self, data: str, samples: str, splits: str, preprocessing: str, task: str):
        sheet = pd.read_csv(samples, sep="\t", dtype=str, keep_default_na=False).set_index("sample")
        self.cohort = sheet["cohort"]
        self.classes = sorted(sheet["outcome"].unique()) if task == "classification" else []
        if task == "classification":
            self.outcome = pd.Categorical(sheet["outcome"], categories=self.classes).codes.astype(
                int
            )
        else:
            self.outcome = sheet["outcome"].astype(float).to_numpy()
        self.samples = sheet.index
        self.truth = sheet["outcome"].to_numpy()
        table = pd.read_csv(splits, dtype=str, keep_default_na=False)
        self.splits = {name: part for name, part in table.groupby("split", sort=False)}
        self._files = (data, preprocessing)

    def batch(self, index: int, count: int) -> list[str]:
        """Names of the splits of batch `index` (1-based) of `count`; `final` goes with the last."""
        ordinary = [name for name in self.splits if name != FINAL]
        n = len(ordinary)
        chosen = ordinary[(index - 1) * n // count : index * n // count]
        return chosen + ([FINAL] if index == count and FINAL in self.splits else [])

    def load(self, splits: list[str]) -> dict:
        """Read the fits of these splits and the columns they keep; returns its attributes."""
        data, preprocessing = self._files
        self.fits, attributes = read_fits(preprocessing, set(splits))
        self.columns = np.unique(np.concatenate([fit.index for fit in self.fits.values()]))
        self.values = read_columns(data, self.samples, self.columns)
        self.features = np.array(names(data, "var"), dtype=object)
        return attributes

    def rows(self, split: str):
        """(train, test, inner): row numbers, and the inner fold of each training row."""
        part = self.splits[split]
        at = self.samples.get_indexer(part["sample"])
        train = (part["role"] == "train").to_numpy()
        return at[train], at[~train], part["inner_fold"].to_numpy()[train].astype(int)

    def matrix(self, fit, rows) -> np.ndarray:
        """(rows, kept) numbers of a fit, ready for a model."""
        return apply(self.values[np.ix_(rows, np.searchsorted(self.columns, fit.index))], fit)


@contextmanager
def stage(result: SplitResult, name: str):
    """Measure a stage: wall and CPU seconds of this process, and its peak memory so far."""
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        yield
    finally:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        result.timing.append([name, time.perf_counter() - wall, time.process_time() - cpu, peak])


def inner_folds(inner: np.ndarray) -> list:
    """(train, test) row numbers of each distinct inner fold."""
    return [(np.flatnonzero(inner != j), np.flatnonzero(inner == j)) for j in np.unique(inner)]


def tune(data: Data, settings: Settings, estimator, split: str, result: SplitResult) -> dict:
    """The candidate with the best mean tuning metric over the inner folds."""
    names_of_fit = (settings.dataset, settings.language, settings.model, split)
    grid = models.candidates(settings.spec, fit_seed(settings.seed, *names_of_fit, "candidates"))
    if len(grid) == 1:
        return grid[0]
    train, _, inner = data.rows(split)
    classes = len(data.classes)
    folds = np.unique(inner)
    values = np.full((len(grid), len(folds)), np.nan)
    errors = {}
    for column, j in enumerate(folds):
        fit = data.fits[split, int(j)]
        inside, outside = train[inner != j], train[inner == j]
        x, y = data.matrix(fit, inside), data.outcome[inside]
        x_out, y_out = data.matrix(fit, outside), data.outcome[outside]
        calibration = inner_folds(inner[inner != j])
        seed = fit_seed(settings.seed, *names_of_fit, j)
        for row, candidate in enumerate(grid):
            began = time.perf_counter()
            try:
                model = models.fit(
                    estimator, candidate, x, y, classes, calibration, seed, settings.imbalance
                )
                predicted, prob = models.predict(model, x_out, classes)
                if classes and prob is None:
                    prob = np.eye(classes)[predicted]
                values[row, column] = tuning_value(settings.tuning_metric, y_out, predicted, prob)
            except Exception as error:
                if not errors:
                    # The split's first error: the others mostly repeat it.
                    traceback.print_exc()
                errors.setdefault(row, f"{type(error).__name__}: {one_line(error)}")
            result.tuning.append([
                row + 1, json.dumps(candidate, sort_keys=True, separators=(",", ":")), int(j),
                settings.tuning_metric, values[row, column], time.perf_counter() - began,
            ])  # fmt: skip
    for row, message in errors.items():
        left_out = "no candidate is left" if len(errors) == len(grid) else "left out"
        message = (
            f"candidate {row + 1} {json.dumps(grid[row], sort_keys=True)}, {left_out}: {message}"
        )
        result.failures.append(["tune", message])
    if len(errors) == len(grid):
        raise UserError(result.failures.pop(0)[1])
    failed = [row in errors for row in range(len(grid))]
    return grid[best(settings.tuning_metric, np.where(failed, np.nan, values.mean(axis=1)))]


def train_split(data: Data, settings: Settings, estimator, split: str) -> SplitResult:
    """Tune, refit and predict one split. An error becomes a failure, with its stage."""
    result = SplitResult()
    at = "tune"
    try:
        with stage(result, "tune"):
            chosen = tune(data, settings, estimator, split, result)
        at = "fit"
        train, test, inner = data.rows(split)
        fit = data.fits[split, 0]
        seed = fit_seed(
            settings.seed, settings.dataset, settings.language, settings.model, split, 0
        )
        with stage(result, "fit"):
            model = models.fit(
                estimator, chosen, data.matrix(fit, train), data.outcome[train], len(data.classes),
                inner_folds(inner), seed, settings.imbalance,
            )  # fmt: skip
        at = "predict"
        with stage(result, "predict"):
            if len(test):
                result.predictions = _predict(data, model, data.matrix(fit, test), test)
        importance, kind = models.importance(model)
        result.importance = [
            [data.features[c], "true", None if importance is None else importance[i], kind]
            for i, c in enumerate(fit.index)
        ]
        if split == FINAL:
            result.saved = _saved(data, settings, model, fit, chosen)
    except Exception as error:
        if not isinstance(error, UserError):
            traceback.print_exc()
        kind = "" if isinstance(error, UserError) else f"{type(error).__name__}: "
        result.predictions, result.importance = [], []
        result.failures.append([at, kind + one_line(error)])
    return result


def _predict(data: Data, model, x, test) -> list:
    predicted, prob = models.predict(model, x, len(data.classes))
    if not np.all(np.isfinite(predicted if prob is None else prob)):
        raise UserError("the predictions hold values that are not finite")
    rows = []
    for i, row in enumerate(test):
        label = data.classes[predicted[i]] if data.classes else number(predicted[i])
        empty = [""] * len(data.classes)
        probabilities = empty if prob is None else [number(p) for p in prob[i]]
        cohort, sample = data.cohort.iloc[row], data.samples[row]
        rows.append([cohort, sample, data.truth[row], label, *probabilities])
    return rows


def _saved(data, settings, model, fit, chosen) -> dict:
    return {
        "estimator": model,
        "features": [str(f) for f in data.features[fit.index]],
        "fill": fit.fill,
        "center": fit.center,
        "scale": fit.scale,
        "classes": list(data.classes),
        "task": settings.task,
        "dataset": settings.dataset,
        "model": settings.model,
        "parameters": chosen,
    }


def _in_child(send, *arguments):
    warnings.simplefilter("default")
    send.send(train_split(*arguments))
    send.close()


def train_guarded(data: Data, settings: Settings, estimator, split: str) -> SplitResult:
    """`train_split` in a forked process, so that a killed one loses this split and no other."""
    context = multiprocessing.get_context("fork")
    receive, send = context.Pipe(duplex=False)
    child = context.Process(target=_in_child, args=(send, data, settings, estimator, split))
    child.start()
    send.close()
    try:
        result = receive.recv()
    except EOFError:
        result = None
    child.join()
    if result is None:
        result = SplitResult()
        code = child.exitcode
        why = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
        result.failures.append([
            "fit", f"the process that trained this split was killed ({why}; often: out of memory)",
        ])  # fmt: skip
    return result


def write_results(
    output: dict, data: Data, settings: Settings, results: dict, log: str, stamps, timing
):
    """Write the tables of a batch. stamps: (splits_sha256, key); timing: rows of the whole job."""
    names_of_job = [settings.dataset, settings.language, settings.model]
    header = [*PREDICTIONS, *(f"prob_{c}" for c in data.classes), "splits_sha256", "key"]

    def rows(of, lead=names_of_job):
        return ([*lead, split, *row] for split, result in results.items() for row in of(result))

    write_csv(
        output["predictions"],
        header,
        ([*row, *stamps] for row in rows(lambda r: r.predictions, names_of_job[1:])),
    )
    write_csv(
        output["tuning"],
        TUNING,
        ([*row[:-2], number(row[-2]), f"{row[-1]:.4f}"] for row in rows(lambda r: r.tuning)),
    )
    write_csv(
        output["importance"],
        IMPORTANCE,
        ([*row[:-2], number(row[-2]), row[-1]] for row in rows(lambda r: r.importance)),
    )
    job = [[*names_of_job, "", *row] for row in timing]
    write_csv(
        output["timing"],
        TIMING,
        (
            [*row[:-3], f"{row[-3]:.4f}", f"{row[-2]:.4f}", f"{row[-1]:.1f}"]
            for row in [*job, *rows(lambda r: r.timing)]
        ),
    )
    write_csv(output["failures"], FAILURES, ([*row, log] for row in rows(lambda r: r.failures)))
