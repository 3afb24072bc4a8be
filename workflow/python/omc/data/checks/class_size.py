"""Whether each class has enough samples."""

ORDER = 10
FEWEST = 10
EXPLANATION = (
    "With few samples of a class, each of them moves sensitivity, AUC and every interval by a lot,"
    " and a fold may hold one or two."
)
RULE = f"a class has fewer than {FEWEST} samples"
FIX = "Join classes, collect more samples, or read the intervals before the estimates."


def check(data, scan):
    """One row for a classification."""
    if not data.is_classification:
        return []
    counts = data.y.value_counts()
    few = counts.min() < FEWEST
    advice = "join classes, collect more samples, or read the intervals first" if few else ""
    value = f"smallest class {counts.idxmin()}: {counts.min()} samples"
    return [("warning" if few else "ok", value, advice)]
