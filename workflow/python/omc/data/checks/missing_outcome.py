"""Whether samples were left out because their outcome is missing."""

from omc.core.errors import some

ORDER = 14
EXPLANATION = (
    "Samples without an outcome can be neither trained on nor tested. If the outcome is missing for"
    " a reason, such as death, loss to follow-up or a test that is done only in doubtful cases, the"
    " remaining samples differ from those that the model is meant for."
)
RULE = "`outcome.missing: drop` left samples of the sheet out"
FIX = "Find out why the outcome is missing, and report how many samples lack it."


def check(data, scan):
    """One row."""
    if not data.without_outcome:
        return [("ok", "no sample lacks its outcome", "")]
    names = data.without_outcome
    value = f"{len(names)} of {len(names) + len(data.sheet)} samples have no outcome: {some(names)}"
    advice = "they were left out: find out why their outcome is missing, and report their number"
    return [("warning", value, advice)]
