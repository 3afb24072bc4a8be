"""Whether each class has enough samples."""

ORDER = 10
FEWEST = 10
EXPLANATION = (
    "If a class has few samples, each of them changes sensitivity, AUC and every interval a lot,"
    " and a fold may have only one or two."
)
RULE = f"a class has fewer than {FEWEST} samples"
FIX = "Merge classes, collect more samples, or read the intervals before the estimates."


def check(data, scan):
    """One row for a classification."""
    if not data.is_classification:
        return []
    counts = data.y.value_counts()
    few = counts.min() < FEWEST
    advice = "merge classes, collect more samples, or read the intervals first" if few else ""
    value = f"smallest class {counts.idxmin()}: {counts.min()} samples"
    return [("warning" if few else "ok", value, advice)]
