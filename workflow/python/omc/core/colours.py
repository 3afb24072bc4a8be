"""Colours of the catalog, which figures and explorer share (twin: colours.R)."""

from omc.core.catalog import catalog
from omc.core.csv_files import read_csv


def colours(group: str) -> dict[str, str]:
    """Colours of a group of catalog/colours.csv by name, in their order."""
    rows = read_csv(str(catalog("colours.csv")))
    return {row["name"]: row["colour"] for row in rows if row["group"] == group}
