"""Whether a feature is the outcome itself, or another name of it."""

import numpy as np
from scipy.special import gammaln

from omc.core.errors import some

ORDER = 80
CHANCE = 0.01
ROUNDING = 1e-9
EXPLANATION = (
    "If the outcome, its code, or a column derived from it is among the features, every model is"
    " perfect and useless: for a new sample, that feature is not known."
)
RULE = (
    "a feature is constant within each class and differs between classes, or is a monotonic"
    " function of a numeric outcome, and this is unlikely by chance for the number of features (p <"
    " 0.01)"
)
FIX = "Remove the feature from its table."


class Scan:
    """Finds copies of the outcome as the blocks pass by."""

    def __init__(self, data):
        self.data, self.copies = data, []
        self.classes = [data.development_y == k for k in np.unique(data.development_y)]
        sizes = np.array([members.sum() for members in self.classes])
        # log of the number of ways in which the values of a copy could be dealt to the samples.
        ways = gammaln(len(data.development_y) + 1) - gammaln(sizes + 1).sum()
        self.by_chance = np.log(len(data.features)) + np.log(2) * len(sizes) - ways

    def add(self, block):
        """Look through a block."""
        if self.by_chance > np.log(CHANCE):
            return
        if self.data.is_classification:
            copies = self._constant_in_classes(block.development)
        else:
            copies = self._monotone(block.development_ranks)
        self.copies += [block.first + int(column) for column in np.flatnonzero(copies)]

    def _constant_in_classes(self, values) -> np.ndarray:
        spread = np.fmax.reduce(values) - np.fmin.reduce(values)
        within = [np.ptp(values[members], axis=0) for members in self.classes]
        # A missing value makes NaN, which is not small.
        return (spread > 0) & (np.max(within, axis=0) <= ROUNDING * spread)

    def _monotone(self, ranks) -> np.ndarray:
        from omc.data.checked import ranked

        y = ranked(self.data.development_y[:, None])
        up = (np.abs(ranks - y) < 0.25).all(axis=0)
        return up | (np.abs(len(y) + 1 - ranks - y) < 0.25).all(axis=0)


def check(data, scan):
    """One row."""
    if not scan.copies:
        return [("ok", "no feature is a copy of the outcome", "")]
    names = [data.features[column] for column in scan.copies]
    value = f"{some(names, 3)}: known from the outcome alone, and the outcome from it"
    return [("warning", value, "remove it from the table: for a new sample it is not known")]
