"""Repeated k-fold cross-validation: balanced over the strata, groups kept together."""

from omc.core.errors import UserError
from omc.core.seeds import fit_seed

POOLED = False
RANKS = True
BALANCED = True
# Attempts at one repeat's folds before giving up.
DRAWS = 1000


def refuse(groups) -> str:
    """It suits any data set."""
    return ""


def repeats(resampling: dict) -> int:
    """The configured number."""
    return resampling["repeats"]


def describe(resampling: dict) -> str:
    """What follows 'Models were compared by' in a methods section."""
    text = f"{resampling['folds']}-fold cross-validation"
    repeats = resampling["repeats"]
    return text + (f", repeated {repeats} times" if repeats > 1 else "")


def split_count(resampling: dict, units) -> int:
    """Folds of all repeats."""
    return resampling["folds"] * resampling["repeats"]


def training_rows(samples, resampling: dict, seed: int):
    """All folds but one, in turn. UserError if a class or the groups cannot be in each fold."""
    from omc.learn.folds import check_folds, fold_limit

    folds = resampling["folds"]
    limit = fold_limit(len(samples.rows), samples.classes, samples.groups, samples.needed)
    check_folds(limit, folds, "resampling.folds", f"data set '{samples.dataset}'")
    seeds = [
        fit_seed(seed, samples.dataset, "", "", repeat, "outer")
        for repeat in range(1, resampling["repeats"] + 1)
    ]
    for repeat, outer in enumerate(divisions(samples, folds, seeds), start=1):
        for fold in range(1, folds + 1):
            yield repeat, fold, samples.rows[outer != fold]


def divisions(samples, folds: int, seeds: list[int]):
    """(n,) folds of each repeat; no two repeats have the same folds, not even in another order.

    The same folds again would wrongly count as further evidence. Raises UserError if DRAWS seeds in
    a row give no new folds.
    """
    import numpy as np

    used = set()
    for seed in seeds:
        for draw in range(DRAWS):
            outer = samples.fold_numbers(folds, seed + draw)
            # Numbered by first appearance, so that the order of the folds does not matter.
            _, first, code = np.unique(outer, return_index=True, return_inverse=True)
            division = first[code].tobytes()
            if division not in used:
                break
        else:
            possible = f"{len(used)} different division{'' if len(used) == 1 else 's'}"
            raise UserError(
                f"resampling.repeats: {len(seeds)} repeats, but only {possible} into {folds} folds"
                f" of the {samples.unit_name} of data set '{samples.dataset}' could be found, and"
                " repeating the same folds adds no information: set it to at most"
                f" {len(used)}{', or lower resampling.folds' if folds > 2 else ''}"
            )
        used.add(division)
        yield outer
