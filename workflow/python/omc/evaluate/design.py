"""A resampling design, and the degrees of freedom at which its t tests keep their error rate."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from omc.core.catalog import catalog
from omc.core.csv_files import read_csv
from omc.core.names import DEVELOPMENT, FINAL

# Axes of catalog/degrees_of_freedom.csv, which are interpolated on their logarithms.
AXES = ("folds", "repeats", "samples")


@dataclass(frozen=True)
class Design:
    """How a data set is split.

    scheme: name of the resampling scheme; ratio: mean n_test / n_train of its splits; units:
    number of samples, or of groups if these stay together.
    """

    scheme: str
    ratio: float
    units: int

    def degrees_of_freedom(self, splits: int, kind: str) -> float:
        """Degrees of freedom of Student's t over so many splits.

        kind: `estimate` (of one model) or `difference` (of two). Splits of the same samples are no
        independent repetitions, so these are fewer than splits - 1: as many as keep the error rate
        at 5 % in the worst of the simulations of tests/verification/make_degrees_of_freedom.py
        (Bouckaert 2003, ICML, 51-58). Interpolated between the designs of the catalog; beyond
        them, those of the nearest one.
        """
        return min(self._interpolated(splits, f"df_{kind}"), max(splits - 1, 1))

    def kept(self, splits: int) -> tuple[float, float]:
        """(coverage, error rate) of nominal 95 % and 5 % in the worst of the simulations."""
        return self._interpolated(splits, "coverage"), self._interpolated(splits, "error_rate")

    def _interpolated(self, splits: int, column: str) -> float:
        # Of bootstrap samples each is a repeat.
        folds = 1.0 if self.scheme == "bootstrap" else 1 + 1 / self.ratio
        point = folds, max(splits / folds, 1), self.units
        # A scheme without simulations of its own is taken for random subsamples.
        scheme = self.scheme if self.scheme in simulated() else "subsampling"
        rows = [row for row in _table() if row["scheme"] == scheme]
        return _interpolate(rows, dict(zip(AXES, point, strict=True)), column)


def design_of(scheme: str, splits, sheet) -> Design:
    """splits, sheet: tables of splits.csv and samples.tsv."""
    development = sheet[sheet["cohort"] == DEVELOPMENT]
    units = development["group"] if (development["group"] != "").any() else development["sample"]
    return Design(scheme, test_train_ratio(splits), units.nunique())


def test_train_ratio(splits) -> float:
    """Mean of n_test / n_train over the cross-validation splits, each sample counted once.

    splits: table of splits.csv.
    """
    ordinary = splits[splits["split"] != FINAL]
    count = ordinary.groupby(["split", "role"])["sample"].nunique().unstack()
    return float((count["test"] / count["train"]).mean())


def simulated() -> set[str]:
    """Names of the schemes with simulations of their own."""
    return {row["scheme"] for row in _table()}


@cache
def _table() -> list[dict]:
    rows = read_csv(str(catalog("degrees_of_freedom.csv")))
    return [
        {key: value if key == "scheme" else float(value) for key, value in row.items()}
        for row in rows
    ]


def _interpolate(rows: list[dict], point: dict[str, float], column: str) -> float:
    """The column at a point, linear on the logarithm of each axis, constant beyond its ends."""
    if not point:
        return rows[0][column]
    axis, *others = point
    places = sorted({row[axis] for row in rows})
    values = [
        _interpolate([r for r in rows if r[axis] == place], {k: point[k] for k in others}, column)
        for place in places
    ]
    return float(np.interp(np.log(point[axis]), np.log(places), values))
