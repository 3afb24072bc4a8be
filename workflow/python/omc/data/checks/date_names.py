"""Whether feature names look like dates that a spreadsheet made from gene names."""

import re

from omc.core.errors import some

ORDER = 58
MONTHS = "jan|feb|mar|mär|mrz|apr|may|mai|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez"
DATE = re.compile(
    rf"(\d{{1,2}}[-. ]+({MONTHS})([-. ]+\d{{2,4}})?|({MONTHS})[-. ]+\d{{1,4}}"
    r"|\d{4}-\d\d-\d\d( 00:00:00)?|\d{1,2}/\d{1,2}/\d{2,4})\.?",
    re.IGNORECASE,
)
EXPLANATION = (
    "Excel turns gene names such as SEPT2, MARCH1 and DEC1 into dates when it opens a table, and"
    " keeps the dates when it saves it. The names are lost, and two genes may have become one date."
)
RULE = "a feature has a name such as `2-Sep`, `02-Sep-23`, `Mar-01` or `2023-09-02`"
FIX = (
    "Get the table from its source again, and if you open it in a spreadsheet, import the column of"
    " names as text."
)


def check(data, scan):
    """One row."""
    # Without the `layer:` of joined layers.
    names = [part for name in data.features for part in (name, name.partition(":")[2])]
    found = [name for name in names if DATE.fullmatch(name)]
    if not found:
        return [("ok", "no feature name looks like a date", "")]
    value = f"{len(found)} feature name(s) that look like dates: {some(found, 3)}"
    advice = "a spreadsheet may have changed gene names into dates: restore the names"
    return [("warning", value, advice)]
