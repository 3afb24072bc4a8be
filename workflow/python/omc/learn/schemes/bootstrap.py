"""Bootstrap: training samples drawn with replacement, tested on those that were not drawn."""

from omc.core.errors import UserError
from omc.core.seeds import fit_seed

POOLED = False
BALANCED = False
# Draws of one bootstrap sample before it is given up.
DRAWS = 1000


def refuse(groups) -> str:
    """It suits any data set."""
    return ""


def repeats(resampling: dict) -> int:
    """The configured number."""
    return resampling["repeats"]


def describe(resampling: dict) -> str:
    """What a methods section says after 'Models were compared by'."""
    return f"testing on the samples left out of {resampling['repeats']} bootstrap samples"


def split_count(resampling: dict, units) -> int:
    """One per repeat."""
    return resampling["repeats"]


def training_rows(samples, resampling: dict, seed: int):
    """A bootstrap sample per repeat, a row as often as it was drawn."""
    for repeat in range(1, resampling["repeats"] + 1):
        drawn_by = fit_seed(seed, samples.dataset, "", "", repeat, "outer")
        yield repeat, 1, draw(samples, resampling["inner_folds"], drawn_by)


def draw(samples, inner_folds: int, seed: int):
    """Rows of a bootstrap sample: as many samples, or groups, as there are, with replacement.

    Drawn within each class, as the folds of the other schemes are balanced, so that the shares of
    the classes are those of the data; groups too, unless one holds samples of several classes.
    Drawn again where nothing would be left to test, where a class would have fewer than two samples
    or groups, or where the inner folds would outnumber them: all rare. (Efron & Tibshirani 1997,
    doi:10.1080/01621459.1997.10474007.)
    """
    import numpy as np

    rows, groups, classes = samples.rows, samples.groups, samples.classes
    unit = rows if groups is None else np.unique(groups, return_inverse=True)[1]
    count = unit.max() + 1
    codes = np.zeros_like(rows) if classes is None else np.unique(classes, return_inverse=True)[1]
    pairs = np.unique(np.column_stack([unit, codes]), axis=0)
    # Each unit has one class if there is one pair of each.
    class_of_unit = pairs[:, 1] if len(pairs) == count else np.zeros(count)
    parts = [np.flatnonzero(class_of_unit == code) for code in np.unique(class_of_unit)]
    rng = np.random.default_rng(seed)
    for _ in range(DRAWS):
        drawn = np.concatenate([rng.choice(part, size=len(part)) for part in parts])
        times = np.bincount(drawn, minlength=count)
        inside = times > 0
        per_class = np.bincount(pairs[inside[pairs[:, 0]], 1], minlength=codes.max() + 1)
        if inside.sum() >= inner_folds and not inside.all() and per_class.min() >= 2:
            return np.repeat(rows, times[unit])
    what = samples.unit_name
    raise UserError(
        f"resampling.scheme: bootstrap, but data set '{samples.dataset}' has too few {what}, or"
        f" {what} of a class, to draw {inner_folds} inner folds from: lower"
        " resampling.inner_folds, or set repeated_kfold"
    )
