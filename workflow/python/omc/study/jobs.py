"""Training and tuning jobs of each model: their number, names and priority."""

import csv
import math
import zlib
from functools import cache, cached_property

from omc.core.csv_files import read_csv
from omc.core.registry import entry
from omc.study.models import Model

SCHEMES = "omc.learn.schemes"
COSTS = ("cheap", "medium", "costly")
# Minutes that a cluster gives the first attempt of a model's job, by the model's cost.
MINUTES = {"cheap": 60, "medium": 120, "costly": 240}
MOST_JOBS = 25


class Jobs:
    """The jobs of each model on each data set. Results do not depend on their number."""

    def __init__(self, config: dict, datasets: dict[str, dict], models: dict[str, list[Model]]):
        self._resampling, self._tuning = config["resampling"], config["tuning"]
        self._final_models = config["final_models"]
        self._datasets, self._models = datasets, models

    def batches(self, dataset: str, model: Model) -> list[str]:
        """Names of a model's training jobs: 1of5, 2of5 and so on."""
        return _numbered(batch_count(model.cost, self._resampling, self.split_count(dataset)))

    def parts(self, model: Model) -> list[str]:
        """Names of the tuning jobs of one batch of a model; none if the batch tunes by itself.

        If only R knows the candidates, their number does not limit the number of jobs.
        """
        grid = model.spec["grid"]
        known = None if grid is None and model.language == "r" else grid or {}
        count = self._tuning["jobs"]
        if known is not None:
            size = math.prod(len(values) for values in known.values())
            count = min(count, size, model.spec["size"])
        return _numbered(count) if count > 1 else []

    def priority(self, model: Model) -> int:
        """Priority of a model's jobs: the costly ones first."""
        return 1 + COSTS.index(model.cost)

    def minutes(self, model: Model) -> int:
        """Minutes that a model's jobs may take on a cluster in the first attempt."""
        return MINUTES[model.cost]

    @cached_property
    def final_batches(self) -> list[str]:
        """Names, such as 1of1 and 5of5, of the batches that also train split `final`.

        They are the last ones of the models; none if no models are to be saved.
        """
        if not self._final_models:
            return []
        last = {self.batches(name, m)[-1] for name, models in self._models.items() for m in models}
        return sorted(last)

    def count(self) -> int:
        """Number of jobs of a run from the start."""
        return sum(
            len(self.batches(name, model)) * (1 + len(self.parts(model)))
            for name, models in self._models.items()
            for model in models
        )

    def split_count(self, dataset: str) -> int:
        """Number of outer splits; if only the samples decide it, an estimate.

        The estimate uses the sample sheet if that is text.
        """
        scheme, setting = entry(SCHEMES, self._resampling["scheme"]), self._datasets[dataset]
        setting = self._datasets[setting["variant"]["base"]] if "variant" in setting else setting
        return scheme.split_count(
            self._resampling, lambda: count_units(setting["samples"], setting["groups"])
        )


def _numbered(count: int) -> list[str]:
    return [f"{number}of{count}" for number in range(1, count + 1)]


def batch_count(cost: str, scheme: dict, splits: int) -> int:
    """Number of training jobs of one model; some are empty if there are fewer splits.

    scheme: the section `resampling`; splits: approximate number of splits. With `splits_per_job:
    auto`, a costly model has one job per repeat, or `folds` jobs if nothing is repeated.
    """
    if scheme["splits_per_job"] != "auto":
        return max(1, math.ceil(splits / scheme["splits_per_job"]))
    if cost != "costly":
        return 1
    return min(MOST_JOBS, entry(SCHEMES, scheme["scheme"]).repeats(scheme))


@cache
def count_units(path: str, groups) -> int:
    """Number of samples in a sheet, or of groups in a column of it; 0 if the sheet is not text."""
    try:
        rows = read_csv(path, "," if ".csv" in path else "\t")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error):
        return 0
    return len({row.get(groups, number) for number, row in enumerate(rows)})
