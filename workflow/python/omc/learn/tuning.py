"""Evaluate the candidates of a split on its inner folds, and choose one (twin: tuning.R)."""

import json
import time
import traceback

import numpy as np

from omc.core.csv_files import number, read_csv
from omc.core.errors import UserError
from omc.core.logs import reason
from omc.core.tables import TUNING
from omc.learn import grids
from omc.learn.batch import Data
from omc.learn.inner_folds import predict_fold, read_fold
from omc.learn.job import Settings, SplitResult, split_seed, timed
from omc.learn.losses import best_candidate, tuning_value


def split_candidates(data: Data, settings: Settings, split: str) -> list[dict]:
    """The hyperparameter candidates of a split, capped at what the smallest inner fold can fit."""
    train, _, inner = data.split_rows(split)
    # Copies of a drawn sample do not count: they add no information.
    rows = min(len(set(train[inner != j])) for j in np.unique(inner))
    columns = min(len(data.fits[split, int(j)].index) for j in (0, *np.unique(inner)))
    seed = split_seed(settings, split, "candidates")
    return grids.candidates(settings.spec, seed, rows, columns)


def evaluate_candidates(
    data: Data, settings: Settings, estimator, split: str
) -> tuple[list, dict[int, dict]]:
    """Fit and score the candidates of a split, or the job's part of them, on each inner fold.

    Returns (rows, predictions): rows of tuning.csv without the leading names and with an error
    message (or "") at the end, and (predicted, prob) by index of the candidate and inner fold. A
    split with a single candidate has nothing to choose and gives neither.
    """
    grid = split_candidates(data, settings, split)
    predictions: dict[int, dict] = {}
    if len(grid) == 1:
        return [], predictions
    classes = len(data.classes)
    part, parts = settings.part or (1, 1)
    rows: list = []
    for fold in np.unique(data.split_rows(split)[2]):
        inner_fold = read_fold(data, settings, split, fold)
        for candidate_number, candidate in list(enumerate(grid, start=1))[part - 1 :: parts]:
            began, value, message = time.perf_counter(), np.nan, ""
            try:
                predicted, prob = predict_fold(data, settings, estimator, inner_fold, candidate)
                predictions.setdefault(candidate_number - 1, {})[fold] = predicted, prob
                if classes and prob is None:
                    prob = np.eye(classes)[predicted]
                value = tuning_value(
                    settings.tuning_metric, inner_fold.y_out, predicted, prob,
                    inner_fold.y, data.horizons,
                )  # fmt: skip
                if not np.isfinite(value):
                    raise UserError(f"{settings.tuning_metric} of the predictions is {value}")
            except BaseException as error:
                if not any(row[-1] for row in rows):
                    # Only the split's first error: the others mostly repeat it.
                    traceback.print_exc()
                value, message = np.nan, reason(error)
            parameters = json.dumps(candidate, sort_keys=True, separators=(",", ":"))
            seconds = time.perf_counter() - began
            rows.append([
                candidate_number, parameters, int(fold), settings.tuning_metric, number(value),
                f"{seconds:.4f}", message,
            ])  # fmt: skip
    return rows, predictions


def choose_candidate(
    result: SplitResult, settings: Settings, grid: list[dict], evaluated: list
) -> dict:
    """The candidate with the best mean tuning metric over the inner folds.

    evaluated: rows of `evaluate_candidates`. Adds them to the result, with a failure for each
    candidate that failed on a fold; raises UserError if no candidate is left. Means are of the 12
    digits that are written, so that the choice is the same whether the rows come from this job or
    from others.
    """
    if len(grid) == 1:
        return grid[0]
    killed = [row for row in evaluated if not int(row[0])]
    if killed:
        raise UserError(killed[0][-1])
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
    return grid[best_candidate(settings.tuning_metric, np.array([np.mean(v) for v in values]))]


def tune_split(data: Data, settings: Settings, estimator, split: str) -> SplitResult:
    """`evaluate_candidates` as a job of its own."""
    result = SplitResult()
    with timed(result, "tune"):
        result.tuning, _ = evaluate_candidates(data, settings, estimator, split)
    return result


def read_tuned(paths: list[str]) -> dict | None:
    """Rows of `evaluate_candidates` by split, from the files of tuning jobs; None without any."""
    if not paths:
        return None
    tuned = {}
    for path in paths:
        for row in read_csv(path):
            values = [row[name] for name in [*TUNING[4:], "error"]]
            tuned.setdefault(row["split"], []).append(values)
    return tuned
