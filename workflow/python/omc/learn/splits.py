"""Outer splits and the inner folds of each, made once for both languages."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from omc.core.names import FINAL
from omc.core.registry import entry
from omc.core.seeds import fit_seed
from omc.core.survival import status
from omc.core.tables import SHEET_COLUMNS
from omc.learn.folds import check_folds, divide, fold_limit

SCHEMES = "omc.learn.schemes"


@dataclass(frozen=True)
class Samples:
    """The n samples of a data set that are split.

    classes: (n,) labels, `event` and `censored` in a survival analysis, or None in a regression;
    needed: the only label that every fold needs, None if all are; strata: (n,) labels to balance:
    the classes, with further columns if configured; groups: (n,) or None; coarser: see
    `folds.divide`; dropped: how many divisions, outer or inner, had to leave out how many of the
    further columns.
    """

    dataset: str
    classes: list | None
    strata: list
    groups: list | None
    coarser: Sequence[list] = ()
    needed: str | None = None
    dropped: Counter = field(default_factory=Counter)

    def fold_numbers(self, folds: int, seed: int, rows=None, kind: str = "outer") -> np.ndarray:
        """(m,) fold 1..folds of these rows, all by default; kind: of the folds, for the record."""
        rows = self.rows if rows is None else rows
        coarser = [_take(labels, rows) for labels in self.coarser]
        groups = _take(self.groups, rows)
        numbers, dropped = divide(_take(self.strata, rows), groups, folds, seed, coarser)
        self.dropped[kind, dropped] += 1
        return numbers

    @property
    def rows(self) -> np.ndarray:
        """(n,) row numbers."""
        return np.arange(len(self.strata))

    @property
    def unit_name(self) -> str:
        """The units that are split."""
        return "samples" if self.groups is None else "groups"


@dataclass(frozen=True)
class Split:
    """One outer split, as row numbers of samples.

    train: (m,) ascending, repeated as often as drawn; inner_fold: (m,) 1..k; test: (t,).
    """

    name: str
    repeat: int | None
    fold: int | None
    train: np.ndarray
    inner_fold: np.ndarray
    test: np.ndarray


def make_splits(classes, strata, groups, dataset: str, resampling: dict, seed: int) -> list[Split]:
    """`splits_of` samples: classes, strata, groups of `Samples`."""
    return splits_of(Samples(dataset, classes, strata, groups), resampling, seed)


def splits_of(samples: Samples, resampling: dict, seed: int) -> list[Split]:
    """The outer splits of a scheme with inner folds, and `final` on all samples.

    resampling: scheme, folds, repeats, inner_folds. Tuning
    needs inner folds, because the error of the tuned model is biased otherwise (Varma & Simon 2006,
    doi:10.1186/1471-2105-7-91); copies of a drawn sample share theirs. Raises UserError if there
    are too few samples or groups, in total or, if the scheme balances classes, in a class, or if
    there are more repeats than different divisions into folds.
    """
    scheme, dataset = entry(SCHEMES, resampling["scheme"]), samples.dataset
    classes, groups, rows = samples.classes, samples.groups, samples.rows
    outer_splits = [
        (f"r{repeat:02d}f{fold:02d}", repeat, fold, train, np.setdiff1d(rows, train))
        for repeat, fold, train in scheme.training_rows(samples, resampling, seed)
    ]
    outer_splits.append((FINAL, None, None, rows, rows[:0]))
    inner_folds = resampling["inner_folds"]
    limits = {}
    for name, *_, train, _ in outer_splits:
        distinct = np.unique(train)
        split_classes = _take(classes, distinct) if scheme.BALANCED else None
        limits[name] = fold_limit(
            len(distinct), split_classes, _take(groups, distinct), samples.needed
        )
    tightest = min(limits, key=lambda name: limits[name][0])
    where = f"the training samples of split {tightest} of data set '{dataset}'"
    check_folds(limits[tightest], inner_folds, "resampling.inner_folds", where)
    splits = []
    for name, repeat, fold, train, test in outer_splits:
        distinct, position = np.unique(train, return_inverse=True)
        inner_seed = fit_seed(seed, dataset, "", "", name, "inner")
        inner = samples.fold_numbers(inner_folds, inner_seed, distinct, "inner")[position]
        splits.append(Split(name, repeat, fold, train, inner, test))
    return splits


def split_sheet(
    sheet: list[dict], dataset: str, resampling: dict, task: str, seed: int, ungrouped: bool = False
) -> list[Split]:
    """`splits_of` the development samples of samples.tsv; arguments: see `samples_of`."""
    samples = samples_of(sheet, dataset, resampling, task, seed, ungrouped)
    return splits_of(samples, resampling, seed)


def samples_of(
    sheet: list[dict], dataset: str, resampling: dict, task: str, seed: int, ungrouped: bool = False
) -> Samples:
    """The development samples of samples.tsv, to be split.

    sheet: their rows; columns other than sample, outcome, group and cohort are balanced too;
    ungrouped: split as if there were no groups.
    """
    further, classes, needed = further_columns(sheet), None, None
    if task == "classification":
        classes = [row["outcome"] for row in sheet]
    elif task == "survival":
        classes, needed = [status(row["outcome"]) for row in sheet], "event"
        sheet = [{**row, "outcome": label} for row, label in zip(sheet, classes, strict=True)]
    balanced = (["outcome"] if classes else []) + further
    labels = [
        ["|".join(row[c] for c in balanced[: len(balanced) - dropped]) for row in sheet]
        for dropped in range(len(further) + 1)
    ]
    groups = groups_of(sheet)
    if ungrouped:
        groups = without_groups(groups, dataset, resampling["scheme"], seed)
    return Samples(dataset, classes, labels[0], groups, labels[1:], needed)


def further_columns(sheet: list[dict]) -> list[str]:
    """The columns of samples.tsv to balance besides the classes."""
    return [c for c in sheet[0] if c not in SHEET_COLUMNS]


def strata_rows(samples: Samples, further: list[str]):
    """Rows of strata.csv, of samples whose splits have been made. further: columns to balance."""
    for (kind, dropped), count in sorted(samples.dropped.items()):
        kept = further[: len(further) - dropped]
        balanced = (["outcome"] if samples.classes is not None else []) + kept
        yield [kind, " ".join(balanced), " ".join(further[len(kept) :]), count]


def groups_of(sheet: list[dict]) -> list[str] | None:
    """The group of each row of samples.tsv; None if there are no groups."""
    return [row["group"] for row in sheet] if sheet[0]["group"] else None


def without_groups(groups, dataset: str, scheme: str, seed: int):
    """Groups for a comparison that ignores the groups: None, or random groups of the same sizes.

    Random groups serve leave-one-group-out, so that the training sets have the same sizes.
    """
    if scheme != "leave_one_group_out":
        return None
    rng = np.random.default_rng(fit_seed(seed, dataset, "", "", "", "ungrouped"))
    return rng.permutation(groups).tolist()


def _take(values, rows):
    return None if values is None else np.asarray(values)[rows]


def split_rows(splits: list[Split], samples: list[str], cohorts: Sequence[str] = ()):
    """Rows of splits.csv. `cohorts`: external samples, the test rows of `final`."""
    for split in splits:
        repeat, fold = split.repeat or "", split.fold or ""
        inner_folds = zip(split.train, split.inner_fold, strict=True)
        rows = [(row, "train", inner) for row, inner in inner_folds]
        rows += [(row, "test", "") for row in split.test]
        for row, role, inner in sorted(rows):
            yield [split.name, repeat, fold, samples[row], role, inner]
        if split.name == FINAL:
            for sample in cohorts:
                yield [split.name, repeat, fold, sample, "test", ""]
