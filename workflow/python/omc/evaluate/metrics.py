"""The metrics of catalog/metrics.csv: names, directions, ranges, and the tasks that they suit."""

import math
from dataclasses import dataclass

from omc.core.catalog import catalog
from omc.core.csv_files import read_csv


@dataclass(frozen=True)
class Metric:
    """A row of catalog/metrics.csv.

    task: classification, regression or survival; classes: 2 if the metric needs exactly two
    classes; lowest, highest: range of values, infinite without a limit; chance: the value of an
    uninformed prediction, NaN if it depends on the data; unit: "outcome" if values are in units
    of the outcome, "baseline" if they are read against the score of the class shares; rope: the
    default half-width of the region of practical equivalence, as a multiple of the outcome's
    standard deviation or of that score if the metric has such a unit, NaN for none; pooled:
    whether predictions of different models may be scored together: not if the metric ranks
    them; labels: whether it sees the predicted classes alone.
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
    pooled: bool
    labels: bool

    @property
    def sign(self) -> int:
        """1 if higher is better, else -1: a value times its sign is better the higher it is."""
        return 1 if self.higher_is_better else -1

    @property
    def bounded(self) -> bool:
        """Whether values have both a lower and an upper limit."""
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
        rope=float(row["rope"] or math.nan),
        pooled=row["pooled"] == "true",
        labels=row["labels"] == "true",
    )


METRICS = {row["metric"]: _read(row) for row in read_csv(str(catalog("metrics.csv")))}


def kind_of(classes: list) -> str:
    """'binary', 'multiclass' or 'regression' (no classes): this decides the metrics."""
    if not classes:
        return "regression"
    return "binary" if len(classes) == 2 else "multiclass"


# Names of the metrics of each kind, in the order of the catalog.
METRICS_OF = {
    kind: [m.name for m in METRICS.values() if m.task == task and m.classes in classes]
    for kind, task, classes in (
        ("binary", "classification", (None, 2)),
        ("multiclass", "classification", (None,)),
        ("regression", "regression", (None,)),
        ("survival", "survival", (None,)),
    )
}
