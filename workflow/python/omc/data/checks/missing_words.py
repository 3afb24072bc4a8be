"""Whether labels of the outcome or the groups may be words for a missing value."""

from omc.core.errors import some
from omc.data.missing import is_doubtful

ORDER = 65
EXPLANATION = (
    "To a program, a word such as `.`, `unknown` or `[Not Available]` is a label like any other: it"
    " becomes a class to predict, or one group with all samples that have no group."
)
RULE = (
    "a label of the outcome or of `groups` is such a word. Words that always mean a missing value"
    " (an empty cell, `NA`, `N/A`, `#N/A`, `NaN`, `null`) stop the import"
)
FIX = (
    "Remove the samples from the sheet, or fill in the label. If the word is a real label, give it"
    " a clearer name."
)


def check(data, scan):
    """A row for each column with such a word, or one that there is none."""
    rows = []
    for column in filter(None, (data.outcome, data.groups)):
        labels = data.sheet[column].str.strip()
        found = labels[labels.map(is_doubtful)]
        if len(found):
            words = some((f"'{word}'" for word in found.unique()), 3)
            advice = (
                f"it may mean a missing value: remove {some(found.index, 3)} from the sheet, or"
                " fill it in"
            )
            rows.append(("warning", f"{column}: {words} in {len(found)} sample(s)", advice))
    return rows or [("ok", "no label is a word for a missing value", "")]
