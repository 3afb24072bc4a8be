"""The one reader of predictions.csv: truth, predictions and probabilities, with their classes."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from omc.core.tables import PROBABILITY
from omc.evaluate.reading import read_text


@dataclass(frozen=True)
class Predictions:
    """n predictions: rows of predictions.csv, or of another table with its last columns.

    rows: table of text with the other columns (language, model, split, cohort, sample); truth,
    predicted: (n,) codes of `classes`, or numbers in a regression; prob: (n, K), NaN if a model
    gives no probabilities; positive: code of the positive class, None unless there are two.
    """

    rows: pd.DataFrame
    truth: np.ndarray
    predicted: np.ndarray
    prob: np.ndarray
    classes: list[str]
    positive: int | None

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def has_probabilities(self) -> bool:
        """Whether there are classes, and every prediction has their probabilities."""
        return bool(self.classes) and not np.isnan(self.prob).any()

    def take(self, at) -> "Predictions":
        """Some of the predictions; at: a mask or positions."""
        truth, predicted, prob = (part[at] for part in (self.truth, self.predicted, self.prob))
        rows = self.rows.iloc[at]
        return Predictions(rows, truth, predicted, prob, self.classes, self.positive)

    def by(self, *columns: str):
        """Yield (key, Predictions) of each group of equal cells, in the order of the rows."""
        keys = list(columns) if len(columns) > 1 else columns[0]
        groups = self.rows.groupby(keys, sort=False).indices
        for key in sorted(groups, key=lambda key: groups[key][0]):
            yield key, self.take(groups[key])


def read_predictions(path: str, positive: str | None, splits: str | None = None) -> Predictions:
    """Predictions of a file; see `parse`."""
    return parse(read_text(path), positive, splits)


def parse(table: pd.DataFrame, positive: str | None, splits: str | None = None) -> Predictions:
    """Predictions of a table of text.

    positive: label of the positive class, None for the second of two; splits: path of splits.csv,
    to add the column `repeat`, which is empty in external cohorts.
    """
    columns = [name for name in table if name.startswith(PROBABILITY)]
    classes = [name.removeprefix(PROBABILITY) for name in columns]
    rows = table.drop(columns=columns)
    if splits:
        repeat_of_split = read_text(splits).drop_duplicates("split").set_index("split")["repeat"]
        rows["repeat"] = rows["split"].map(repeat_of_split)
    truth, predicted = (coded(table[name], classes) for name in ("truth", "predicted"))
    prob = table[columns].replace("", "nan").to_numpy(float)
    positive_code = classes.index(positive or classes[-1]) if len(classes) == 2 else None
    return Predictions(rows, truth, predicted, prob, classes, positive_code)


def coded(labels, classes: list[str]) -> np.ndarray:
    """(n,) codes of labels in `classes`; without classes, the labels as numbers."""
    if not classes:
        return np.asarray(labels, dtype=float)
    code = {label: i for i, label in enumerate(classes)}
    return np.array([code[label] for label in labels], dtype=int)
