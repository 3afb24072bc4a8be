"""Names and labels of users that another program would not read as text."""

import re
from collections.abc import Iterable

from omc.core.errors import UserError

# What a spreadsheet computes when it opens a CSV file: text after = or @, and after + or - where it
# calls a function or another program. Labels such as +, -1 or -|+ stay text.
FORMULA = re.compile(r"\s*([=@].|[+-].*([A-Za-z.]\(|\|.*!))", re.DOTALL)
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


def check_names(names: Iterable[str], kind: str, where: str) -> None:
    """Refuse a name that a spreadsheet runs as a formula, or that has a line break in it.

    The tables of a run have all names as they are, so that other programs can join them: nothing is
    escaped. kind: what the names are; where: the file or key that has them.
    """
    for name in names:
        if FORMULA.match(name):
            reason = "would run as a formula in a spreadsheet that opens the results"
        elif CONTROL.search(name):
            reason = "has a line break or another control character"
        else:
            continue
        shown = repr(name if len(name) <= 60 else f"{name[:57]}...")
        raise UserError(f"{where}: the {kind} {shown} {reason}: rename it")
