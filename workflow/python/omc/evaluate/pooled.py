"""Predictions of test samples, pooled per repeat, to be scored on any resample of the samples."""

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
    """What one model predicted of the n test samples of a cohort.

    tested: (n,) whether it predicted them; scored: gives {metric: (B,)} for (B, n) weights, of all
    predictions of a repeat together, in the mean over the repeats, and takes the names of the
    metrics, by default all; complete: whether it predicted them in every split in which any did.
    """

    tested: np.ndarray
    scored: Callable
    complete: bool


@dataclass(frozen=True)
class Cohort:
    """The n test samples of cross-validation, or of an external cohort, and their predictions.

    unit: "sample", or "group" where the sheet has any; units: (n,) which of these, drawn with
    replacement, each sample is in; proportions: {metric: (n,)} which samples it is a proportion of;
    models: {"language/name": Predicted}, those of a variant as "variant/language/name".
    """

    unit: str
    units: np.ndarray
    proportions: dict[str, np.ndarray]
    models: dict[str, Predicted]


def scored_together(scheme: str) -> bool:
    """Whether all predictions of a resampling scheme are scored together, and not split by split.

    So it is where each sample is tested once, in sets too small or too unequal to score one by one.
    """
    return entry("omc.learn.schemes", scheme).POOLED


def read_cohorts(
    predictions: str, splits: str, samples: str, positive: str | None, variant: str | None = None
) -> dict[str, Cohort]:
    """Cohorts by name, from the tables of a data set: paths of three files.

    positive: label of the positive class, None for the last one of two; variant: path of the
    predictions of a variant, which are of the same samples and repeats. A sample that was tested
    several times, once in each repeat, is one sample: it is drawn, or not, with all its
    predictions.
    """
    table = read_text(predictions)
    if variant:
        other = read_text(variant)
        table = pd.concat([table, other.assign(language="variant/" + other["language"])])
    sheet = read_text(samples, sep="\t")
    cohorts = {}
    for name, part in parse(table, positive, splits).by("cohort"):
        tested = sheet[sheet["sample"].isin(part.rows["sample"])]
        rows = pd.Series(range(len(tested)), index=tested["sample"])
        every = len(part.rows.drop_duplicates(["split", "sample"]))
        models = {}
        for (language, model), own in part.by("language", "model"):
            repeats = [
                (rows[repeat.rows["sample"]].to_numpy(), repeat)
                for _, repeat in sorted(own.by("repeat"), key=lambda item: item[0])
            ]
            mask = rows.index.isin(own.rows["sample"])
            scored = partial(_mean_score, repeats)
            models[f"{language}/{model}"] = Predicted(mask, scored, len(own) == every)
        alone = tested["group"] == ""
        unit = "sample" if alone.all() else "group"
        units = np.where(alone, tested["sample"], tested["group"])
        truth = coded(tested["outcome"], part.classes)
        shares = proportions(truth, part.classes, part.positive)
        cohorts[name] = Cohort(unit, units, shares, models)
    return cohorts


def _mean_score(repeats, weights, metrics=None) -> dict[str, np.ndarray]:
    scored = [scores(repeat, weights[:, rows], metrics) for rows, repeat in repeats]
    return {metric: _known_mean([values[metric] for values in scored]) for metric in scored[0]}


def _known_mean(values) -> np.ndarray:
    """(B,) means over the repeats in which a metric is defined, NaN where it is in none."""
    known = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return np.where(known, values, 0).sum(axis=0) / known.sum(axis=0)
