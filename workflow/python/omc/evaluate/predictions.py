"""The one reader of predictions.csv: truth, predictions and probabilities, with their classes."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from omc.core.survival import OUTCOME, SURVIVAL, UNCENSORED
from omc.core.tables import PROBABILITY
from omc.evaluate.metrics import kind_of
from omc.evaluate.reading import read_text


@dataclass(frozen=True)
class Predictions:
    """n predictions: rows of predictions.csv, or of another table with its last columns.

    rows: table of text with the other columns (language, model, split, cohort, sample); truth,
    predicted: (n,) codes of `classes`, or numbers in a regression; prob: (n, K), NaN if a model
    gives no probabilities; positive: code of the positive class, None unless there are two.

    In a survival analysis: truth (n,) structured array of event and time; predicted (n,) risks;
    prob (n, H) probabilities of surviving the `horizons`; uncensored (n, 1 + H) those of not being
    censored until the sample's own time and until each horizon.
    """

    rows: pd.DataFrame
    truth: np.ndarray
    predicted: np.ndarray
    prob: np.ndarray
    classes: list[str]
    positive: int | None
    horizons: list[float] = field(default_factory=list)
    uncensored: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def has_probabilities(self) -> bool:
        """Whether there are classes or horizons, and every prediction has their probabilities."""
        return bool(self.classes or self.horizons) and not np.isnan(self.prob).any()

    @property
    def kind(self) -> str:
        """'binary', 'multiclass', 'regression' or 'survival': this decides the metrics."""
        return "survival" if self.horizons else kind_of(self.classes)

    def take(self, at) -> "Predictions":
        """Some of the predictions; at: a mask or positions."""
        truth, predicted, prob = (part[at] for part in (self.truth, self.predicted, self.prob))
        parts = self.rows.iloc[at], truth, predicted, prob, self.classes, self.positive
        return Predictions(
            *parts, self.horizons, self.uncensored[at] if self.horizons else self.uncensored
        )

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
    if "risk" in table:
        return _parse_survival(table, splits)
    columns = [name for name in table if name.startswith(PROBABILITY)]
    classes = [name.removeprefix(PROBABILITY) for name in columns]
    rows = table.drop(columns=columns)
    _add_repeat(rows, splits)
    truth, predicted = (coded(table[name], classes) for name in ("truth", "predicted"))
    prob = table[columns].replace("", "nan").to_numpy(float)
    positive_code = classes.index(positive or classes[-1]) if len(classes) == 2 else None
    return Predictions(rows, truth, predicted, prob, classes, positive_code)


def _add_repeat(rows: pd.DataFrame, splits: str | None) -> None:
    if splits:
        repeat_of_split = read_text(splits).drop_duplicates("split").set_index("split")["repeat"]
        rows["repeat"] = rows["split"].map(repeat_of_split)


def _parse_survival(table: pd.DataFrame, splits: str | None) -> Predictions:
    survival = [name for name in table if name.startswith(SURVIVAL)]
    uncensored = [name for name in table if name.startswith(UNCENSORED)]
    rows = table.drop(columns=[*survival, *uncensored])
    _add_repeat(rows, splits)
    truth = np.empty(len(table), dtype=OUTCOME)
    truth["event"], truth["time"] = table["event"] == "1", table["time"].astype(float)
    prob, known = (
        table[part].replace("", "nan").to_numpy(float) for part in (survival, uncensored)
    )
    horizons = [float(name.removeprefix(SURVIVAL)) for name in survival]
    risk = table["risk"].to_numpy(float)
    return Predictions(rows, truth, risk, prob, [], None, horizons, known)


def coded(labels, classes: list[str]) -> np.ndarray:
    """(n,) codes of labels in `classes`; without classes, the labels as numbers."""
    if not classes:
        return np.asarray(labels, dtype=float)
    code = {label: i for i, label in enumerate(classes)}
    return np.array([code[label] for label in labels], dtype=int)
