"""What to expect of the model that one picks because it looked best."""

from dataclasses import dataclass

import numpy as np

from omc.core.csv_files import number
from omc.evaluate.intervals import percentile_interval, resamples
from omc.evaluate.metrics import METRICS
from omc.evaluate.ranking import complete_models

RESAMPLES = 1000


@dataclass(frozen=True)
class Picked:
    """A winner by its own estimate, and what to expect of a model picked like this.

    optimism: by how much the winner's estimate is better than what to expect; models: among how
    many it was picked; resamples: how many counted.
    """

    winner: str
    winner_estimate: float
    estimate: float
    low: float
    high: float
    optimism: float
    models: int
    resamples: int


def expect_of_winner(cohort, models: list[str], metric: str, smaller: bool, seed: int):
    """Picked, of the models that predicted every split, by bootstrap bias corrected CV (BBC-CV).

    Of each resample of the samples, or groups, the model that is best in it is scored on the
    samples that were not drawn: the mean is free of the optimism of choosing by the numbers that
    are then reported (Tsamardinos, Greasidou & Borboudakis 2018, doi:10.1007/s10994-018-5714-4,
    algorithm 5; the predictions of all repeats are drawn together). Resamples in which a metric is
    undefined do not count. Of models that are equally good the first is picked.

    cohort: `pooled.Cohort`; smaller: whether a smaller value is better. None if no model has a
    value, or nothing can be drawn.
    """
    sign = -1 if smaller else 1
    rivals = [m for m in models if m in cohort.models and cohort.models[m].complete]

    def values(weights):
        return np.array([cohort.models[m].scored(weights, [metric])[metric] for m in rivals])

    if not rivals:
        return None
    whole = values(np.ones((1, len(cohort.units))))[:, 0]
    parts = []
    for weights in resamples(cohort.units, seed, RESAMPLES):
        best, known = _best(sign * values(weights))
        outside = values((weights == 0).astype(float))[best, np.arange(len(weights))]
        parts.append(outside[known])
    left_out = np.concatenate([[], *parts])
    left_out = left_out[np.isfinite(left_out)]
    (best,), (known,) = _best(sign * whole[:, None])
    if not known or not len(left_out):
        return None
    estimate = float(left_out.mean())
    return Picked(
        rivals[best],
        float(whole[best]),
        estimate,
        *percentile_interval(left_out),
        sign * (float(whole[best]) - estimate),
        len(rivals),
        len(left_out),
    )


def _best(values):
    """(B,) the first of the highest of (M, B) values, and whether there is any."""
    values = np.where(np.isfinite(values), values, -np.inf)
    return values.argmax(axis=0), np.isfinite(values).any(axis=0)


def pick(dataset: dict, values, cohort, seed: int) -> list[list]:
    """The row of selection.csv of a data set, from `winner` on; none where no model can be picked.

    dataset: dictionary of name, metric, models and baselines; values: table of splits x models on
    the metric; cohort: `pooled.Cohort`, or None without predictions; seed: of the resamples.
    """
    metric = dataset["metric"]
    valued = {model: set(values.index[values[model].notna()]) for model in dataset["models"]}
    rivals = [m for m in complete_models(valued) if m not in dataset["baselines"]]
    smaller = not METRICS[metric].higher_is_better
    picked = cohort and expect_of_winner(cohort, rivals, metric, smaller, seed)
    if not picked:
        print(f"{dataset['name']}: no model has a value on every split, so none can be picked")
        return []
    numbers = picked.winner_estimate, picked.estimate, picked.low, picked.high, picked.optimism
    return [[picked.winner, *map(number, numbers), picked.models, picked.resamples]]
