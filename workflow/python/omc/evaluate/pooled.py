"""Predictions of test samples, pooled per repeat, ready to be scored on any resample."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from omc.core.registry import entry
from omc.evaluate.predictions import coded, parse
from omc.evaluate.reading import read_text
from omc.evaluate.scoring import proportions, scores


@dataclass(frozen=True)
class Predicted:
    """The predictions of one model for the n test samples of a cohort.

    tested: (n,) whether the model predicted the sample; scored: function from (B, n) weights, and
    names of metrics (default: all), to {metric: (B,)}: all predictions of a repeat are scored
    together, and the repeats averaged; complete: whether the model has all predictions that any
    model has.
    """

    tested: np.ndarray
    scored: Callable
    complete: bool


@dataclass(frozen=True)
class Cohort:
    """The n test samples of cross-validation, or of an external cohort, and their predictions.

    unit: "sample", or "group" if the sheet has groups; units: (n,) the unit of each sample, which
    resamples draw with replacement; proportions: {metric: (n,) which samples it is a proportion
    of}; models: {"language/name": Predicted}, those of a variant as "variant/language/name".
    """

    unit: str
    units: np.ndarray
    proportions: dict[str, np.ndarray]
    models: dict[str, Predicted]


def scored_together(scheme: str) -> bool:
    """Whether all predictions of a resampling scheme are scored together, not split by split.

    True if each sample is tested once, in sets too small or too unequal to score one by one.
    """
    return entry("omc.learn.schemes", scheme).POOLED


def read_cohorts(
    predictions: str | pd.DataFrame,
    splits: str,
    samples: str,
    positive: str | None,
    variant: str | None = None,
) -> dict[str, Cohort]:
    """Cohorts by name, from the tables of a data set: paths of three files.

    predictions: path, or the table itself; positive: label of the positive class, None for the
    second of two; variant: path of the predictions of a variant for the same samples and repeats. A
    sample that was tested several times, once per repeat, is drawn with all its predictions.
    """
    table = predictions if isinstance(predictions, pd.DataFrame) else read_text(predictions)
    if variant:
        variant_table = read_text(variant)
        table = pd.concat(
            [table, variant_table.assign(language="variant/" + variant_table["language"])]
        )
    sheet = read_text(samples, sep="\t")
    cohorts = {}
    for name, part in parse(table, positive, splits).by("cohort"):
        tested = sheet[sheet["sample"].isin(part.rows["sample"])]
        rows = pd.Series(range(len(tested)), index=tested["sample"])
        n_predictions = len(part.rows.drop_duplicates(["split", "sample"]))
        models = {}
        for (language, model), model_predictions in part.by("language", "model"):
            repeats = [
                (rows[repeat.rows["sample"]].to_numpy(), repeat)
                for _, repeat in sorted(model_predictions.by("repeat"), key=lambda item: item[0])
            ]
            mask = rows.index.isin(model_predictions.rows["sample"])
            scored = partial(_mean_score, repeats)
            models[f"{language}/{model}"] = Predicted(
                mask, scored, len(model_predictions) == n_predictions
            )
        ungrouped = tested["group"] == ""
        unit = "sample" if ungrouped.all() else "group"
        units = np.where(ungrouped, tested["sample"], tested["group"])
        truth = coded(tested["outcome"], part.classes)
        shares = proportions(truth, part.classes, part.positive)
        cohorts[name] = Cohort(unit, units, shares, models)
    return cohorts


def _mean_score(repeats, weights, metrics=None) -> dict[str, np.ndarray]:
    scored = [scores(repeat, weights[:, rows], metrics) for rows, repeat in repeats]
    return {metric: _defined_mean([values[metric] for values in scored]) for metric in scored[0]}


def _defined_mean(values) -> np.ndarray:
    """(B,) means over the repeats in which a metric is defined; NaN if there are none."""
    defined = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return np.where(defined, values, 0).sum(axis=0) / defined.sum(axis=0)
