"""Compares the headers of a run's tables with catalog/tables.csv."""

import csv
from pathlib import Path

from omc.core.survival import SURVIVAL
from omc.core.tables import header, with_outcome

# Tables of jobs, which a later step joins under the name of the catalog.
NAMED = {"checked": "images", "null_checks": "checks"}


def wrong_headers(results: Path) -> dict[str, list[str]]:
    """Headers of a run's files that differ from the catalog, by path."""
    wrong = {}
    # Records of checksums have the names of their files.
    tables = [*results.rglob("*.csv"), *results.rglob("samples.tsv")]
    for path in sorted(path for path in tables if path.parent.name != ".sha256"):
        with open(path, encoding="utf-8", newline="") as file:
            columns = next(csv.reader(file, delimiter="\t" if path.suffix == ".tsv" else ","))
        if not matches(path, columns, header(NAMED.get(path.stem, path.stem))):
            wrong[str(path)] = columns
    return wrong


def matches(path: Path, columns: list[str], expected: list[str]) -> bool:
    """Whether columns match the catalog, with the extra columns that the table may have."""
    if path.name == "samples.tsv":
        return columns[:3] + columns[-1:] == expected
    if "risk" in columns:
        horizons = [float(c.removeprefix(SURVIVAL)) for c in columns if c.startswith(SURVIVAL)]
        expected = with_outcome(expected, [], horizons)
    further = columns[len(expected) :]
    if path.name in ("predictions.csv", "inner_predictions.csv", "permuted.csv"):
        further = set(further) - {name for name in further if name.startswith("prob_")}
        allowed = further <= {"splits_sha256", "key"}
    elif path.name == "tuning.csv" and "tune" in path.parts:
        allowed = further == ["error"]
    else:
        allowed = path.name == "features.csv" or not further
    return columns[: len(expected)] == expected and allowed
