"""The metrics of catalog/metrics.csv: names, directions, ranges, and which task has which."""

import math
from dataclasses import dataclass

from omc.core.catalog import catalog
from omc.core.csv_files import read_csv


@dataclass(frozen=True)
class Metric:
    """A row of catalog/metrics.csv.

    task: classification or regression; classes: 2 where the metric is one of two classes only;
    lowest, highest: possible values, infinite without a limit; chance: the value of a prediction
    that knows nothing, NaN where it depends on the data; unit: "outcome" where a value is in units
    of the outcome; rope: the default half-width of the region of practical equivalence, in that
    unit a multiple of the outcome's standard deviation.
    """

    name: str
    label: str
    task: str
    classes: int | None
    higher_is_better: bool
    lowest: float
    highest: float
    chance: float
    unit: str
    rope: float

    @property
    def sign(self) -> int:
        """1 where higher is better, else -1: times this, more is better."""
        return 1 if self.higher_is_better else -1

    @property
    def bounded(self) -> bool:
        """Whether the value can be neither as low nor as high as one likes."""
        return math.isfinite(self.lowest) and math.isfinite(self.highest)


def _read(row: dict[str, str]) -> Metric:
    return Metric(
        name=row["metric"],
        label=row["label"],
        task=row["task"],
        classes=int(row["classes"]) if row["classes"] else None,
        higher_is_better=row["higher_is_better"] == "true",
        lowest=float(row["lowest"] or -math.inf),
        highest=float(row["highest"] or math.inf),
        chance=float(row["chance"] or math.nan),
        unit=row["unit"],
        rope=float(row["rope"]),
    )


METRICS = {row["metric"]: _read(row) for row in read_csv(str(catalog("metrics.csv")))}


def kind_of(classes: list) -> str:
    """'binary', 'multiclass' or 'regression' (no classes): which metrics there are."""
    if not classes:
        return "regression"
    return "binary" if len(classes) == 2 else "multiclass"


# By kind, the names of its metrics in the order of the catalog.
METRICS_OF = {
    kind: [m.name for m in METRICS.values() if m.task == task and m.classes in classes]
    for kind, task, classes in (
        ("binary", "classification", (None, 2)),
        ("multiclass", "classification", (None,)),
        ("regression", "regression", (None,)),
    )
}
