"""Predictions of test samples, pooled per repeat, to be scored on any resample of the samples."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from omc.evaluate.scoring import proportions, scorer


@dataclass(frozen=True)
class Predicted:
    """What one model predicted of the n test samples of a cohort.

    tested: (n,) whether it predicted them; scored: gives {metric: (B,)} for (B, n) weights, of all
    predictions of a repeat together, in the mean over the repeats; complete: whether it predicted
    them in every split in which any model did.
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


def read_cohorts(
    predictions: str, splits: str, samples: str, dataset: dict, variant: str | None = None
) -> dict[str, Cohort]:
    """Cohorts by name, from the tables of a data set: paths of three files, and its task, positive.

    variant: path of the predictions of a variant, which are of the same samples and repeats.
    A sample that was tested several times, once in each repeat, is one sample: it is drawn, or not,
    with all its predictions.
    """
    table = _text(pd.read_csv, predictions)
    if variant:
        other = _text(pd.read_csv, variant)
        table = pd.concat([table, other.assign(language="variant/" + other["language"])])
    repeat = _text(pd.read_csv, splits).drop_duplicates("split").set_index("split")["repeat"]
    sheet = _text(pd.read_csv, samples, sep="\t")
    classes = [c.removeprefix("prob_") for c in table.columns if c.startswith("prob_")]
    positive = dataset["positive"] or (classes[-1] if classes else None)
    cohorts = {}
    for name, part in table.groupby("cohort", sort=False):
        tested = sheet[sheet["sample"].isin(part["sample"])]
        rows = pd.Series(range(len(tested)), index=tested["sample"])
        truth = tested["outcome"].to_numpy()
        every = len(part.drop_duplicates(["split", "sample"]))
        models = {}
        for (language, model), of in part.groupby(["language", "model"], sort=False):
            repeats = [
                (rows[r["sample"]].to_numpy(), scorer(r, dataset["task"], classes, positive))
                for _, r in of.groupby(of["split"].map(repeat))
            ]
            mask = rows.index.isin(of["sample"])
            scored = partial(_mean_score, repeats)
            models[f"{language}/{model}"] = Predicted(mask, scored, len(of) == every)
        alone = tested["group"] == ""
        unit = "sample" if alone.all() else "group"
        units = np.where(alone, tested["sample"], tested["group"])
        cohorts[name] = Cohort(unit, units, proportions(truth, classes, positive), models)
    return cohorts


def _text(read, path, **how):
    return read(path, dtype=str, keep_default_na=False, **how)


def _mean_score(repeats, weights) -> dict[str, np.ndarray]:
    found = [scored(weights[:, rows]) for rows, scored in repeats]
    return {metric: _known_mean([values[metric] for values in found]) for metric in found[0]}


def _known_mean(values) -> np.ndarray:
    """(B,) means over the repeats in which a metric is defined, NaN where it is in none."""
    known = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return np.where(known, values, 0).sum(axis=0) / known.sum(axis=0)
