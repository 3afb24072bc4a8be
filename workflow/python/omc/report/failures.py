"""What the rows of failures.csv say, those on permuted outcomes too."""

from omc.core.names import NO_INNER_PREDICTIONS

# In the dataset of a row, before the number of the permutation.
PERMUTED = "/null/"


def failed_on(row: dict) -> tuple[str, str]:
    """(data set, split) for readers: on permuted outcomes the split names the permutation."""
    dataset, _, permutation = row["dataset"].partition(PERMUTED)
    if permutation:
        return f"permuted outcomes of {dataset}", f"{permutation}/{row['split']}"
    return dataset, row["split"]


def may_cost_split(row: dict) -> bool:
    """Whether a row may have cost its split: those in metrics.csv show whether it did.

    That has no permuted outcomes: there a candidate that was left out is known by its message.
    """
    if PERMUTED in row["dataset"] and row["stage"] == "tune" and ", left out: " in row["message"]:
        return False
    # Without inner predictions alone, the model itself was trained.
    return not row["message"].startswith(NO_INNER_PREDICTIONS)
