"""Leave-one-out: each sample is tested once, by models trained on all others."""

POOLED = True
RANKS = False
BALANCED = True


def refuse(groups) -> str:
    """It does not suit groups: it would train on the group of the sample that is left out."""
    if groups is None:
        return ""
    return (
        f"leave_one_out would train on the group '{groups}' of the sample that it leaves out: set"
        " leave_one_group_out, or take {key}.groups out"
    )


def repeats(resampling: dict) -> int:
    """As many jobs as in k-fold cross-validation."""
    return resampling["folds"]


def describe(resampling: dict) -> str:
    """What follows 'Models were compared by' in a methods section."""
    return "leaving out each sample in turn"


def split_count(resampling: dict, units) -> int:
    """One per sample; the number of folds if the samples are not known yet."""
    return units() or resampling["folds"]


def training_rows(samples, resampling: dict, seed: int):
    """All samples but one, in turn."""
    for fold, row in enumerate(samples.rows, start=1):
        yield 1, fold, samples.rows[samples.rows != row]
