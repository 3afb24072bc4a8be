"""Outer splits and the inner folds of each, made once for both languages."""

from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    StratifiedGroupKFold,
    StratifiedKFold,
)

from omc.errors import UserError
from omc.seeds import fit_seed

FINAL = "final"


@dataclass(frozen=True)
class Split:
    """One outer split of n samples; `inner_fold` (n,): 1..k for training rows, 0 for test rows."""

    name: str
    repeat: int | None
    fold: int | None
    inner_fold: np.ndarray


def fold_numbers(strata, groups, folds: int, seed: int) -> np.ndarray:
    """(n,) fold 1..folds of each sample: balanced over `strata`, groups kept together.

    strata: (n,) labels, one constant label if there is nothing to balance; groups: (n,) or None.
    """
    balanced = len(set(strata)) > 1
    if groups is None:
        kind = StratifiedKFold if balanced else KFold
    else:
        kind = StratifiedGroupKFold if balanced else GroupKFold
    splitter = kind(n_splits=folds, shuffle=True, random_state=seed)
    number = np.zeros(len(strata), dtype=int)
    for fold, (_, test) in enumerate(splitter.split(number, strata, groups), start=1):
        number[test] = fold
    return number


def check_folds(classes, groups, folds: int, key: str, where: str) -> None:
    """Refuse more folds than the smallest class, or the number of groups, can fill.

    classes: (n,) class labels, or None in a regression.
    """
    if classes is not None:
        labels, counts = np.unique(classes, return_counts=True)
        _refuse(
            folds,
            counts.min(),
            f"samples of the smallest class, '{labels[counts.argmin()]}'",
            key,
            where,
        )
    if groups is not None:
        _refuse(folds, len(set(groups)), "groups", key, where)


def _refuse(folds: int, most: int, what: str, key: str, where: str) -> None:
    if most < folds:
        raise UserError(
            f"{key}: {folds} folds, but there are only {most} {what} in {where}:"
            f" set it to at most {max(2, most)}, or give more samples"
        )


def make_splits(classes, strata, groups, dataset: str, resampling: dict, seed: int) -> list[Split]:
    """Repeated (stratified, grouped) k-fold splits with inner folds, and `final` on all samples.

    classes: (n,) class labels or None in a regression; strata: (n,) what to balance (the classes,
    with further columns if configured); groups: (n,) or None. Raises UserError where a fold could
    not hold every class. Inner folds because the error of the tuned model is biased otherwise
    (Varma & Simon 2006, doi:10.1186/1471-2105-7-91).
    """
    where = f"data set '{dataset}'"
    folds, inner_folds = resampling["folds"], resampling["inner_folds"]
    check_folds(classes, groups, folds, "resampling.folds", where)
    splits = []
    for repeat in range(1, resampling["repeats"] + 1):
        outer = fold_numbers(
            strata, groups, folds, fit_seed(seed, dataset, "", "", repeat, "outer")
        )
        for fold in range(1, folds + 1):
            name = f"r{repeat:02d}f{fold:02d}"
            splits.append((name, repeat, fold, outer != fold))
    splits.append((FINAL, None, None, np.ones(len(strata), dtype=bool)))
    tightest = min(splits, key=lambda split: _smallest_class(classes, split[-1]))
    where = f"the training samples of split {tightest[0]} of data set '{dataset}'"
    train = tightest[-1]
    check_folds(
        _part(classes, train), _part(groups, train), inner_folds, "resampling.inner_folds", where
    )
    made = []
    for name, repeat, fold, train in splits:
        inner = np.zeros(len(train), dtype=int)
        inner_seed = fit_seed(seed, dataset, "", "", name, "inner")
        part = _part(strata, train), _part(groups, train)
        inner[train] = fold_numbers(*part, inner_folds, inner_seed)
        made.append(Split(name, repeat, fold, inner))
    return made


def _part(of, rows):
    return None if of is None else np.asarray(of)[rows]


def _smallest_class(classes, rows) -> int:
    return 0 if classes is None else np.unique(_part(classes, rows), return_counts=True)[1].min()


def split_rows(splits: list[Split], samples: list[str], cohorts: list[str] = ()):
    """Rows of splits.csv. `cohorts`: external samples, the test rows of `final`."""
    for split in splits:
        repeat, fold = split.repeat or "", split.fold or ""
        for sample, inner in zip(samples, split.inner_fold, strict=True):
            role = "train" if inner else "test"
            yield [split.name, repeat, fold, sample, role, inner or ""]
        if split.name == FINAL:
            for sample in cohorts:
                yield [split.name, repeat, fold, sample, "test", ""]
