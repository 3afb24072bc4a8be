"""What to expect of a model that is picked because it scored best."""

from dataclasses import dataclass

import numpy as np

from omc.core.csv_files import number
from omc.evaluate.intervals import percentile_interval, resamples
from omc.evaluate.metrics import METRICS
from omc.evaluate.ranking import complete_models

RESAMPLES = 1000


@dataclass(frozen=True)
class Picked:
    """The winner with its own estimate, and the performance to expect of a model picked like this.

    optimism: by how much the winner's estimate is better than the expected one; models: number of
    candidates; resamples: number of resamples that counted.
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
    """`Picked` among the models that predicted every split, by bootstrap bias-corrected CV.

    BBC-CV: in each resample of samples or groups, the best model is scored on the samples that
    were not drawn. The mean is free of the optimism of choosing by the numbers that are then
    reported (Tsamardinos, Greasidou & Borboudakis 2018, doi:10.1007/s10994-018-5714-4,
    algorithm 5; the predictions of all repeats are drawn together). Resamples in which the metric
    is undefined do not count. Among equally good models, the first one is picked.

    cohort: `pooled.Cohort`; smaller: whether a smaller value is better. None if no model has a
    value, or nothing can be drawn.
    """
    sign = -1 if smaller else 1
    rivals = [m for m in models if m in cohort.models and cohort.models[m].complete]

    def values(weights):
        return np.array([cohort.models[m].scored(weights, [metric])[metric] for m in rivals])

    if not rivals:
        return None
    estimates = values(np.ones((1, len(cohort.units))))[:, 0]
    parts = []
    for weights in resamples(cohort.units, seed, RESAMPLES):
        best, defined = _best(sign * values(weights))
        outside = values((weights == 0).astype(float))[best, np.arange(len(weights))]
        parts.append(outside[defined])
    left_out = np.concatenate([[], *parts])
    left_out = left_out[np.isfinite(left_out)]
    (best,), (defined,) = _best(sign * estimates[:, None])
    if not defined or not len(left_out):
        return None
    estimate = float(left_out.mean())
    return Picked(
        rivals[best],
        float(estimates[best]),
        estimate,
        *percentile_interval(left_out),
        sign * (float(estimates[best]) - estimate),
        len(rivals),
        len(left_out),
    )


def _best(values):
    """(B,) row of the highest of (M, B) values, the first on ties, and whether any is finite."""
    values = np.where(np.isfinite(values), values, -np.inf)
    return values.argmax(axis=0), np.isfinite(values).any(axis=0)


def pick(dataset: dict, values, cohort, seed: int) -> list[list]:
    """The row of selection.csv of a data set, from `winner` on; empty if no model can be picked.

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
