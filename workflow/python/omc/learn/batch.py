"""The data of a batch of splits: only the rows and columns that its fits keep (twin: batch.R)."""

import csv
import json
from array import array
from dataclasses import replace
from operator import itemgetter

import numpy as np

from omc.core.csv_files import number, read_csv
from omc.core.names import FINAL
from omc.core.survival import CENSORED, Censoring, outcomes
from omc.data.matrix import axis_names, layers, read_columns
from omc.learn.batch_effects import read_lab_batches
from omc.learn.preprocessing import apply_fit, read_fits
from omc.learn.size_factors import read_size_factors


class Data:
    """The data of a batch, read once: only the rows and columns that its fits keep."""

    def __init__(self, data: str, samples: str, splits: str, preprocessing: str, task: str):
        sheet = read_csv(samples, "\t")
        self.cohort = [row["cohort"] for row in sheet]
        labels = [row["outcome"] for row in sheet]
        self.classes = sorted(set(labels)) if task == "classification" else []
        if task == "classification":
            self.outcome = np.array([self.classes.index(label) for label in labels])
        elif task == "survival":
            self.outcome = outcomes(labels)
        else:
            self.outcome = np.array(labels, dtype=float)
        self.samples = np.array([row["sample"] for row in sheet], dtype=object)
        self.truth = np.array(labels, dtype=object)
        self.horizons: list[float] | None = None
        self.splits = _read_splits(splits, {name: row for row, name in enumerate(self.samples)})
        self._files = (data, preprocessing)

    def batch_splits(self, index: int, count: int, final: bool) -> list[str]:
        """Names of the splits of batch `index` (1-based) of `count`, and of `final` if wanted."""
        outer = [name for name in self.splits if name != FINAL]
        n_splits = len(outer)
        chosen = outer[(index - 1) * n_splits // count : index * n_splits // count]
        return chosen + ([FINAL] if final else [])

    def load_batch(self, splits: list[str]) -> dict:
        """Read the fits of these splits and their columns; returns the file's attributes."""
        data, preprocessing = self._files
        self.fits, attributes = read_fits(preprocessing, set(splits))
        lab = read_lab_batches(preprocessing)
        self.lab = None if lab is None else lab.of(self.samples)
        known = read_size_factors(preprocessing)
        if known is not None:
            place = {name: row for row, name in enumerate(known.samples)}
            order = [place[name] for name in self.samples]
            for key, fit in self.fits.items():
                self.fits[key] = replace(fit, size_factors=fit.size_factors[order])
        columns = [fit.index for fit in self.fits.values()]
        # A batch is empty if there are fewer splits than batches.
        self.columns = np.unique(np.concatenate(columns)) if columns else np.zeros(0, dtype=int)
        self.values = read_columns(data, self.samples, self.columns)
        self.features = np.array(axis_names(data, "var"), dtype=object)
        self.horizons = json.loads(attributes.get("horizons", "null"))
        baseline = json.loads(attributes.get("baseline", "[]"))
        self._in_baseline = np.isin(layers(data), baseline) if baseline else None
        return attributes

    def split_rows(self, split: str):
        """(train, test, inner): row numbers, and the inner fold of each training row."""
        rows, inner = self.splits[split]
        train = inner > 0
        return rows[train], rows[~train], inner[train]

    def fit_matrix(self, fit, rows) -> np.ndarray:
        """(rows, features) numbers of a fit, ready for a model."""
        values = self.values[np.ix_(rows, np.searchsorted(self.columns, fit.index))]
        factors = None if fit.size_factors is None else fit.size_factors[rows]
        return apply_fit(values, fit, None if self.lab is None else self.lab.take(rows), factors)

    def unpenalised(self, fit) -> list[int]:
        """Positions of the features of baseline layers in `fit_matrix`."""
        return (
            []
            if self._in_baseline is None
            else np.flatnonzero(self._in_baseline[fit.index]).tolist()
        )


def _read_splits(path: str, row_of: dict[str, int]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Of each split, in their order: row numbers, and inner folds, 0 for test samples."""
    parts: dict[str, tuple[array, array]] = {}
    with open(path, encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        cells = itemgetter(*map(next(lines).index, ("split", "sample", "role", "inner_fold")))
        for split, sample, role, inner_fold in map(cells, lines):
            rows, inner = parts.setdefault(split, (array("q"), array("q")))
            rows.append(row_of[sample])
            inner.append(int(inner_fold) if role == "train" else 0)
    return {name: (np.array(rows), np.array(inner)) for name, (rows, inner) in parts.items()}


def prediction_cells(data: Data, rows, predicted, prob, train) -> list[list]:
    """Cells `sample`, `truth`, `predicted` and probabilities of predicted samples.

    rows: (n,) row numbers; predicted: (n,) class indices or numbers; prob: (n, K), None without. In
    a survival analysis, predicted are risks, prob (n, H) the probabilities of surviving the
    horizons, time and event stand for the truth, and the probabilities of not being censored, among
    the rows `train` of the model, follow.
    """
    if data.horizons is not None:
        return _survival_cells(data, rows, predicted, prob, Censoring(data.outcome[train]))
    cells = []
    for i, row in enumerate(rows):
        label = data.classes[predicted[i]] if data.classes else number(predicted[i])
        probabilities = [""] * len(data.classes) if prob is None else map(number, prob[i])
        cells.append([data.samples[row], data.truth[row], label, *probabilities])
    return cells


def _survival_cells(data: Data, rows, risk, survival, censoring: Censoring) -> list[list]:
    cells = []
    at_horizons = list(map(number, censoring.at(data.horizons)))
    at_times = censoring.at(data.outcome["time"][rows])
    for i, row in enumerate(rows):
        time, event = data.truth[row].removesuffix(CENSORED), int(data.outcome["event"][row])
        known = [""] * len(at_horizons) if survival is None else map(number, survival[i])
        uncensored = [number(at_times[i]), *at_horizons]
        cells.append([data.samples[row], time, event, number(risk[i]), *known, *uncensored])
    return cells


def inner_folds(inner: np.ndarray) -> list:
    """(train, test) row numbers of each distinct inner fold."""
    return [(np.flatnonzero(inner != j), np.flatnonzero(inner == j)) for j in np.unique(inner)]
