"""Sensitivity: the share of the positive class that was predicted as such."""


def score(samples):
    """(B,) values; NaN in resamples without a positive sample."""
    return samples.recall[:, samples.positive]


def counted(truth, positive):
    """(n,) the positive samples."""
    return truth == positive
