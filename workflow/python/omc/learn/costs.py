"""What a split of a model will cost, from some of the fits of the first one (twin: costs.R)."""

import math
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from random import Random

import numpy as np

from omc.core.csv_files import number
from omc.learn.batch import Data, inner_folds
from omc.learn.inner_folds import InnerFold, predict_fold, read_fold
from omc.learn.job import Settings, SplitResult, peak_mb
from omc.learn.models import needs_calibration
from omc.learn.processes import Limits, Lost, run_in_child
from omc.learn.tuning import split_candidates

# CPU seconds after which enough fits of a model are timed, and what one of them may take at most.
ENOUGH, MOST = 0.3, Limits(seconds=20)
# The first fits of a process take longer than others: short ones are timed again, so many times at
# most, until they have taken so many CPU seconds, and the last round counts.
ROUNDS, WARM = 20, 0.05
# A fit on a quarter of the rows, if these are so many, tells whether one on all takes too long. Its
# time grows between linearly and with the square of the rows: 4 to 16 times.
FEWEST_ROWS, QUARTER = 20, 8


def model_cost(
    data: Data, settings: Settings, estimator, split: str, tried: SplitResult, times: float = 1
) -> list:
    """Cells of costs.csv from `basis` on: basis, split_seconds and peak_mb.

    tried: what training the model on a small part of the data took; times: how many times the trees
    of the estimator the model has. `at least` is the basis if no fit came to its end.
    """
    timed, *_ = run_in_child(MOST, time_split, data, settings, estimator, split, tried, times)
    if isinstance(timed, Lost):
        folds, grid = np.unique(data.split_rows(split)[2]), split_candidates(data, settings, split)
        seconds = times * len(folds) * len(grid) * MOST.seconds
        return ["at least", number(seconds), number(peak_mb())]
    basis, _, seconds, memory = timed.timing[0]
    return [basis, number(seconds), number(max(memory, peak_mb()))]


def measured_cost(result: SplitResult, times: float = 1) -> list:
    """The cells of `model_cost` for a split that was trained."""
    seconds, memory = sum(row[2] for row in result.timing), max(row[3] for row in result.timing)
    return ["measured", number(times * seconds), number(memory)]


def time_split(
    data: Data, settings: Settings, estimator, split: str, tried: SplitResult, times: float
) -> Iterator[SplitResult]:
    """Yield a row of timing of the whole split, with the basis for its stage.

    Candidates are fitted to the first inner fold, in random order, until enough is known.
    """
    result = SplitResult()
    train, _, inner = data.split_rows(split)
    folds, grid = np.unique(inner), split_candidates(data, settings, split)
    candidates = Random(0).sample(grid, len(grid))

    def seconds_of(fold, candidate) -> float:
        began = time.process_time()
        # A candidate that fails takes time too.
        with suppress(Exception):
            predict_fold(data, settings, estimator, fold, candidate)
        return time.process_time() - began

    fold = read_fold(data, settings, split, folds[0])
    part = quarter(fold, inner[inner != folds[0]])
    expected = QUARTER * seconds_of(part, candidates[0]) if part else 0.0
    if expected > MOST.seconds / 2:
        basis, spent = "extrapolated", [expected]
    else:
        basis, total = "measured", 0.0
        for _ in range(ROUNDS):
            spent = []
            while len(spent) < len(candidates) and sum(spent) < ENOUGH:
                spent.append(seconds_of(fold, candidates[len(spent)]))
            total += sum(spent)
            if total > WARM:
                break
    one = times * sum(spent) / len(spent)
    # A single candidate is fitted to the inner folds for their predictions, unless calibration
    # makes these.
    calibrated = bool(data.classes) and needs_calibration(estimator)
    fits = len(folds) * len(grid) if len(grid) > 1 or not calibrated else 0
    on_cut = {stage: cpu for stage, _, cpu, _ in tried.timing}
    refit = max(one * len(train) / len(fold.y), on_cut["fit"]) + on_cut["predict"]
    result.timing.append([basis, math.nan, fits * one + refit, peak_mb()])
    yield result


def quarter(fold: InnerFold, inner: np.ndarray) -> InnerFold | None:
    """An inner fold with every fourth of its training rows; None if these are too few.

    inner: inner folds of its training rows.
    """
    rows = slice(None, None, 4)
    if len(fold.y[rows]) < FEWEST_ROWS:
        return None
    calibration = inner_folds(inner[rows])
    return replace(fold, x=fold.x[rows], y=fold.y[rows], calibration=calibration)
