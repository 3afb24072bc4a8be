"""The words for a missing value: one list for all readers of tables and sheets."""

# Case matters in tables: 'na' may be a misplaced name.
MISSING = (
    "", "NA", "N/A", "n/a", "NaN", "nan", "-NaN", "-nan", "NULL", "null", "None", "<NA>",
    "#N/A", "#NA", "#N/A N/A", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN",
)  # fmt: skip
# In a column of labels, these may be missing values or labels: an alarm asks.
DOUBTFUL = (
    ".", "-", "--", "?", "none", "unknown", "unk", "missing", "undefined", "n.a.", "nd", "n.d.",
    "not available", "not applicable", "not reported", "not recorded", "not evaluated",
    "not determined", "not assessed", "no data",
)  # fmt: skip
_LABELS_MISSING = {word.lower() for word in MISSING} - set(DOUBTFUL)


def is_missing(label: str) -> bool:
    """Whether a label (an outcome, a group) is missing; case does not matter."""
    return label.strip().lower() in _LABELS_MISSING


def is_doubtful(label: str) -> bool:
    """Whether a label may be a missing value, such as '.' or '[Not Available]'."""
    return label.strip().strip("[]()<>{}").lower() in DOUBTFUL
