"""Finds the column of the sample sheet that names the samples of a table."""

from dataclasses import dataclass

import pandas as pd

from omc.core.errors import UserError, quoted
from omc.data.sample_names import make_names

# A column names the samples if it has so many of the names that the shorter of both lists holds.
ENOUGH = 0.5


@dataclass(frozen=True)
class Match:
    """How a table and a sheet fit together.

    column: of the sheet; samples: their names in the table; orientation: of the table, None if its
    format fixes it; exact: False if names are equal only as R writes them; shared: samples that
    both have.
    """

    column: str
    samples: pd.Index
    orientation: str | None
    exact: bool
    shared: int


def match_samples(
    table: pd.DataFrame, sheet: pd.DataFrame, oriented: bool, paths: tuple[str, str]
) -> Match:
    """The best match of the names of a table and the columns of a sheet.

    table: as if its samples were in rows; sheet: text columns; oriented: whether its features may
    be in rows instead; paths: of both, for the message. UserError if no column has the names.
    """
    sides = {"samples_in_rows": table.index}
    if oriented:
        sides["features_in_rows"] = table.columns
    for exact, name_of in ((True, str), (False, make_names)):
        found = []
        for orientation, names in sides.items():
            known = {name_of(name) for name in names}
            for column in sheet.columns:
                labels = sheet[column][sheet[column] != ""]
                keys = set(map(name_of, labels))
                if len(keys) < len(labels) or len(keys) < 2:
                    continue
                shared = len(keys & known)
                if shared >= max(2, ENOUGH * min(len(keys), len(known))):
                    found.append((shared, column, orientation))
        if found:
            # Of equals, the first column of the sheet.
            shared, column, orientation = max(found, key=lambda one: one[0])
            return Match(
                column, sides[orientation], orientation if oriented else None, exact, shared
            )
    raise UserError(_no_match(sides, sheet, paths))


def _no_match(sides: dict, sheet: pd.DataFrame, paths: tuple[str, str]) -> str:
    rows = quoted(sides["samples_in_rows"], 3)
    columns = f" and its columns {quoted(sides['features_in_rows'], 3)}" if len(sides) > 1 else ""
    named = "; ".join(f"{name}: {quoted(sheet[name], 3)}" for name in list(sheet.columns)[:4])
    return (
        f"{paths[0]}, {paths[1]}: no column of the sheet names the samples of the table. The"
        f" rows of the table are called {rows}{columns}; the sheet has {named}. Add a column with"
        " the table's names to the sheet"
    )
