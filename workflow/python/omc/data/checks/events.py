"""Whether there are enough events in a survival analysis."""

from omc.core.survival import outcomes

ORDER = 12
FEWEST = 20
EXPLANATION = (
    "Censored samples carry little information: a survival analysis learns from events and is"
    " judged by them. With few events, a fold has only two or three, and its concordance can take"
    " only a few values."
)
RULE = f"there are fewer than {FEWEST} events"
FIX = (
    "Follow the samples for longer, collect more samples, or read the intervals before the"
    " estimates."
)


def check(data, scan):
    """One row for a survival analysis."""
    if data.task != "survival":
        return []
    outcome = outcomes(data.development["outcome"].to_numpy())
    events, features = int(outcome["event"].sum()), len(data.features)
    value = (
        f"{events} events of {len(outcome)} samples,"
        f" {events / features:.2g} for each of {features} features"
    )
    advice = "follow the samples for longer, or read the intervals first"
    return [("warning", value, advice) if events < FEWEST else ("ok", value, "")]
