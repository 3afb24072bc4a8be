"""Evaluate the candidates of a split on its inner folds, and choose one (twin: tuning.R)."""

import json
import time
import traceback

import numpy as np

from omc.core.csv_files import number, read_csv
from omc.core.errors import UserError
from omc.core.logs import one_line
from omc.core.seeds import fit_seed
from omc.core.tables import TUNING
from omc.learn import models
from omc.learn.batch import Data, inner_folds
from omc.learn.job import Settings, SplitResult, stage
from omc.learn.losses import best_candidate, tuning_value


def candidates(data: Data, settings: Settings, split: str) -> list[dict]:
    """The hyperparameter candidates of a split, capped at what its smallest inner fit can do."""
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
    return grid[best_candidate(settings.tuning_metric, np.array([np.mean(v) for v in values]))]


def tune_split(
    data: Data, settings: Settings, estimator, split: str, part: int, parts: int
) -> SplitResult:
    """`evaluate` as a job of its own."""
    result = SplitResult()
    with stage(result, "tune"):
        result.tuning = evaluate(data, settings, estimator, split, part, parts)
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
