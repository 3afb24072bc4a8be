"""Predictions of test samples, pooled per repeat, ready to be scored on any resample."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from omc.core.names import DEVELOPMENT
from omc.core.registry import entry
from omc.core.survival import outcomes
from omc.evaluate.metrics import METRICS, METRICS_OF
from omc.evaluate.predictions import Predictions, coded, parse
from omc.evaluate.reading import read_text
from omc.evaluate.scoring import proportions, scores


@dataclass(frozen=True)
class Predicted:
    """The predictions of one model for the n test samples of a cohort.

    tested: (n,) whether the model predicted the sample; scored: function from (B, n) weights, and
    names of metrics (default: all), to {metric: (B,)}: all predictions of a repeat are scored
    together, and the repeats averaged (but see `read_cohorts`); complete: whether the model has all
    predictions that any model has; counted: function from the name of a metric to (n,) whether the
    sample counts: of a metric that is a mean over the splits, those of splits with a value; None if
    all that were tested do.
    """

    tested: np.ndarray
    scored: Callable
    complete: bool
    counted: Callable | None = None


@dataclass(frozen=True)
class Cohort:
    """The n test samples of cross-validation, or of an external cohort, and their predictions.

    unit: "sample", or "group" if the sheet has groups; units: (n,) the unit of each sample, which
    resamples draw with replacement; proportions: {metric: (n,) which samples it is a proportion
    of}; models: {"language/name": Predicted}, those of a variant as "variant/language/name";
    samples: (n,) their names; outcome: (n,) codes of classes, numbers, or times to an
    event.
    """

    unit: str
    units: np.ndarray
    proportions: dict[str, np.ndarray]
    models: dict[str, Predicted]
    samples: np.ndarray
    outcome: np.ndarray

    def counted(self, models, metric: str) -> tuple[int, int | None]:
        """Units that count for a metric of several models, and training units if these are not all.

        See `intervals.cross_validated_error`. No units if one of the models has no predictions.
        """
        found = [self.models[name] for name in models if name in self.models]
        if len(found) < len(models):
            return 0, None
        tested = np.all([predicted.tested for predicted in found], axis=0)
        counted = tested.copy()
        for predicted in found:
            if predicted.counted:
                counted &= predicted.counted(metric)
        all_units, units = (len(np.unique(self.units[mask])) for mask in (tested, counted))
        return units, None if units == all_units else all_units - 1


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
    scheme: str,
    variant: str | pd.DataFrame | None = None,
    within_splits: bool = False,
) -> dict[str, Cohort]:
    """Cohorts by name, from the tables of a data set: paths of three files.

    predictions: path, or the table itself; positive: label of the positive class, None for the
    second of two; scheme: name of the resampling scheme; variant: likewise the predictions of a
    variant for the same samples and repeats. A sample that was tested several times, once per
    repeat, is drawn with all its predictions.

    If the scheme leaves out each sample or group once, metrics that rank samples are means over the
    splits on which they are defined. Pooled predictions must not be ranked: the models that made
    them differ in level, because leaving out a sample lowers the share of its class (Airola et al.
    2011, doi:10.1016/j.csda.2010.11.018). within_splits: rank so in every scheme, and count a split
    as often as it has samples.
    """

    def of_path(table):
        return table if isinstance(table, pd.DataFrame) else read_text(table)

    table = of_path(predictions)
    if variant is not None:
        variant_table = of_path(variant)
        table = pd.concat(
            [table, variant_table.assign(language="variant/" + variant_table["language"])]
        )
    sheet = read_text(samples, sep="\t")
    tables = parse(table, positive, splits).by("cohort")
    return {
        name: _cohort(
            part,
            sheet[sheet["sample"].isin(part.rows["sample"])],
            name == DEVELOPMENT and (within_splits or scored_together(scheme)),
            np.sum if within_splits else np.max,
        )
        for name, part in tables
    }


def _cohort(predictions: Predictions, tested: pd.DataFrame, by_split: bool, count) -> Cohort:
    """The predictions of a cohort.

    tested: rows of samples.tsv of its test samples; by_split: whether metrics that rank are means
    over the splits; count: see `_mean_score`.
    """
    rows = pd.Series(range(len(tested)), index=tested["sample"])

    def parts(of_model, column):
        """(rows, predictions) of each repeat, or of each split, in their order."""
        ordered = sorted(of_model.by(column), key=lambda item: item[0])
        return [(rows[part.rows["sample"]].to_numpy(), part) for _, part in ordered]

    n_predictions = len(predictions.rows.drop_duplicates(["split", "sample"]))
    models = {}
    for (language, model), of_model in predictions.by("language", "model"):
        ranked = parts(of_model, "split") if by_split else []
        models[f"{language}/{model}"] = Predicted(
            tested=rows.index.isin(of_model.rows["sample"]),
            scored=partial(_mean_score, parts(of_model, "repeat"), ranked, count=count),
            complete=len(of_model) == n_predictions,
            counted=partial(_counted, ranked, rows.index.isin(of_model.rows["sample"])),
        )
    ungrouped = tested["group"] == ""
    outcome = _outcome(tested["outcome"], predictions)
    return Cohort(
        unit="sample" if ungrouped.all() else "group",
        units=np.where(ungrouped, tested["sample"], tested["group"]),
        proportions=proportions(outcome, predictions.classes, predictions.positive),
        models=models,
        samples=tested["sample"].to_numpy(),
        outcome=outcome,
    )


def _outcome(texts: pd.Series, predictions: Predictions) -> np.ndarray:
    """(n,) codes of classes, numbers, or times to an event."""
    if predictions.kind == "survival":
        return outcomes(texts)
    return coded(texts, predictions.classes)


def _mean_score(repeats, ranked, weights, metrics=None, count=np.max) -> dict[str, np.ndarray]:
    """{metric: (B,)}: means over the repeats, or over the splits `ranked` of metrics that rank.

    count: function of the weights of a split's samples, how often it counts itself.
    """
    names = metrics or METRICS_OF[repeats[0][1].kind]
    by_split = [metric for metric in names if ranked and not METRICS[metric].pooled]
    values: dict[str, np.ndarray] = {}
    if len(by_split) < len(names):
        together = [metric for metric in names if metric not in by_split]
        scored = [scores(repeat, weights[:, rows], together) for rows, repeat in repeats]
        values |= {name: _defined_mean([v[name] for v in scored]) for name in together}
    if by_split:
        # Copies of a group count as often as it was drawn, not as further samples to rank.
        drawn = np.array([count(weights[:, rows], axis=1) for rows, _ in ranked])
        scored = [scores(split, weights[:, rows], by_split) for rows, split in ranked]
        values |= {name: _defined_mean([v[name] for v in scored], drawn) for name in by_split}
    return {name: values[name] for name in names}


def _counted(ranked, tested, metric: str) -> np.ndarray:
    """See `Predicted`; ranked: splits over which metrics that rank are means."""
    if not ranked or METRICS[metric].pooled:
        return tested
    counted = np.zeros(len(tested), dtype=bool)
    for rows, split in ranked:
        value = scores(split, np.ones((1, len(rows))), [metric])[metric]
        counted[rows] = np.isfinite(value)
    return counted


def _defined_mean(values, weights=1) -> np.ndarray:
    """(B,) means of (R, B) values where they are defined; NaN if there are none."""
    weights = np.isfinite(values) * weights
    with np.errstate(invalid="ignore"):
        return (np.where(weights > 0, values, 0) * weights).sum(axis=0) / weights.sum(axis=0)
