"""How many values are missing."""

from omc.data.checks.constant_features import LARGE_SHARE, Scan, share_row

__all__ = ["Scan"]

ORDER = 40
EXPLANATION = (
    "Missing values are replaced by a constant that is learned from the training samples. If many"
    " are missing, models see the constant more than the data."
)
RULE = f"more than {LARGE_SHARE:.0%} of the values are missing"
FIX = (
    "Find out why they are missing; `preprocessing.max_missing` and `impute` decide how they are"
    " handled."
)


def check(data, scan):
    """One row."""
    share = scan.missing / (len(data.development) * len(data.features))
    advice = "find out why they are missing: see preprocessing.max_missing and impute"
    return [share_row(share, "values", advice)]
