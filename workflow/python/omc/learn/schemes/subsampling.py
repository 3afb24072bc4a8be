"""Subsampling: a share of the samples is drawn without replacement and tested, again and again."""

from omc.core.errors import UserError
from omc.core.seeds import fit_seed

# As in repeated k-fold: any data set, and the configured number.
from omc.learn.schemes.repeated_kfold import refuse, repeats  # noqa: F401

POOLED = False
RANKS = True
BALANCED = True
# Attempts at one new subsample before giving up.
DRAWS = 1000


def describe(resampling: dict) -> str:
    """What follows 'Models were compared by' in a methods section."""
    return (
        f"testing on {resampling['repeats']} random subsamples, each of 1/{resampling['folds']} of"
        " the samples, after training on the others"
    )


def split_count(resampling: dict, units) -> int:
    """One per repeat."""
    return resampling["repeats"]


def training_rows(samples, resampling: dict, seed: int):
    """All samples but a random share of 1 / folds, balanced as folds are.

    This is the design that the corrected resampled t test was derived for (Nadeau & Bengio 2003,
    doi:10.1023/A:1024068626366). UserError if a class or the groups cannot be in each fold.
    """
    from omc.learn.folds import check_folds, fold_limit

    folds = resampling["folds"]
    limit = fold_limit(len(samples.rows), samples.classes, samples.groups, samples.needed)
    check_folds(limit, folds, "resampling.folds", f"data set '{samples.dataset}'")
    used = set()
    for repeat in range(1, resampling["repeats"] + 1):
        first_seed = fit_seed(seed, samples.dataset, "", "", repeat, "outer")
        for draw in range(DRAWS):
            fold = samples.fold_numbers(folds, first_seed + draw)
            train = samples.rows[fold != 1 + draw % folds]
            if train.tobytes() not in used:
                break
        else:
            raise UserError(
                f"resampling.repeats: {resampling['repeats']}, but only {len(used)} different"
                f" subsamples of the {samples.unit_name} of data set '{samples.dataset}' could be"
                " drawn, and repeating the same one adds no information: set it to at most"
                f" {len(used)}"
            )
        used.add(train.tobytes())
        yield repeat, 1, train
