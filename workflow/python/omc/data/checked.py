"""What the checks of a data set see: its sheet, its outcome, and its features in blocks."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from omc.core.survival import martingale_residuals, outcomes
from omc.data.association import FEW_VALUES, Columns, Permuted, is_called
from omc.data.matrix import axis_names, layers, read_columns
from omc.data.survival import times_to_event
from omc.data.transforms import cpm_log2

DEVELOPMENT = "development"
# Number of features to read at a time, and of values.
COLUMNS, VALUES = 2000, 4_000_000


@dataclass(frozen=True)
class Block:
    """Values of b features. values: (n + m, b), development's n samples first; NaN: missing.

    first: 0-based number of the first of these features.
    """

    first: int
    values: np.ndarray
    samples: int

    @property
    def development(self) -> np.ndarray:
        """(n, b) values of development."""
        return self.values[: self.samples]

    @cached_property
    def ranks(self) -> np.ndarray:
        """(n + m, b) ranks within each feature, ties their mean rank; NaN: missing."""
        return ranked(self.values)

    @cached_property
    def development_ranks(self) -> np.ndarray:
        """(n, b) ranks among the samples of development."""
        alone = len(self.values) == self.samples
        return self.ranks if alone else ranked(self.development)


def ranked(values: np.ndarray) -> np.ndarray:
    """(n, b) ranks within each column, ties their mean rank; NaN stays NaN."""
    return pd.DataFrame(values).rank().to_numpy()


@dataclass(frozen=True)
class CheckedData:
    """A data set as its checks see it.

    task: classification or regression; outcome, groups: columns of the sheet, groups may be None;
    sheet: text cells by sample; rows: of samples.tsv, development's n samples first; data: path of
    data.h5ad; splits, strata: rows of splits.csv and strata.csv; lab_batch: the column that
    features are corrected for; survival: time, event and event_value of such an analysis, whose
    outcome is the column of the time. Martingale residuals stand for the outcome then: numbers that
    are high for early events; without_outcome: samples that were left out; normalised: layers of
    counts that each fit normalises, seen here as log2 of counts per million.
    """

    task: str
    outcome: str
    groups: str | None
    sheet: pd.DataFrame
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)
    data: str = ""
    splits: list = field(default_factory=list)
    strata: list = field(default_factory=list)
    lab_batch: str | None = None
    survival: dict | None = None
    without_outcome: list[str] = field(default_factory=list)
    normalised: list[str] = field(default_factory=list)

    @property
    def is_classification(self) -> bool:
        """Whether the outcome is a class."""
        return self.task == "classification"

    @cached_property
    def y(self) -> pd.Series:
        """Outcome of each sample of the sheet: labels, or numbers."""
        y = self.sheet[self.outcome].str.strip()
        if self.survival:
            times = times_to_event(self.sheet, self.survival, "outcome", "the sheet")
            return pd.Series(martingale_residuals(outcomes(times)), y.index)
        return y if self.is_classification else y.astype(float)

    @cached_property
    def unused(self) -> pd.DataFrame:
        """Columns of the sheet that are neither outcome nor group.

        Columns to stratify by are among them: balancing the folds over a batch does not keep a
        model from learning the batch.
        """
        used = {self.outcome, self.groups, (self.survival or {}).get("event")}
        names = [name for name in self.sheet.columns if name not in used]
        return self.sheet[names].apply(lambda column: column.str.strip())

    @cached_property
    def columns(self) -> Columns:
        """How the unused columns of the sheet are associated with the outcome."""
        groups = None if self.groups is None else self.sheet[self.groups]
        return Columns(self.unused, Permuted(self.y, groups))

    @cached_property
    def subjects(self) -> dict[str, float]:
        """Columns that look like names of subjects: the share of samples that share a name."""
        found = {} if self.groups is not None else self.columns.found
        shares = {}
        for name, association in found.items():
            if association.is_number or association.p >= 0.05:
                continue
            column = self.unused[name]
            repeated = (column.map(column.value_counts()) > 1) & (column != "")
            of_batches = column.nunique() <= FEW_VALUES or is_called(name, "batch")
            if of_batches:
                continue
            if repeated.mean() >= 0.5 and self._explained(column[repeated]) >= 0.9:
                shares[name] = repeated.mean()
        return shares

    def _explained(self, level: pd.Series) -> float:
        """Share of samples with their level's majority class, or of the outcome's variance."""
        outcome = self.y[level.index]
        if self.is_classification:
            majority = outcome.groupby(level).agg(lambda part: part.value_counts().iloc[0])
            return majority.sum() / len(outcome)
        residual = outcome - outcome.groupby(level).transform("mean")
        return 1 - residual.var(ddof=0) / outcome.var(ddof=0)

    @cached_property
    def development(self) -> pd.DataFrame:
        """Rows of samples.tsv of development's n samples."""
        return self.rows[self.rows["cohort"] == DEVELOPMENT]

    @cached_property
    def development_y(self) -> np.ndarray:
        """(n,) outcome of development: labels, or numbers."""
        y = self.development["outcome"].to_numpy()
        if self.task == "survival":
            return martingale_residuals(outcomes(y))
        return y if self.is_classification else y.astype(float)

    @cached_property
    def permuted(self) -> Permuted:
        """Permutations of development's outcome."""
        groups = self.development["group"]
        return Permuted(self.development_y, groups if groups.iloc[0] else None)

    @cached_property
    def features(self) -> list[str]:
        """Names of the p features."""
        return axis_names(self.data, "var")

    @cached_property
    def layers(self) -> np.ndarray:
        """(p,) name of each feature's layer."""
        return layers(self.data)

    def blocks(self) -> Iterator[Block]:
        """The features of all samples, a block at a time."""
        totals = {layer: self._totals(layer) for layer in self.normalised}
        for columns, values in self._values(np.arange(len(self.features))):
            for layer, total in totals.items():
                at = self.layers[columns] == layer
                values[:, at] = cpm_log2.apply(values[:, at], total, None)
            yield Block(int(columns[0]), values, len(self.development))

    def _values(self, columns: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Blocks of columns, and their values (n + m, b) in data.h5ad."""
        order = [self.development, self.rows[self.rows["cohort"] != DEVELOPMENT]]
        samples = pd.concat(order)["sample"]
        step = max(1, min(COLUMNS, VALUES // len(samples)))
        for first in range(0, len(columns), step):
            part = columns[first : first + step]
            yield part, read_columns(self.data, samples, part)

    def _totals(self, layer: str) -> np.ndarray:
        """(n + m, 1) sum of each sample's counts; 1 for a sample without any."""
        parts = self._values(np.flatnonzero(self.layers == layer))
        total = np.sum([np.nansum(values, axis=1) for _, values in parts], axis=0)
        return np.where(total > 0, total, 1)[:, None]

    @cached_property
    def presence(self) -> dict[str, np.ndarray]:
        """(n,) whether each sample of development has a value in a layer, by layer."""
        samples, present = self.development["sample"].to_numpy(), {}
        for layer in dict.fromkeys(self.layers):
            columns = np.flatnonzero(self.layers == layer)
            found = np.zeros(len(samples), dtype=bool)
            # Most samples have a value among the first features.
            step = 20
            while len(columns) and not found.all():
                values = read_columns(self.data, samples[~found], columns[:step])
                found[~found] = ~np.isnan(values).all(axis=1)
                columns, step = columns[step:], COLUMNS
            present[layer] = found
        return present

    def class_shares(self, members: np.ndarray) -> str:
        """'60 % of AML, 0 % of ALL' for the (n,) samples that are members."""
        shares = pd.Series(members).groupby(self.development_y).mean().sort_values()[::-1]
        parts = [f"{share:.0%} of {label}" for label, share in shares.items()]
        return ", ".join(parts[:3] + (["…"] if len(parts) > 3 else []))
