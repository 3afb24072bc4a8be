"""Folds: samples divided evenly, balanced over strata, groups kept together."""

import warnings
from collections import Counter

import numpy as np
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

from omc.core.errors import UserError


def fold_numbers(strata, groups, folds: int, seed: int, coarser=()) -> np.ndarray:
    """(n,) fold 1..folds of each sample: balanced over `strata`, groups kept together.

    strata: (n,) labels, constant if there is nothing to balance; groups: (n,) or None; coarser: see
    `divide`. Nothing is balanced if every stratum is too small to be in each fold.
    """
    return divide(strata, groups, folds, seed, coarser)[0]


def divide(strata, groups, folds: int, seed: int, coarser=()) -> tuple[np.ndarray, int]:
    """(`fold_numbers`, how many of the strata's further columns had to be dropped).

    coarser: labels (n,) without the last column to balance, without the last two, and so on; the
    last are the classes alone, or constant in a regression. Strata that are too small to be in each
    fold would leave the classes unbalanced: then columns are dropped until they are not.
    """
    if not coarser:
        return _divide(strata, groups, folds, seed), 0
    classes = coarser[-1]
    by_class = _divide(classes, groups, folds, seed)
    for dropped, labels in enumerate([strata, *coarser[:-1]]):
        fold_of_sample = _divide(labels, groups, folds, seed)
        allowed = _imbalance(by_class, classes, folds) + 0.5
        if _is_balanced(labels, folds) and _imbalance(fold_of_sample, classes, folds) <= allowed:
            return fold_of_sample, dropped
    return by_class, len(coarser)


def _imbalance(fold_of_sample, classes, folds: int) -> float:
    """Largest deviation of a class's samples in a fold from an even share, relative to it."""
    _, code = np.unique(classes, return_inverse=True)
    table = np.zeros((code.max() + 1, folds))
    np.add.at(table, (code, fold_of_sample - 1), 1)
    return float(np.abs(table * folds / table.sum(axis=1, keepdims=True) - 1).max())


def _is_balanced(strata, folds: int) -> bool:
    """Whether a stratum is large enough to be in each fold, and not all samples are in it."""
    counts = Counter(strata).values()
    return len(counts) > 1 and max(counts) >= folds


def _divide(strata, groups, folds: int, seed: int) -> np.ndarray:
    balanced = _is_balanced(strata, folds)
    if groups is not None and balanced:
        return _deal_groups(strata, groups, folds, seed)
    splitter_class = GroupKFold if groups is not None else StratifiedKFold if balanced else KFold
    splitter = splitter_class(n_splits=folds, shuffle=True, random_state=seed)
    fold_of_sample = np.zeros(len(strata), dtype=int)
    with warnings.catch_warnings():
        # check_folds has already decided whether a small class may miss a fold.
        warnings.filterwarnings("ignore", message="The least populated class")
        for fold, (_, test) in enumerate(splitter.split(fold_of_sample, strata, groups), start=1):
            fold_of_sample[test] = fold
    return fold_of_sample


def _deal_groups(strata, groups, folds: int, seed: int) -> np.ndarray:
    """(n,) fold 1..folds of each sample: each whole group goes to the fold that it balances best.

    The best balance is the smallest standard deviation over the folds of their shares of a stratum,
    averaged over the strata. scikit-learn's StratifiedGroupKFold does the same, but orders the
    groups by the spread of their counts, so that every seed gives the same folds unless two spreads
    are equal. Here large groups come first too, but each size is first reduced at random by up to
    half.
    """
    stratum = np.unique(strata, return_inverse=True)[1]
    group = np.unique(groups, return_inverse=True)[1]
    counts = np.zeros((group.max() + 1, stratum.max() + 1))
    np.add.at(counts, (group, stratum), 1)
    sizes, shares = counts.sum(axis=1), counts / counts.sum(axis=0)
    shrink = np.random.default_rng(seed).uniform(0.5, 1, len(sizes))
    fold_of = np.zeros(len(sizes), dtype=int)
    size, share = np.zeros(folds), np.zeros((folds, shares.shape[1]))
    for number in np.argsort(-sizes * shrink, kind="stable"):
        # new_share[k]: the shares of all folds if this group goes to fold k.
        new_share = share + np.eye(folds)[:, :, None] * shares[number]
        # Rounded, so that rounding errors decide nothing; the smallest fold breaks ties.
        spread = new_share.std(axis=1).mean(axis=1).round(12)
        best = np.lexsort((size, spread))[0]
        fold_of[number] = best
        size[best] += sizes[number]
        share[best] += shares[number]
    return fold_of[group] + 1


def fold_limit(samples: int, classes, groups, needed: str | None = None) -> tuple[int, str]:
    """(largest possible number of folds, what limits it).

    classes: (n,) labels that must all be in each fold, or None; groups: (n,) or None; needed: the
    only label that must, None for all.
    """
    limits = [(samples, "samples")]
    if groups is not None:
        limits.append((len(set(groups)), "groups"))
    if classes is not None:
        # A group is in one fold: a class cannot be in more folds than it has groups.
        units = range(samples) if groups is None else groups
        class_of_unit = [label for _, label in set(zip(units, classes, strict=True))]
        labels, counts = np.unique(class_of_unit, return_counts=True)
        if needed is not None:
            counts = np.array([0, *counts[labels == needed]]).max(keepdims=True)
            labels = np.array([needed])
        what = "samples of the smallest class," if groups is None else "groups that hold class"
        limits.append((int(counts.min()), f"{what} '{labels[counts.argmin()]}'"))
    return min(limits, key=lambda limit: limit[0])


def check_folds(limit: tuple[int, str], folds: int, key: str, where: str) -> None:
    """Refuse more folds than `fold_limit` allows."""
    largest, what = limit
    if largest < folds:
        lower = f"set it to at most {largest}, or " if largest > 1 else ""
        raise UserError(
            f"{key}: {folds} folds, but there are only {largest} {what} in {where}:"
            f" {lower}give more {what.split()[0]}"
        )
