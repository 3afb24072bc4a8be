"""Leave-one-group-out: each group is tested once, by models trained on all others."""

POOLED = True
RANKS = True
BALANCED = False


def refuse(groups) -> str:
    """It needs groups."""
    if groups is not None:
        return ""
    return (
        "leave_one_group_out, but {key} has no groups: set {key}.groups to a column of its sample"
        " sheet"
    )


def repeats(resampling: dict) -> int:
    """As many jobs as in k-fold cross-validation."""
    return resampling["folds"]


def describe(resampling: dict) -> str:
    """What follows 'Models were compared by' in a methods section."""
    return "leaving out each group in turn"


def split_count(resampling: dict, units) -> int:
    """One per group; the number of folds if the groups are not known yet."""
    return units() or resampling["folds"]


def training_rows(samples, resampling: dict, seed: int):
    """All groups but one, in the order in which they first appear."""
    import numpy as np

    groups = np.asarray(samples.groups)
    for fold, group in enumerate(dict.fromkeys(groups.tolist()), start=1):
        yield 1, fold, samples.rows[groups != group]
