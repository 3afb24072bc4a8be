"""Whether columns are associated with the outcome, tested together by permuting the outcome.

All columns of a family share the permutations, so that an adjusted p-value is the share of
permutations in which any column of the family has as small a p-value (minP: Westfall & Young 1993,
ISBN 978-0-471-55761-6). It keeps its error rate however many columns there are, however they
depend on each other, and in tables with small counts, where the p-value of a chi-square test does
not.
"""

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.special import chdtrc

PERMUTATIONS = 499
FEWEST = 99
# At most as many numbers are permuted at a time.
SIZE = 20_000_000
SEED = 20_221
# If fewer of its samples share a level with another one, a column names the samples.
FEWEST_SHARING = 0.5
# A number with more values than this is a measurement, unless it is a code.
FEW_VALUES = 10
BATCHES = (
    "batch plate run lane chip array slide site centre center hospital scanner lot kit day date"
)
SUBJECTS = "subject patient donor participant individual person animal mouse family pair twin id"


class Permuted:
    """The outcome of n samples and its permutations.

    y: (n,) labels, or numbers, whose ranks are used; groups: (n,) or None. Groups are permuted as a
    whole, with their mean outcome, if most of them have one outcome: their samples do not count
    as independent. If groups hold several outcomes, samples are permuted.
    """

    def __init__(self, y, groups=None):
        y = np.asarray(y)
        self.labels = None
        if y.dtype.kind == "f":
            columns = pd.Series(y).rank().to_numpy()[:, None]
        else:
            self.labels, code = np.unique(y.astype(str), return_inverse=True)
            columns = np.eye(len(self.labels))[code]
        unit = np.arange(len(y))
        if groups is not None:
            of_group = np.unique(np.asarray(groups), return_inverse=True)[1]
            size = np.bincount(of_group)
            means = np.stack([np.bincount(of_group, c) / size for c in columns.T], axis=1)
            of_several = means[size > 1]
            pure = np.isclose(of_several.max(axis=1), 1) | (self.labels is None)
            if len(pure) and pure.mean() > 0.5:
                unit, columns = of_group, means[of_group]
        self.columns = columns
        first = np.unique(unit, return_index=True)[1]
        rng = np.random.default_rng(SEED)
        count = int(np.clip(SIZE / columns.size, FEWEST, PERMUTATIONS))
        drawn = [first[rng.permutation(len(first))][unit] for _ in range(count)]
        self.orders = np.stack([np.arange(len(y)), *drawn])

    @cached_property
    def all(self) -> np.ndarray:
        """(n, B + 1, K) the outcome and its B permutations: classes as shares, or one rank."""
        return np.moveaxis(self.columns[self.orders], 0, 1).copy()

    def of_levels(self, level: np.ndarray, known: np.ndarray):
        """(statistics (B + 1,), p-values (B + 1,)) of a column of levels.

        level: (n,) codes from 0; known: (n,) whether the cell is filled. Classes: chi-square test;
        numbers: Kruskal & Wallis' test.
        """
        from scipy import sparse

        codes = np.unique(level[known], return_inverse=True)[1]
        rows, outcome = np.arange(len(codes)), self.all[known]
        indicator = sparse.csr_array((np.ones(len(codes)), (codes, rows)))
        size = np.bincount(codes)
        sums = (indicator @ outcome.reshape(len(codes), -1)).reshape(len(size), *outcome.shape[1:])
        if self.labels is None:
            return self._quadratic(outcome[:, :, 0], sums[:, :, 0], size[:, None], len(size) - 1)
        total = outcome.sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = np.nan_to_num(sums**2 / (size[:, None, None] * total))
        statistic = len(codes) * (shares.sum(axis=(0, 2)) - 1)
        degrees = (len(size) - 1) * ((total > 0).sum(axis=1) - 1)
        return statistic, chdtrc(np.maximum(degrees, 1), statistic)

    def of_numbers(self, numbers: np.ndarray):
        """As `of_levels` of a column of numbers (n,), NaN: missing. Rank tests."""
        known = ~np.isnan(numbers)
        rank, outcome = pd.Series(numbers[known]).rank().to_numpy(), self.all[known]
        if self.labels is None:
            centred = rank - rank.mean()
            y = outcome[:, :, 0] - outcome[:, :, 0].mean(axis=0)
            with np.errstate(divide="ignore", invalid="ignore"):
                r = centred @ y / np.sqrt((centred**2).sum() * (y**2).sum(axis=0))
            statistic = (len(rank) - 1) * np.nan_to_num(r) ** 2
            return statistic, chdtrc(1, statistic)
        sums = np.tensordot(rank, outcome, axes=1).T
        size = outcome.sum(axis=0).T
        return self._quadratic(rank[:, None], sums, size, (size > 0).sum(axis=0) - 1)

    def of_gaps(self, gaps: np.ndarray, known: np.ndarray) -> np.ndarray:
        """(B + 1, g) statistics of columns with two levels, as of `of_levels`.

        gaps: (n, g) 0 and 1; known: (n,) the samples to test. All have the same distribution
        without an association, so that they are compared without their p-values.
        """
        gaps, outcome = gaps[known].astype(float), self.all[known]
        share = gaps.mean(axis=0)[:, None, None]
        sums = np.tensordot(gaps.T, outcome, axes=1)
        total = outcome.sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            excess = (sums - share * total) ** 2 / (share * (1 - share))
            if self.labels is None:
                spread = ((outcome - outcome.mean(axis=0)) ** 2).sum(axis=0)
                excess = excess * (len(gaps) - 1) / len(gaps) / spread
            else:
                excess = excess / total
        return np.nan_to_num(excess).sum(axis=2).T

    @staticmethod
    def _quadratic(ranks, sums, size, degrees):
        """Kruskal & Wallis' statistic from sums of ranks (parts, B + 1), corrected for ties."""
        mean, n = ranks.mean(axis=0), len(ranks)
        spread = ((ranks - mean) ** 2).sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            between = np.nan_to_num(size * (sums / size - mean) ** 2).sum(axis=0)
            statistic = np.nan_to_num((n - 1) * between / spread)
        return statistic, chdtrc(np.maximum(degrees, 1), statistic)


def adjusted(p: list[np.ndarray]) -> np.ndarray:
    """Adjusted p-values of a family. p: of each column, (B + 1,), that of the data first."""
    least = np.min(p, axis=0)
    return np.array([(least[1:] <= own[0] * (1 + 1e-9)).sum() + 1 for own in p]) / len(least)


@dataclass(frozen=True)
class Association:
    """A column and the outcome: strength from 0 to 1, and its name; adjusted p-value."""

    measure: str
    strength: float
    p: float
    is_number: bool


class Columns:
    """Associations of the columns of a sheet with the outcome, as one family.

    columns: text, empty where missing; outcome: permuted in the same order.
    """

    def __init__(self, columns: pd.DataFrame, outcome: Permuted):
        self.columns, self.outcome = columns, outcome

    @cached_property
    def found(self) -> dict[str, Association]:
        """By name of the column; columns that cannot be tested are left out."""
        tested, p = {}, []
        for name in self.columns:
            # Not as a Series, which takes several times as long.
            column = self.columns[name].to_numpy(dtype=object)
            known = column != ""
            level, uniques = pd.factorize(column)
            if known.sum() < 4 or len(uniques) - (not known.all()) < 2:
                continue
            is_number = is_measurement(str(name), column[known])
            if is_number:
                result = self.outcome.of_numbers(pd.to_numeric(np.where(known, column, np.nan)))
            elif (np.bincount(level[known])[level[known]] > 1).mean() >= FEWEST_SHARING:
                result = self.outcome.of_levels(level, known)
            else:
                continue
            tested[name] = (*self._strength(result[0][0], level, known, is_number), is_number)
            p.append(result[1])
        return {
            name: Association(measure, strength, float(value), is_number)
            for (name, (measure, strength, is_number)), value in zip(
                tested.items(), adjusted(p) if p else [], strict=True
            )
        }

    def _strength(self, statistic, level, known, is_number) -> tuple[str, float]:
        """Name and value of the association's strength, from 0 to 1."""
        n, classes = known.sum(), self.outcome.labels is not None
        if is_number:
            measure = "correlation ratio of ranks" if classes else "rank correlation"
            return measure, float(np.sqrt(statistic / (n - 1)))
        if not classes:
            return "explained rank variance", float(statistic / (n - 1))
        occurring = (self.outcome.columns[known].sum(axis=0) > 0).sum()
        degrees = max(1, min(len(set(level[known])), occurring) - 1)
        return "Cramér's V", float(np.sqrt(max(0, statistic) / (n * degrees)))


def is_measurement(name: str, column: np.ndarray) -> bool:
    """Whether a column holds measurements such as an age, and not names of batches or subjects.

    column: (n,) filled text cells. Numbers are names if the column is called as one, if there are
    few, if they count from 0 or 1 without a gap, or if most stand in equally many rows, as the
    numbers of subjects do.
    """
    numbers = pd.to_numeric(column, errors="coerce")
    if np.isnan(numbers).any():
        return False
    values, counts = np.unique(numbers, return_counts=True)
    if len(values) <= FEW_VALUES or is_called(name, "both"):
        return False
    if (numbers % 1 != 0).any():
        return True
    without_gap = values[0] in (0, 1) and values[-1] - values[0] + 1 == len(values)
    repeated = counts[counts > 1]
    # The most frequent count, the smallest of several.
    regular = len(repeated) and (counts == np.bincount(repeated).argmax()).mean() > 0.8
    return not (regular or (without_gap and len(counts) <= len(column) / 3))


def is_called(name: str, what: str) -> bool:
    """Whether a column's name has a word for a batch or a subject (what: batch, subject, both)."""
    words = {"batch": BATCHES, "subject": SUBJECTS, "both": f"{BATCHES} {SUBJECTS}"}[what].split()
    parts = re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower())
    return any(part in words or part.removesuffix("s") in words for part in parts)
