"""Whether there are enough events in a survival analysis."""

from omc.core.survival import outcomes

ORDER = 12
FEWEST = 20
EXPLANATION = (
    "Censored samples say little: a survival analysis learns, and is judged, from its events. With"
    " few of them a fold holds two or three, and the concordance of a fold is one of a few numbers."
)
RULE = f"fewer than {FEWEST} events"
FIX = "Follow the samples for longer, collect more, or read the intervals before the estimates."


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
