"""What the other layers add to a baseline: all layers compared with the baseline alone."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from omc.core.csv_files import number
from omc.core.names import DEVELOPMENT, FINAL
from omc.evaluate.calibration import event_of
from omc.evaluate.design import design_of
from omc.evaluate.differences import bootstrap_difference, holm
from omc.evaluate.intervals import bootstrap_seed, resamples
from omc.evaluate.picking import PICKED, of_picks
from omc.evaluate.pooled import read_cohorts, scored_together
from omc.evaluate.predictions import Predictions, parse
from omc.evaluate.prevalidation import prevalidated, scored
from omc.evaluate.reading import read_text
from omc.evaluate.variants import compare, compare_pooled

NET_BENEFIT = "net_benefit"


@dataclass(frozen=True)
class Side:
    """All layers, or the baseline alone: their rows of metrics.csv and of predictions.csv.

    Both hold the model that was picked in each training set, as if it were one model, and neither
    holds models that ignore the features.
    """

    metrics: pd.DataFrame
    predictions: pd.DataFrame


def added_value(
    variant: dict, paths: dict, metrics: pd.DataFrame, picks: list[dict], params: dict
) -> list[list]:
    """Rows of added_value.csv of a data set and of its baseline alone, on the same splits.

    Every model is compared with itself on the baseline, and the model that is picked in each
    training set with the one that is picked for the baseline: so the answer hangs neither on one
    learner nor on knowing the best one (De Bin et al. 2014, doi:10.1186/1471-2288-14-117). Net
    benefit: Vickers & Elkin 2006, doi:10.1177/0272989X06295361. Intervals and p-values are those of
    `variants.compare`; the latter are adjusted for the models (Holm), apart from those of the
    picked one. If every model is trained on the other layer alone too, a regression on the
    baseline's columns and the picked model's prevalidated score is one more model (`prevalidated`).

    variant: dictionary of name, base, task, positive, measures (metrics), baselines (models that
    ignore the features) and other (the data set that is the other layer alone, or None); paths: of
    splits and samples of the base, of the predictions of base and variant and, with other,
    `prevalidated`: those of `prevalidation.prevalidated`; metrics: table of `read_metrics`; picks:
    rows of picks.csv; params: scheme, seed and thresholds.
    """
    wanted = metrics[metrics["metric"].isin(variant["measures"])]
    base, alone = (
        _side(variant[name], variant["baselines"], wanted, paths[kind], picks)
        for name, kind in (("base", "predictions"), ("name", "variant"))
    )
    if variant["other"]:
        base, alone = _with_prevalidated(variant, paths["prevalidated"], picks, base, alone)
    benefits, benefits_alone = (
        _benefits(parse(side.predictions, variant["positive"]), params["thresholds"])
        for side in (base, alone)
    )
    sheet = read_text(paths["samples"], sep="\t")
    if scored_together(params["scheme"]):
        seed = bootstrap_seed(params["seed"], variant["base"])
        files = base.predictions, paths["splits"], paths["samples"], variant["positive"]
        cohorts = read_cohorts(*files, params["scheme"], alone.predictions)
        compared = [
            *compare_pooled(cohorts[DEVELOPMENT], base.metrics, seed),
            *_compare_pooled_benefits(benefits, benefits_alone, sheet, seed),
        ]
    else:
        design = design_of(params["scheme"], read_text(paths["splits"]), sheet)
        scores = pd.concat([base.metrics, _by_split(benefits)])
        scores_alone = pd.concat([alone.metrics, _by_split(benefits_alone)])
        compared = list(compare(scores, scores_alone, "layer", design))
    return _rows(variant, compared)


def _with_prevalidated(variant: dict, paths: dict, picks: list[dict], *sides: Side) -> list[Side]:
    """Both sides with one more model: the baseline's columns with the score, and without."""
    picked = _picks(picks, variant["other"])
    tables = prevalidated(paths, variant["task"], variant["positive"], picked)
    return [
        Side(
            pd.concat([side.metrics, scored(table, variant["positive"], variant["measures"])]),
            pd.concat([side.predictions, table]),
        )
        for side, table in zip(sides, tables, strict=True)
    ]


def _picks(picks: list[dict], dataset: str) -> dict[str, str]:
    return {r["split"]: f"{r['language']}/{r['model']}" for r in picks if r["dataset"] == dataset}


def _side(dataset: str, baselines: list[str], metrics, predictions: str, picks: list[dict]) -> Side:
    picked = _picks(picks, dataset)

    def complete(table: pd.DataFrame) -> pd.DataFrame:
        cross_validated = (table["cohort"] == DEVELOPMENT) & (table["split"] != FINAL)
        learned = ~(table["language"] + "/" + table["model"]).isin(baselines)
        table = table[cross_validated & learned]
        language, model = PICKED
        return pd.concat([table, of_picks(table, picked).assign(language=language, model=model)])

    of_dataset = metrics[metrics["dataset"] == dataset]
    return Side(complete(of_dataset), complete(read_text(predictions)))


def _benefits(predictions: Predictions, thresholds: list[float]) -> pd.DataFrame:
    """Each test prediction's share in the net benefit at each threshold, for two classes.

    Columns language, model, split, sample and metric, and value: 1 for an event that is treated,
    minus the odds of the threshold for another sample that is, else 0. The net benefit is the mean.
    """
    rows = predictions.rows[["language", "model", "split", "sample"]]
    parts = [rows.iloc[:0].assign(metric="", value=0.0)]
    if predictions.positive is not None:
        event, prob = event_of(predictions)
        for threshold in thresholds:
            worth = np.where(event, 1, -threshold / (1 - threshold)) * (prob >= threshold)
            # A model without probabilities has none.
            worth = np.where(np.isnan(prob), np.nan, worth)
            parts.append(rows.assign(metric=f"{NET_BENEFIT} {threshold!r}", value=worth))
    return pd.concat(parts)


def _by_split(benefits: pd.DataFrame) -> pd.DataFrame:
    """Net benefits like rows of metrics.csv."""
    keys = ["language", "model", "split", "metric"]
    means = benefits.groupby(keys, sort=False, as_index=False)["value"].mean()
    return means.assign(cohort=DEVELOPMENT)


def _compare_pooled_benefits(base: pd.DataFrame, variant: pd.DataFrame, sheet, seed: int):
    """Differences in net benefit as of `compare_pooled`; arguments: tables of `_benefits`."""
    keys = ["language", "model", "metric"]
    both = base.merge(variant, on=[*keys, "split", "sample"], suffixes=("", "_variant")).dropna()
    unit_of = sheet.set_index("sample")["group"]
    unit = "sample" if (unit_of == "").all() else "group"
    for names, part in both.groupby(keys, sort=False):
        group = part["sample"].map(unit_of)
        units = np.where(group == "", part["sample"], group)
        difference = (part["value"] - part["value_variant"]).to_numpy()
        drawn = [w @ difference / w.sum(axis=1) for w in resamples(units, seed)]
        n = len(np.unique(units))
        result = bootstrap_difference(difference.mean(), np.concatenate([*drawn, []]), n)
        means = part[["value", "value_variant"]].mean()
        yield (*names, *means, *result, f"{unit}_bootstrap", n)


def _rows(variant: dict, compared: list) -> list[list]:
    """Rows of added_value.csv; compared: what `variants.compare` yields."""
    table = pd.DataFrame(
        compared,
        columns=["language", "model", "metric", "estimate", "baseline", "difference", "low",
                 "high", "p", "method", "n"],
    )  # fmt: skip
    is_picked = table["language"] == PICKED[0]
    table["adjusted"] = table["p"].astype(float)
    for at in table[~is_picked].groupby("metric").groups.values():
        table.loc[at, "adjusted"] = holm(table.loc[at, "p"])
    rows = []
    for row in table.itertuples(index=False):
        measure, _, threshold = row.metric.partition(" ")
        values = row.estimate, row.baseline, row.difference, row.low, row.high, row.p, row.adjusted
        names = variant["base"], variant["name"], row.language, row.model, measure, threshold
        rows.append([*names, *map(number, values), row.method, row.n])
    return rows
