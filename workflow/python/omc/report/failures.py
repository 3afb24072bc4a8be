"""What the rows of failures.csv say, those on permuted outcomes too."""

from omc.core.names import FINAL, NO_INNER_PREDICTIONS
from omc.report.phrases import plural

# In the dataset of a row, before the number of the permutation.
PERMUTED = "/null/"


def dataset_of(row: dict) -> str:
    """The data set of a row, also of one on its permuted outcomes."""
    return row["dataset"].partition(PERMUTED)[0]


def failed_on(row: dict) -> tuple[str, str]:
    """(data set, split) for readers: on permuted outcomes the split names the permutation."""
    dataset, _, permutation = row["dataset"].partition(PERMUTED)
    if permutation:
        return f"permuted outcomes of {dataset}", f"{permutation}/{row['split']}"
    return dataset, row["split"]


def left_out(row: dict) -> bool:
    """Whether a row is of a candidate that was left out: another one was chosen."""
    return row["stage"] == "tune" and ", left out: " in row["message"]


def keeps_model(row: dict) -> bool:
    """Whether the model was trained all the same: it lacks the inner predictions alone."""
    return row["message"].startswith(NO_INNER_PREDICTIONS)


def may_cost_split(row: dict) -> bool:
    """Whether a row may have cost its split: those in metrics.csv show whether it did.

    That has no permuted outcomes: there a candidate that was left out is known by its message.
    """
    return not (keeps_model(row) or (PERMUTED in row["dataset"] and left_out(row)))


def lost_splits(n: int, final: bool) -> str:
    """'2 splits', '2 splits and final' or 'final': final, on all samples, is none of the splits."""
    return " and ".join([plural(n, "split")] * (n > 0) + [FINAL] * final)
