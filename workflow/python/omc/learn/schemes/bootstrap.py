"""Bootstrap: training samples drawn with replacement, tested on those that were not drawn."""

from omc.core.errors import UserError
from omc.core.seeds import fit_seed

# As in repeated k-fold: any data set, and the configured number.
from omc.learn.schemes.repeated_kfold import refuse, repeats  # noqa: F401

POOLED = False
RANKS = True
BALANCED = False
# Attempts at one bootstrap sample before giving up.
DRAWS = 1000


def describe(resampling: dict) -> str:
    """What follows 'Models were compared by' in a methods section."""
    return f"testing on the samples left out of {resampling['repeats']} bootstrap samples"


def split_count(resampling: dict, units) -> int:
    """One per repeat."""
    return resampling["repeats"]


def training_rows(samples, resampling: dict, seed: int):
    """A bootstrap sample per repeat; rows are repeated as often as drawn."""
    for repeat in range(1, resampling["repeats"] + 1):
        draw_seed = fit_seed(seed, samples.dataset, "", "", repeat, "outer")
        yield repeat, 1, draw(samples, resampling["inner_folds"], draw_seed)


def draw(samples, inner_folds: int, seed: int):
    """Rows of a bootstrap sample: as many samples, or groups, as there are, with replacement.

    Samples or groups are drawn within each class, so that classes keep their shares, as in the
    balanced folds of the other schemes; not if a group holds several classes. A sample is drawn
    again, which is rare, if nothing is left to test, if a class has fewer than two samples or
    groups, or if fewer units than inner folds are drawn. (Efron & Tibshirani 1997,
    doi:10.1080/01621459.1997.10474007.)
    """
    import numpy as np

    rows, groups, classes = samples.rows, samples.groups, samples.classes
    unit_of_row = rows if groups is None else np.unique(groups, return_inverse=True)[1]
    count = unit_of_row.max() + 1
    codes = np.zeros_like(rows) if classes is None else np.unique(classes, return_inverse=True)[1]
    pairs = np.unique(np.column_stack([unit_of_row, codes]), axis=0)
    # Each unit has one class if there is one pair of each.
    class_of_unit = pairs[:, 1] if len(pairs) == count else np.zeros(count)
    units_by_class = [np.flatnonzero(class_of_unit == code) for code in np.unique(class_of_unit)]
    rng = np.random.default_rng(seed)
    for _ in range(DRAWS):
        chosen = np.concatenate(
            [rng.choice(members, size=len(members)) for members in units_by_class]
        )
        times = np.bincount(chosen, minlength=count)
        inside = times > 0
        per_class = np.bincount(pairs[inside[pairs[:, 0]], 1], minlength=codes.max() + 1)
        if inside.sum() >= inner_folds and not inside.all() and per_class.min() >= 2:
            return np.repeat(rows, times[unit_of_row])
    units = samples.unit_name
    raise UserError(
        f"resampling.scheme: bootstrap, but data set '{samples.dataset}' has too few {units}, or"
        f" {units} of a class, to draw {inner_folds} inner folds from: lower"
        " resampling.inner_folds, or set repeated_kfold"
    )
