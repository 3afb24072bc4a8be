"""Rows of estimates.csv: every model and metric, in cross-validation and in external cohorts."""

from functools import partial

import numpy as np
import pandas as pd

from omc.core.csv_files import number
from omc.core.names import DEVELOPMENT
from omc.evaluate.design import Design, design_of
from omc.evaluate.intervals import (
    ROUNDING,
    bootstrap_seed,
    corrected_interval,
    sample_intervals,
    tested_once,
    unit_counts,
)
from omc.evaluate.metrics import METRICS
from omc.evaluate.pooled import read_cohorts, scored_together
from omc.evaluate.reading import read_text

MODEL = ["dataset", "language", "model", "cohort"]


def estimate(
    metrics: pd.DataFrame,
    files: dict,
    datasets: list[dict],
    scheme: str,
    seed: int,
) -> list[list]:
    """Rows of estimates.csv.

    metrics: table of `read_metrics`; files: paths of splits, predictions and samples by data set;
    datasets: dictionaries of name and positive; scheme: name of the resampling scheme.
    """
    failed = failed_splits(metrics, {name: file["predictions"] for name, file in files.items()})
    by_split, pooled = {}, {}
    for dataset in datasets:
        name = dataset["name"]
        cohorts = read_cohorts(**files[name], positive=dataset["positive"], scheme=scheme)
        pooled |= pooled_intervals(name, cohorts, scheme, seed)
        if not scored_together(scheme):
            tables = read_text(files[name]["splits"]), read_text(files[name]["samples"], sep="\t")
            design = design_of(scheme, *tables)
            values = metrics[metrics["dataset"] == name]
            by_split |= split_intervals(values, design, cohorts.get(DEVELOPMENT))
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


def failed_splits(metrics: pd.DataFrame, predictions: dict) -> pd.Series:
    """Number of splits without predictions, by `MODEL`: an undefined metric is no failure.

    predictions: paths, or the tables themselves, by data set.
    """
    key = [*MODEL, "split"]
    tables = []
    for name, given in predictions.items():
        table = given if isinstance(given, pd.DataFrame) else read_text(given)
        tables.append(table[key[1:]].drop_duplicates().assign(dataset=name))
    predicted = pd.concat(tables).set_index(key).index
    planned = metrics[key].drop_duplicates()
    planned["failed"] = ~planned.set_index(key).index.isin(predicted)
    return planned.groupby(MODEL)["failed"].sum()


def split_intervals(metrics: pd.DataFrame, design: Design, cohort) -> dict:
    """(estimate, low, high, method) by `MODEL` and metric: means over the splits.

    metrics: rows of a data set; cohort: `pooled.Cohort` of its test samples, or None without
    predictions. The interval of a proportion, or of the ROC AUC of two classes, is at least as wide
    as that of `tested_once`: near 0 and 1 the splits hardly vary, or not at all, and yet say no
    more than as many independent samples would. A value that each split has by chance, as the ROC
    AUC of a constant prediction, has no error and no interval.
    """
    intervals = {}
    folds = metrics[metrics["cohort"] == DEVELOPMENT]
    counts = unit_counts(cohort.units, cohort.proportions) if cohort else {}
    for key, values in folds.groupby([*MODEL, "metric"])["value"]:
        values, metric = values.dropna().to_numpy(), METRICS[key[-1]]
        df = design.degrees_of_freedom(len(values), "estimate")
        estimate, *limits = corrected_interval(values, design.ratio, df)
        constant = len(values) and np.ptp(values) < ROUNDING
        if np.isfinite(estimate) and not (constant and abs(estimate - metric.chance) < ROUNDING):
            once = tested_once(metric.name, estimate, counts)
            if once:
                limits = np.fmin(limits[0], once[0]), np.fmax(limits[1], once[1])
        # A t interval can leave the metric's range.
        limits = np.clip(limits, metric.lowest, metric.highest)
        intervals[key] = (estimate, *limits, "nadeau_bengio")
    return intervals


def pooled_intervals(dataset: str, cohorts: dict, scheme: str, seed: int) -> dict:
    """By `MODEL`: the `sample_intervals` of pooled predictions.

    cohorts: of `read_cohorts`. All models of a cohort are scored on the same resamples.
    """
    intervals = {}
    for name, cohort in cohorts.items():
        bounds = None
        if name == DEVELOPMENT and scored_together(scheme):
            bounds = {metric.name: (metric.lowest, metric.highest) for metric in METRICS.values()}
        for model, predicted in cohort.models.items():
            intervals[dataset, *model.split("/", 1), name] = sample_intervals(
                predicted.scored,
                cohort.units,
                {metric: mask & predicted.tested for metric, mask in cohort.proportions.items()},
                bootstrap_seed(seed, dataset, name),
                bounds,
                counted=partial(cohort.counted, (model,)) if bounds else None,
            )
    return intervals
