"""How many features have the same value in all samples."""

import numpy as np

ORDER = 50
LARGE_SHARE = 0.2
EXPLANATION = (
    "A constant feature carries no information. Many of them suggest a wrong table, a wrong"
    " transform, or values below the limit of detection."
)
RULE = f"more than {LARGE_SHARE:.0%} of the features are constant"
FIX = "They are dropped from every fit: check the table and the layer's `transform`."


class Scan:
    """Counts constant features and missing values of development."""

    def __init__(self, data):
        self.missing = self.constant = 0

    def add(self, block):
        """Count those of a block."""
        values = block.development
        self.missing += int(np.isnan(values).sum())
        self.constant += int((~(np.fmin.reduce(values) < np.fmax.reduce(values))).sum())


def share_row(share, what, advice):
    """A row about a share of the values or features."""
    large = share > LARGE_SHARE
    return "warning" if large else "ok", f"{share:.1%} of the {what}", advice if large else ""


def check(data, scan):
    """One row."""
    share = scan.constant / len(data.features)
    return [share_row(share, "features", "they are dropped: check the table and its transform")]
