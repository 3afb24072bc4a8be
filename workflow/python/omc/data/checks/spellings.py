"""Whether labels of the outcome or the groups differ only in case or spaces."""

from omc.core.errors import some

ORDER = 66
EXPLANATION = (
    "`case` and `Case` are two labels to a program: three classes instead of two, of which"
    " `outcome.positive` then names none, or a group that is on both sides of a split."
)
RULE = "labels of the outcome or of `groups` are equal but for upper and lower case and spaces"
FIX = "Write them alike in the sheet. If they are different, as genotypes may be, nothing is wrong."


def check(data, scan):
    """A row for each column with such labels, or one that there are none."""
    rows = []
    for column in filter(None, (data.outcome, data.groups)):
        counts = data.sheet[column].value_counts().sort_index()
        counts = counts[counts.index != ""]
        plain = [" ".join(str(label).split()).casefold() for label in counts.index]
        for _, same in counts.groupby(plain):
            if len(same) > 1:
                found = some([f"'{label}' ({n})" for label, n in same.items()], 4)
                rows.append(("warning", f"{column}: {found}", "write them alike, if they are"))
    return rows or [("ok", "no labels differ only in case or spaces", "")]
