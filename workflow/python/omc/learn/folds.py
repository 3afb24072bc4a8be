"""Outer splits and the inner folds of each, made once for both languages."""

import warnings
from collections import Counter
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

from omc.core.errors import UserError
from omc.core.seeds import fit_seed
from omc.core.tables import SHEET_COLUMNS

FINAL = "final"
# Draws of one bootstrap sample, or of one repeat's folds, before it is given up.
DRAWS = 1000


@dataclass(frozen=True)
class Split:
    """One outer split, by row numbers of samples.

    train: (m,) ascending, a row as often as it was drawn; inner_fold: (m,) 1..k; test: (t,).
    """

    name: str
    repeat: int | None
    fold: int | None
    train: np.ndarray
    inner_fold: np.ndarray
    test: np.ndarray


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


def make_splits(classes, strata, groups, dataset: str, resampling: dict, seed: int) -> list[Split]:
    """The outer splits of a scheme with inner folds, and `final` on all samples.

    classes: (n,) class labels or None in a regression; strata: (n,) what to balance (the classes,
    with further columns if configured); groups: (n,) or None; resampling: scheme, folds, repeats,
    inner_folds. Inner folds because the error of the tuned model is biased otherwise (Varma & Simon
    2006, doi:10.1186/1471-2105-7-91); the copies of a drawn sample share theirs. Raises UserError
    where there are too few samples or groups, of a class too where the scheme chooses the training
    samples by class, or more repeats than different divisions into folds.
    """
    rows = np.arange(len(strata))
    made = [
        (f"r{repeat:02d}f{fold:02d}", repeat, fold, train, np.setdiff1d(rows, train))
        for repeat, fold, train in _training_rows(
            classes, strata, groups, dataset, resampling, seed
        )
    ]
    made.append((FINAL, None, None, rows, rows[:0]))
    inner_folds = resampling["inner_folds"]
    by_class = resampling["scheme"] in ("repeated_kfold", "leave_one_out")
    limits = {}
    for name, *_, train, _ in made:
        distinct = np.unique(train)
        of_classes = _part(classes, distinct) if by_class else None
        limits[name] = fold_limit(len(distinct), of_classes, _part(groups, distinct))
    tightest = min(limits, key=lambda name: limits[name][0])
    where = f"the training samples of split {tightest} of data set '{dataset}'"
    check_folds(limits[tightest], inner_folds, "resampling.inner_folds", where)
    splits = []
    for name, repeat, fold, train, test in made:
        distinct, copy = np.unique(train, return_inverse=True)
        inner_seed = fit_seed(seed, dataset, "", "", name, "inner")
        part = _part(strata, distinct), _part(groups, distinct)
        inner = fold_numbers(*part, inner_folds, inner_seed)[copy]
        splits.append(Split(name, repeat, fold, train, inner, test))
    return splits


def split_sheet(
    sheet: list[dict], dataset: str, resampling: dict, task: str, seed: int, ungrouped: bool = False
) -> list[Split]:
    """`make_splits` of the development samples of samples.tsv.

    sheet: their rows; columns other than sample, outcome, group and cohort are balanced too;
    ungrouped: split as if there were no groups.
    """
    further = [c for c in sheet[0] if c not in SHEET_COLUMNS]
    classes = [row["outcome"] for row in sheet] if task == "classification" else None
    balanced = (["outcome"] if classes else []) + further
    strata = ["|".join(row[c] for c in balanced) for row in sheet]
    groups = groups_of(sheet)
    if ungrouped:
        groups = without_groups(groups, dataset, resampling["scheme"], seed)
    return make_splits(classes, strata, groups, dataset, resampling, seed)


def groups_of(sheet: list[dict]) -> list[str] | None:
    """The group of each row of samples.tsv; None if there are no groups."""
    return [row["group"] for row in sheet] if sheet[0]["group"] else None


def without_groups(groups, dataset: str, scheme: str, seed: int):
    """What to split by to see what groups are worth: nothing, or random groups of the same sizes.

    The latter if each group is left out in turn, so that both trainings have as many samples.
    """
    if scheme != "leave_one_group_out":
        return None
    rng = np.random.default_rng(fit_seed(seed, dataset, "", "", "", "ungrouped"))
    return rng.permutation(groups).tolist()


def _training_rows(classes, strata, groups, dataset, resampling, seed):
    """(repeat, fold, training rows) of each outer split; the other rows are its test samples."""
    scheme, folds = resampling["scheme"], resampling["folds"]
    rows = np.arange(len(strata))
    if scheme in ("leave_one_out", "leave_one_group_out"):
        units = rows if scheme == "leave_one_out" else np.asarray(groups)
        for fold, unit in enumerate(dict.fromkeys(units.tolist()), start=1):
            yield 1, fold, rows[units != unit]
        return
    if scheme == "repeated_kfold":
        limit = fold_limit(len(rows), classes, groups)
        check_folds(limit, folds, "resampling.folds", f"data set '{dataset}'")
    repeat_seeds = [
        fit_seed(seed, dataset, "", "", repeat, "outer")
        for repeat in range(1, resampling["repeats"] + 1)
    ]
    if scheme == "bootstrap":
        for repeat, repeat_seed in enumerate(repeat_seeds, start=1):
            inner_folds = resampling["inner_folds"]
            yield repeat, 1, _draw(classes, groups, rows, inner_folds, dataset, repeat_seed)
        return
    divisions = _divisions(strata, groups, folds, dataset, repeat_seeds)
    for repeat, outer in enumerate(divisions, start=1):
        for fold in range(1, folds + 1):
            yield repeat, fold, rows[outer != fold]


def _divisions(strata, groups, folds: int, dataset: str, seeds: list[int]):
    """(n,) folds of each repeat, no two repeats with the same ones in another order.

    The same folds again would count as further evidence, and they hold none. Raises UserError where
    DRAWS seeds in a row give only folds that were there before.
    """
    used = set()
    for seed in seeds:
        for draw in range(DRAWS):
            outer = fold_numbers(strata, groups, folds, seed + draw)
            # Numbered by first appearance: the same for the same folds in any order.
            _, first, code = np.unique(outer, return_index=True, return_inverse=True)
            division = first[code].tobytes()
            if division not in used:
                break
        else:
            found = f"{len(used)} different division{'' if len(used) == 1 else 's'}"
            raise UserError(
                f"resampling.repeats: {len(seeds)} repeats, but only {found} into {folds} folds"
                f" of the {'samples' if groups is None else 'groups'} of data set '{dataset}'"
                f" could be found, and the same folds again tell nothing new: set it to at most"
                f" {len(used)}{', or lower resampling.folds' if folds > 2 else ''}"
            )
        used.add(division)
        yield outer


def _draw(classes, groups, rows, inner_folds, dataset, seed) -> np.ndarray:
    """Rows of a bootstrap sample: as many samples, or groups, as there are, with replacement.

    Drawn within each class, as the folds of the other schemes are balanced, so that the shares of
    the classes are those of the data; groups too, unless one holds samples of several classes.
    Drawn again where nothing would be left to test, where a class would have fewer than two samples
    or groups, or where the inner folds would outnumber them: all rare. (Efron & Tibshirani 1997,
    doi:10.1080/01621459.1997.10474007.)
    """
    unit = rows if groups is None else np.unique(groups, return_inverse=True)[1]
    count = unit.max() + 1
    codes = np.zeros_like(rows) if classes is None else np.unique(classes, return_inverse=True)[1]
    pairs = np.unique(np.column_stack([unit, codes]), axis=0)
    # Each unit has one class if there is one pair of each.
    of_unit = pairs[:, 1] if len(pairs) == count else np.zeros(count)
    parts = [np.flatnonzero(of_unit == code) for code in np.unique(of_unit)]
    rng = np.random.default_rng(seed)
    for _ in range(DRAWS):
        drawn = np.concatenate([rng.choice(part, size=len(part)) for part in parts])
        times = np.bincount(drawn, minlength=count)
        inside = times > 0
        of_class = np.bincount(pairs[inside[pairs[:, 0]], 1], minlength=codes.max() + 1)
        if inside.sum() >= inner_folds and not inside.all() and of_class.min() >= 2:
            return np.repeat(rows, times[unit])
    what = "samples" if groups is None else "groups"
    raise UserError(
        f"resampling.scheme: bootstrap, but data set '{dataset}' has too few {what}, or {what} of a"
        f" class, to draw {inner_folds} inner folds from: lower resampling.inner_folds, or set"
        " repeated_kfold"
    )


def _part(of, rows):
    return None if of is None else np.asarray(of)[rows]


def split_rows(splits: list[Split], samples: list[str], cohorts: list[str] = ()):
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
