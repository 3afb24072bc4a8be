"""Folds: samples divided evenly, balanced over strata, groups kept together."""

import warnings
from collections import Counter

import numpy as np
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

from omc.core.errors import UserError


def fold_numbers(strata, groups, folds: int, seed: int) -> np.ndarray:
    """(n,) fold 1..folds of each sample: balanced over `strata`, groups kept together.

    strata: (n,) labels, one constant label if there is nothing to balance; groups: (n,) or None.
    Nothing is balanced either where every stratum is too small to reach each fold.
    """
    counts = Counter(strata).values()
    balanced = len(counts) > 1 and max(counts) >= folds
    if groups is not None and balanced:
        return _deal_groups(strata, groups, folds, seed)
    kind = GroupKFold if groups is not None else StratifiedKFold if balanced else KFold
    splitter = kind(n_splits=folds, shuffle=True, random_state=seed)
    number = np.zeros(len(strata), dtype=int)
    with warnings.catch_warnings():
        # Whether a small class may miss a fold is decided before, by check_folds.
        warnings.filterwarnings("ignore", message="The least populated class")
        for fold, (_, test) in enumerate(splitter.split(number, strata, groups), start=1):
            number[test] = fold
    return number


def _deal_groups(strata, groups, folds: int, seed: int) -> np.ndarray:
    """(n,) fold 1..folds of each sample: whole groups, each to the fold that it balances best.

    Balanced best is the smallest standard deviation, over the folds, of their shares of a stratum,
    in the mean over the strata. scikit-learn's StratifiedGroupKFold does the same, but always takes
    the groups in the order of the spread of their counts, so that every seed gives the same folds
    where no two spreads are equal. Here large groups come first too, after the seed has taken up to
    half off each size.
    """
    stratum = np.unique(strata, return_inverse=True)[1]
    group = np.unique(groups, return_inverse=True)[1]
    held = np.zeros((group.max() + 1, stratum.max() + 1))
    np.add.at(held, (group, stratum), 1)
    sizes, shares = held.sum(axis=1), held / held.sum(axis=0)
    taken = np.random.default_rng(seed).uniform(0.5, 1, len(sizes))
    fold_of = np.zeros(len(sizes), dtype=int)
    size, share = np.zeros(folds), np.zeros((folds, shares.shape[1]))
    for one in np.argsort(-sizes * taken, kind="stable"):
        # [k]: the shares of all folds if this group went to fold k.
        after = share + np.eye(folds)[:, :, None] * shares[one]
        # Rounded, so that a rounding error decides nothing; of equal ones the smallest fold.
        spread = after.std(axis=1).mean(axis=1).round(12)
        best = np.lexsort((size, spread))[0]
        fold_of[one] = best
        size[best] += sizes[one]
        share[best] += shares[one]
    return fold_of[group] + 1


def fold_limit(samples: int, classes, groups) -> tuple[int, str]:
    """The most folds that can be made, and what limits them.

    classes: (n,) labels that each fold must hold, or None; groups: (n,) or None.
    """
    limits = [(samples, "samples")]
    if groups is not None:
        limits.append((len(set(groups)), "groups"))
    if classes is not None:
        # A group stands in one fold, so that a class reaches no more folds than groups hold it.
        units = range(samples) if groups is None else groups
        held = [label for _, label in set(zip(units, classes, strict=True))]
        labels, counts = np.unique(held, return_counts=True)
        what = "samples of the smallest class," if groups is None else "groups that hold class"
        limits.append((int(counts.min()), f"{what} '{labels[counts.argmin()]}'"))
    return min(limits, key=lambda limit: limit[0])


def check_folds(limit: tuple[int, str], folds: int, key: str, where: str) -> None:
    """Refuse more folds than `fold_limit` allows."""
    most, what = limit
    if most < folds:
        lower = f"set it to at most {most}, or " if most > 1 else ""
        raise UserError(
            f"{key}: {folds} folds, but there are only {most} {what} in {where}:"
            f" {lower}give more {what.split()[0]}"
        )
