"""How many values are missing."""

from omc.data.checks.constant_features import LARGE_SHARE, Scan, share_row

__all__ = ["Scan"]

ORDER = 40
EXPLANATION = (
    "Missing values are replaced by a constant that is learned from the training samples. Where"
    " many are missing, models see the constant more than the data."
)
RULE = f"more than {LARGE_SHARE:.0%} of the values are missing"
FIX = (
    "Look where they come from; `preprocessing.max_missing` and `impute` say what happens to them."
)


def check(data, scan):
    """One row."""
    share = scan.missing / (len(data.development) * len(data.features))
    advice = "look where they come from: see preprocessing.max_missing and impute"
    return [share_row(share, "values", advice)]
