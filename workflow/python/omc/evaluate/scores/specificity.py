"""Specificity: the share of the negative class that was predicted as such."""


def score(samples):
    """(B,) values; NaN in resamples without a negative sample."""
    return samples.recall[:, 1 - samples.positive]


def counted(truth, positive):
    """(n,) the negative samples."""
    return truth != positive
