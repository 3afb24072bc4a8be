"""Area under the ROC curve of the positive class; with several classes, macro one-vs-rest."""


def score(samples):
    """(B,) values; NaN in resamples that lack a class, or all others."""
    return samples.over_classes(_area)


def _area(ranking):
    passed = ranking.outside.cumsum(axis=1)
    below = passed[:, -1:] - passed + ranking.outside / 2
    return (ranking.inside * below).sum(axis=1) / (ranking.inside.sum(axis=1) * passed[:, -1])
