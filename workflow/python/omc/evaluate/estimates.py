"""Rows of estimates.csv: every model and metric, in cross-validation and in external cohorts."""

import numpy as np
import pandas as pd

from omc.core.csv_files import number
from omc.core.names import DEVELOPMENT
from omc.evaluate.intervals import (
    ROUNDING,
    bootstrap_seed,
    corrected_interval,
    sample_intervals,
    test_train_ratio,
)
from omc.evaluate.metrics import METRICS
from omc.evaluate.pooled import read_cohorts, scored_together
from omc.evaluate.reading import read_text

MODEL = ["dataset", "language", "model", "cohort"]


def estimate(metrics: pd.DataFrame, files: dict, datasets: list[dict], scheme: str, seed: int):
    """Rows of estimates.csv.

    metrics: table of `read_metrics`; files: paths of splits, predictions and samples by data set;
    datasets: dictionaries of name and positive; scheme: name of the resampling scheme.
    """
    # A failed split has no value of any metric; an undefined metric is empty on its own.
    failed = (metrics.groupby([*MODEL, "split"])["value"].count() == 0).groupby(MODEL).sum()
    by_split, agreed = {}, {}
    if not scored_together(scheme):
        splits = {name: read_text(paths["splits"]) for name, paths in files.items()}
        by_split, agreed = split_intervals(metrics, splits)
    pooled = {}
    for dataset in datasets:
        pooled |= pooled_intervals(files[dataset["name"]], dataset, agreed, seed)
    rows = []
    for key, part in metrics.groupby([*MODEL, "metric"], sort=False):
        intervals = [by_split[key]] if key in by_split else []
        undefined = {key[-1]: (None, None, None, "bootstrap")}
        for *numbers, method in [*intervals, pooled.get(key[:-1], undefined)[key[-1]]]:
            # Splits with a value, or, where all predictions are scored together, with predictions.
            n_splits = part["value"].count()
            if method != "nadeau_bengio":
                n_splits = len(part) - failed[key[:-1]]
            rows.append([*key, *map(number, numbers), method, n_splits, failed[key[:-1]]])
    return rows


def split_intervals(metrics: pd.DataFrame, splits: dict[str, pd.DataFrame]) -> tuple[dict, dict]:
    """(by_split, agreed): estimates over the splits of cross-validation, and where these agree.

    splits: splits.csv by data set. by_split: (estimate, low, high, method) by `MODEL` and metric;
    agreed: by `MODEL`, {metric: value} for the metrics with the same value in all splits.
    """
    ratio = {name: test_train_ratio(table) for name, table in splits.items()}
    by_split, agreed = {}, {}
    folds = metrics[metrics["cohort"] == DEVELOPMENT]
    for key, values in folds.groupby([*MODEL, "metric"])["value"]:
        values = values.dropna().to_numpy()
        estimate, *limits = corrected_interval(values, ratio[key[0]])
        # A t interval can leave the metric's range.
        metric = METRICS[key[-1]]
        limits = np.clip(limits, metric.lowest, metric.highest)
        by_split[key] = (estimate, *limits, "nadeau_bengio")
        if len(values) and np.ptp(values) < ROUNDING:
            agreed.setdefault(key[:-1], {})[key[-1]] = estimate
    return by_split, agreed


def pooled_intervals(files: dict, dataset: dict, agreed: dict, seed: int) -> dict:
    """By `MODEL`: the `sample_intervals` of pooled predictions.

    agreed: see `split_intervals`. All models of a cohort are scored on the same resamples.
    """
    intervals = {}
    for name, cohort in read_cohorts(**files, positive=dataset["positive"]).items():
        for model, predicted in cohort.models.items():
            key = (dataset["name"], *model.split("/", 1), name)
            intervals[key] = sample_intervals(
                predicted.scored,
                cohort.units,
                {metric: mask & predicted.tested for metric, mask in cohort.proportions.items()},
                bootstrap_seed(seed, dataset["name"], name),
                agreed.get(key),
            )
    return intervals
