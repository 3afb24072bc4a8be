"""Try every model on a small part of a data set before the training (twin: trial.R)."""

import json
import time
from functools import cache
from pathlib import Path

import numpy as np

from omc.core.checksums import sha256_file
from omc.core.csv_files import read_csv, write_csv
from omc.core.errors import UserError
from omc.core.tables import SPLITS
from omc.learn.batch import Data
from omc.learn.job import settings_of
from omc.learn.models import build
from omc.learn.preprocessing import Fit, read_fits, write_fits
from omc.learn.processes import Limits, train_batch

TRAIN_ROWS = 40
TEST_ROWS = 10
COLUMNS = 20
# With two, nothing would be left to calibrate on inside an inner fold.
INNER_FOLDS = 3
# What a model may take. It has a minute's work at most, unless it hangs.
LIMITS = Limits(seconds=600)


def cut_rows(rows: list[dict[str, str]], classes: dict[str, str]) -> list[dict[str, str]]:
    """Some rows of one split, from its first inner folds and its test samples.

    rows: of splits.csv; classes: by sample, constant in a regression. Every class keeps samples in
    every fold, as many as the other classes if it has them.
    """
    usable = [row for row in rows if int(row["inner_fold"] or 0) <= INNER_FOLDS]
    cells = {}
    for row in usable:
        cell = row["role"], row["inner_fold"], classes[row["sample"]]
        cells.setdefault(cell, []).append(row)
    chosen = set()
    for role, target in (("train", TRAIN_ROWS), ("test", TEST_ROWS)):
        cells_of_role = [cell for key, cell in cells.items() if key[0] == role]
        # At least two per class, or a fold inside an inner fold could lack the class.
        per_cell = max(2, -(-target // max(1, len(cells_of_role))))
        chosen |= {id(row) for cell in cells_of_role for row in cell[:per_cell]}
    return [row for row in usable if id(row) in chosen]


def cut_columns(fit):
    """The columns that rank best in a fit's selection; without selection, the first ones."""
    best = np.sort(np.argsort(fit.rank, kind="stable")[:COLUMNS])
    return Fit(*(getattr(fit, name)[best] for name in ("index", "fill", "center", "scale", "rank")))


def cut_data(input, output, task: str) -> None:
    """Write a part of the first split: rows of splits.csv, and their preprocessing."""
    sheet = read_csv(input.samples, "\t")
    classes = {row["sample"]: row["outcome"] if task == "classification" else "" for row in sheet}
    rows = read_csv(input.splits)
    split = rows[0]["split"]
    rows = cut_rows([row for row in rows if row["split"] == split], classes)
    write_csv(output.splits, SPLITS, ([row[name] for name in SPLITS] for row in rows))
    fits, attributes = read_fits(input.preprocessing, {split})
    folds = {0, *(int(row["inner_fold"]) for row in rows if row["inner_fold"])}
    cut = {key: cut_columns(fit) for key, fit in fits.items() if key[1] in folds}
    attributes["splits_sha256"] = sha256_file(output.splits)
    write_fits(output.preprocessing, cut, attributes)
    train = sum(row["role"] == "train" for row in rows)
    print(f"{split}: {train} training and {len(rows) - train} test samples")


def try_models(input, output: str, params, log: str) -> None:
    """Train each model on the cut data, or else on the first split; UserError names all failures.

    input: paths by name, as attributes; params: dataset, models (JSON text), task, tuning_metric,
    imbalance and seed, as attributes; log: path of the log, for the sentences.
    """

    @cache
    def load(splits: str, preprocessing: str):
        data = Data(input.data, input.samples, splits, preprocessing, params.task)
        split = next(iter(data.splits))
        data.load_batch([split])
        return data, split

    def model_failure(spec, estimator):
        """Why a model fails, or None. If only the cut data are too small, that is no failure."""
        settings = settings_of(params, spec)
        failures = []
        for part in (
            (input.cut_splits, input.cut_preprocessing),
            (input.splits, input.preprocessing),
        ):
            data, split = load(*part)
            failures = train_batch(data, settings, estimator, [split], LIMITS)[split].failures
            if not failures:
                return None
        return failures[-1][1]

    problems, done = [], []
    for spec in json.loads(params.models):
        began = time.perf_counter()
        try:
            estimator = build(spec, params.task, params.imbalance, spec["key"])
            failure = model_failure(spec, estimator)
        except UserError as error:
            problems.append(str(error))
            continue
        if failure:
            problems.append(failure_text(spec, params.dataset, failure, log))
        done.append(f"{spec['name']}: {failure or 'done'}")
        print(f"{done[-1]} ({time.perf_counter() - began:.1f} s)", flush=True)
    if problems:
        raise UserError("\n".join(problems))
    Path(output).write_text("\n".join(done) + "\n", encoding="utf-8")


def failure_text(spec: dict, dataset: str, why: str, log: str) -> str:
    """The sentence for a model that fails: its key, the reason, and what to do."""
    params = f" {json.dumps(spec['params'], ensure_ascii=False)}" if spec["params"] else ""
    return (
        f"{spec['key']}: '{spec['name']}'{params} fails on {dataset}: {why.rstrip('.')}."
        f" Change its params or grid, or take it out (log: {log})"
    )
