"""Train one model of one data set on a batch of splits (twin: training.R).

Per split: tune on the inner folds, refit on all training rows, predict the test samples.
"""

import ctypes
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

from omc.core.csv_files import number, read_csv, write_csv
from omc.core.errors import UserError
from omc.core.logs import one_line
from omc.core.seeds import fit_seed
from omc.core.tables import FAILURES, IMPORTANCE, PREDICTIONS, TIMING, TUNING
from omc.data.matrix import names, read_columns
from omc.learn import models
from omc.learn.folds import FINAL
from omc.learn.losses import best, tuning_value
from omc.learn.preprocessing import apply, read_fits


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
        kept = [fit.index for fit in self.fits.values()]
        # A batch may be empty where there are fewer splits than batches.
        self.columns = np.unique(np.concatenate(kept)) if kept else np.zeros(0, dtype=int)
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


def candidates(data: Data, settings: Settings, split: str) -> list[dict]:
    """The hyperparameter candidates of a split, such as its smallest inner fit can do."""
    names_of_fit = (settings.dataset, settings.language, settings.model, split)
    train, _, inner = data.rows(split)
    # Copies of a drawn sample add no neighbour and no direction.
    rows = min(len(set(train[inner != j])) for j in np.unique(inner))
    columns = min(len(data.fits[split, int(j)].index) for j in (0, *np.unique(inner)))
    seed = fit_seed(settings.seed, *names_of_fit, "candidates")
    return models.candidates(settings.spec, seed, rows, columns)


def evaluate(
    data: Data, settings: Settings, estimator, split: str, part: int = 1, parts: int = 1
) -> list:
    """Fit and score every `parts`-th candidate of a split on each of its inner folds.

    Returns rows of tuning.csv without the leading names, with the message of an error (or an empty
    text) at the end. A split with one candidate has nothing to choose and gives no rows.
    """
    grid = candidates(data, settings, split)
    if len(grid) == 1:
        return []
    train, _, inner = data.rows(split)
    classes = len(data.classes)
    rows = []
    for j in np.unique(inner):
        fit = data.fits[split, int(j)]
        inside, outside = train[inner != j], train[inner == j]
        x, y = data.matrix(fit, inside), data.outcome[inside]
        x_out, y_out = data.matrix(fit, outside), data.outcome[outside]
        calibration = inner_folds(inner[inner != j])
        names_of_fit = (settings.dataset, settings.language, settings.model, split, j)
        seed = fit_seed(settings.seed, *names_of_fit)
        for number_of, candidate in list(enumerate(grid, start=1))[part - 1 :: parts]:
            began, value, message = time.perf_counter(), np.nan, ""
            try:
                model = models.fit(
                    estimator, candidate, x, y, classes, calibration, seed, settings.imbalance
                )
                predicted, prob = models.predict(model, x_out, classes)
                if classes and prob is None:
                    prob = np.eye(classes)[predicted]
                value = tuning_value(settings.tuning_metric, y_out, predicted, prob)
                if not np.isfinite(value):
                    raise ValueError("the predictions hold values that are not finite")
            except Exception as error:
                if not any(row[-1] for row in rows):
                    # The split's first error: the others mostly repeat it.
                    traceback.print_exc()
                value, message = np.nan, f"{type(error).__name__}: {one_line(error)}"
            parameters = json.dumps(candidate, sort_keys=True, separators=(",", ":"))
            seconds = time.perf_counter() - began
            rows.append([
                number_of, parameters, int(j), settings.tuning_metric, number(value),
                f"{seconds:.4f}", message,
            ])  # fmt: skip
    return rows


def choose(settings: Settings, grid: list[dict], evaluated: list, result: SplitResult) -> dict:
    """The candidate with the best mean over the inner folds, from the rows of `evaluate`.

    Adds the rows to the result, and a failure for each candidate that failed on some fold; raises
    UserError where none is left. Means are of the 12 digits that are written, so that the choice
    is the same whether the rows come from this job or from others.
    """
    if len(grid) == 1:
        return grid[0]
    lost = [row for row in evaluated if not int(row[0])]
    if lost:
        raise UserError(lost[0][-1])
    evaluated = sorted(evaluated, key=lambda row: (int(row[2]), int(row[0])))
    result.tuning = [row[:-1] for row in evaluated]
    values, errors = [[] for _ in grid], {}
    for row in evaluated:
        if row[-1]:
            errors.setdefault(int(row[0]), row[-1])
        values[int(row[0]) - 1].append(float(row[4] or "nan"))
    left_out = "no candidate is left" if len(errors) == len(grid) else "left out"
    for candidate, message in errors.items():
        parameters = json.dumps(grid[candidate - 1], sort_keys=True)
        text = f"candidate {candidate} {parameters}, {left_out}: {message}"
        result.failures.append(["tune", text])
    if len(errors) == len(grid):
        raise UserError(result.failures.pop(0)[1])
    return grid[best(settings.tuning_metric, np.array([np.mean(v) for v in values]))]


def tune_split(
    data: Data, settings: Settings, estimator, split: str, part: int, parts: int
) -> SplitResult:
    """`evaluate` as a job of its own."""
    result = SplitResult()
    with stage(result, "tune"):
        result.tuning = evaluate(data, settings, estimator, split, part, parts)
    return result


def train_split(
    data: Data, settings: Settings, estimator, split: str, tuned: dict | None = None
) -> SplitResult:
    """Tune, refit and predict one split. An error becomes a failure, with its stage.

    tuned: rows of `evaluate` by split, where other jobs have made them.
    """
    result = SplitResult()
    at = "tune"
    try:
        with stage(result, "tune"):
            if tuned is None:
                evaluated = evaluate(data, settings, estimator, split)
            else:
                evaluated = tuned.get(split, [])
            chosen = choose(settings, candidates(data, settings, split), evaluated, result)
        at = "fit"
        test, fit = data.rows(split)[1], data.fits[split, 0]
        with stage(result, "fit"):
            model = refit(data, settings, estimator, split, chosen)
        at = "predict"
        with stage(result, "predict"):
            if len(test):
                result.predictions = predictions(data, model, data.matrix(fit, test), test)
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


def refit(data: Data, settings: Settings, estimator, split: str, chosen: dict):
    """The model of a split: the chosen candidate, fitted on all training rows.

    A classifier without probabilities is calibrated on decision values of the training rows, each
    by a model that is trained without its inner fold, with the preprocessing of that fit; where a
    class is in one inner fold only, it stays without.
    """
    train, _, inner = data.rows(split)
    outcome, present = data.outcome[train], set(data.outcome[train])
    names_of_split = (settings.dataset, settings.language, settings.model, split)

    def matrix(j: int, rows):
        return data.matrix(data.fits[split, j], train[rows])

    def fitted(j: int):
        rows, seed = inner != j, fit_seed(settings.seed, *names_of_split, j)
        return models.fit(
            estimator, chosen, matrix(j, rows), outcome[rows], len(data.classes), [], seed,
            settings.imbalance,
        )  # fmt: skip

    model, numbers = fitted(0), [int(j) for j in np.unique(inner)]
    if not (data.classes and models.needs_calibration(model)):
        return model
    if any(set(outcome[inner != j]) != present for j in numbers):
        return model
    decision = np.zeros((len(train), 1 if len(present) == 2 else len(present)))
    for j in numbers:
        values = fitted(j).decision_function(matrix(j, inner == j))
        decision[inner == j] = values.reshape(len(values), -1)
    return models.calibrate(model, matrix(0, inner != 0), outcome, decision, settings.imbalance)


def predictions(data: Data, model, x, test) -> list:
    """Rows of predictions.csv from `cohort` on; UserError where one is not finite.

    x: (n, kept) numbers of the samples in the rows `test`, ready for the model.
    """
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


# Of the GNU C library, from malloc.h: parameters of mallopt, and bytes.
TRIM_THRESHOLD, MMAP_THRESHOLD = (-1, 1 << 28), (-3, 1 << 25)


def keep_freed_memory() -> None:
    """Let the C library keep what is freed, for the next array of a fit.

    It would give it back to the system and ask for it anew at each step of a boosting, which is a
    quarter of the time of that. Other C libraries go on as they do.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(*TRIM_THRESHOLD)
        mallopt(*MMAP_THRESHOLD)


def _in_child(send, function, *arguments):
    warnings.simplefilter("default")
    keep_freed_memory()
    send.send(function(*arguments))
    send.close()


def guarded(function, *arguments) -> SplitResult | str:
    """A function's result from a forked process, or why that was killed.

    So that a split that runs out of memory is lost alone.
    """
    context = multiprocessing.get_context("fork")
    receive, send = context.Pipe(duplex=False)
    child = context.Process(target=_in_child, args=(send, function, *arguments))
    child.start()
    send.close()
    try:
        result = receive.recv()
    except EOFError:
        result = None
    child.join()
    if result is not None:
        return result
    code = child.exitcode
    why = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
    return f"the process that trained this split was killed ({why}; often: out of memory)"


def train_guarded(data, settings, estimator, split: str, tuned=None) -> SplitResult:
    """`train_split` in a process of its own; a killed one is a failure."""
    result = guarded(train_split, data, settings, estimator, split, tuned)
    if isinstance(result, str):
        result = SplitResult(failures=[["fit", result]])
    return result


def tune_guarded(data, settings, estimator, split: str, part: int, parts: int) -> SplitResult:
    """`tune_split` in a process of its own; a killed one is a row with candidate 0."""
    result = guarded(tune_split, data, settings, estimator, split, part, parts)
    if isinstance(result, str):
        lost = [0, "", 0, settings.tuning_metric, "", "", result]
        result = SplitResult(tuning=[lost])
    return result


def read_tuned(paths: list[str]) -> dict | None:
    """Rows of `evaluate` by split from the files of tuning jobs; None if there are none."""
    if not paths:
        return None
    tuned = {}
    for path in paths:
        for row in read_csv(path):
            values = [row[name] for name in [*TUNING[4:], "error"]]
            tuned.setdefault(row["split"], []).append(values)
    return tuned


def write_results(
    output: dict, data: Data, settings: Settings, results: dict, log: str, stamps, timing
):
    """Write the tables of a batch.

    stamps: (splits_sha256, key) of predictions.csv; timing: rows of the whole job.
    """
    header = [*PREDICTIONS, *(f"prob_{c}" for c in data.classes), "splits_sha256", "key"]
    predictions = _rows(settings, results, lambda r: r.predictions)
    write_csv(output["predictions"], header, ([*row[1:], *stamps] for row in predictions))
    write_csv(output["tuning"], TUNING, _rows(settings, results, lambda r: r.tuning))
    importance = _rows(settings, results, lambda r: r.importance)
    rows = ([*row[:-2], number(row[-2]), row[-1]] for row in importance)
    write_csv(output["importance"], IMPORTANCE, rows)
    write_timing(output["timing"], settings, results, timing)
    failures = _rows(settings, results, lambda r: r.failures)
    write_csv(output["failures"], FAILURES, ([*row, log] for row in failures))


def write_tuned(output: dict, settings: Settings, results: dict, timing) -> None:
    """Write what a tuning job found: tuning.csv with a column `error`, and timing.csv."""
    write_csv(output["tuning"], [*TUNING, "error"], _rows(settings, results, lambda r: r.tuning))
    write_timing(output["timing"], settings, results, timing)


def write_timing(path: str, settings: Settings, results: dict, timing) -> None:
    """Write timing.csv; timing: rows (stage, wall, cpu, peak) of the job before its splits."""
    job = _rows(settings, {"": SplitResult(timing=timing)}, lambda r: r.timing)
    write_csv(
        path,
        TIMING,
        (
            [*row[:-3], f"{row[-3]:.4f}", f"{row[-2]:.4f}", f"{row[-1]:.1f}"]
            for row in [*job, *_rows(settings, results, lambda r: r.timing)]
        ),
    )


def _rows(settings: Settings, results: dict, of):
    lead = [settings.dataset, settings.language, settings.model]
    return ([*lead, split, *row] for split, result in results.items() for row in of(result))
