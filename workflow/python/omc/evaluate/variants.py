"""Compares data sets with their variants: a layer alone, uncorrected, or the groups ignored."""

import numpy as np
import pandas as pd

from omc.core.csv_files import number
from omc.core.names import DEVELOPMENT, FINAL
from omc.evaluate.design import Design, design_of
from omc.evaluate.differences import bootstrap_difference, corrected_t, holm
from omc.evaluate.intervals import bootstrap_seed, resamples
from omc.evaluate.metrics import METRICS
from omc.evaluate.pooled import read_cohorts, scored_together
from omc.evaluate.ranking import ALPHA
from omc.evaluate.reading import read_text

# Variants with the same splits are paired by split, others by the mean over a repeat's folds.
PAIRED_BY = {"layer": "split", "uncorrected": "split", "ungrouped": "repeat"}
METHODS = {
    "layer": "nadeau_bengio", "uncorrected": "nadeau_bengio", "ungrouped": "t_over_repeats"
}  # fmt: skip
KEYS = ["language", "model", "metric"]


def compare_variant(
    variant: dict, paths: dict, metrics: pd.DataFrame, scheme: str, seed: int
) -> list[list]:
    """Rows of variants.csv of one variant.

    variant: dictionary of name, base (the data set that it is compared with), kind and positive;
    paths: of splits, predictions and samples of the base, and of the predictions of the variant
    (`variant`); metrics: table of `read_metrics`; scheme: name of the resampling scheme.
    """
    name, base, kind = (variant[key] for key in ("name", "base", "kind"))
    base_metrics, variant_metrics = (
        metrics[metrics["dataset"] == dataset] for dataset in (base, name)
    )
    cohort = None
    if scored_together(scheme):
        cohorts = read_cohorts(**paths, positive=variant["positive"], scheme=scheme)
        cohort = cohorts.get(DEVELOPMENT)
    if cohort:
        compared = compare_pooled(cohort, base_metrics, bootstrap_seed(seed, base))
    else:
        # This also covers data sets without predictions: rows without values.
        tables = read_text(paths["splits"]), read_text(paths["samples"], sep="\t")
        compared = compare(base_metrics, variant_metrics, kind, design_of(scheme, *tables))
    rows = []
    for language, model, metric, *numbers, method, pairs in compared:
        names = language, model, metric
        rows.append([base, name, kind, *names, *map(number, numbers), method, pairs])
    return rows


def compare(base: pd.DataFrame, variant: pd.DataFrame, kind: str, design: Design):
    """Paired differences, base minus variant, for every model and metric.

    base, variant: rows of metrics.csv, `value` as numbers, NaN if undefined; kind: a key
    of `METHODS`; design: of the base's splits. Yields (language, model, metric, estimate,
    variant_estimate, difference, low, high, p, method, pairs): means over the `pairs` pairs that
    have both values; NaN if there are too few.

    A layer and uncorrected values share the splits of the base: interval and p are from the
    corrected resampled t test on the differences per split (Nadeau & Bengio 2003,
    doi:10.1023/A:1024068626366). The ungrouped variant has its own splits. Their folds cannot be
    paired, but repeat i of one is as independent of repeat j of the other as of repeat i: interval
    and p are from Student's t test over the repeats. They are conditional on the data set and only
    cover chance in the splitting: with more repeats the interval becomes arbitrarily narrow, and it
    does not say how large the gap is in other subjects.
    """
    tables = {"estimate": _scored(base), "variant_estimate": _scored(variant)}
    unit = [*KEYS, PAIRED_BY[kind]]
    paired = pd.DataFrame(
        {name: t.groupby(unit, sort=False)["value"].mean() for name, t in tables.items()}
    )
    pairs_of = dict(iter(paired.groupby(KEYS, sort=False)))
    # In the order of the base's rows: pandas sorts the union of two indices.
    for names in tables["estimate"][KEYS].drop_duplicates().itertuples(index=False, name=None):
        complete_pairs = pairs_of[names].dropna()
        differences = (complete_pairs["estimate"] - complete_pairs["variant_estimate"]).to_numpy()
        ratio, df = 0.0, len(differences) - 1.0
        if METHODS[kind] == "nadeau_bengio":
            ratio = design.ratio
            df = design.degrees_of_freedom(len(differences), "difference")
        result = corrected_t(differences, ratio, df)
        yield (*names, *complete_pairs.mean(), *result, METHODS[kind], len(complete_pairs))


def changes(rows: list[dict]) -> list[int | None]:
    """Evidence in each row: 1 that the base is better, -1 that the variant is, 0 for neither.

    rows: of variants.csv, dictionaries of text, of the models and variants that are compared
    together on one metric; p-values are adjusted for all of them (Holm). None without a p-value.
    """
    adjusted = holm([float(row["p_value"] or "nan") for row in rows])
    evidence = []
    for row, p in zip(rows, adjusted, strict=True):
        improvement = METRICS[row["metric"]].sign * float(row["difference"] or 0)
        evidence.append(None if np.isnan(p) else int(np.sign(improvement)) if p < ALPHA else 0)
    return evidence


def compare_pooled(cohort, base: pd.DataFrame, seed: int):
    """Like `compare`, for schemes whose predictions are scored together.

    cohort: `pooled.Cohort` with the models of the base and of the variant; base: rows of
    metrics.csv, which give the models and metrics. A mean over the splits has another meaning here:
    for one sample, the RMSE is the absolute error, and the ROC AUC is undefined. Interval and p are
    from `bootstrap_difference`, over the `pairs` samples or groups that both predicted.
    """
    weights = np.concatenate([np.ones((1, len(cohort.units))), *resamples(cohort.units, seed)])
    method = f"{cohort.unit}_bootstrap"
    for (language, model), part in _scored(base).groupby(KEYS[:2], sort=False):
        name = f"{language}/{model}"
        predictions = [cohort.models.get(key) for key in (name, f"variant/{name}")]
        shared, scores = np.zeros(len(cohort.units), dtype=bool), None
        if None not in predictions:
            shared = predictions[0].tested & predictions[1].tested
            scores = [predicted.scored(weights * shared) for predicted in predictions]
        for metric in part["metric"].unique():
            base_values, variant_values = (
                [predicted[metric] for predicted in scores] if scores else np.full((2, 1), np.nan)
            )
            difference = base_values - variant_values
            units, trained_on = cohort.counted((name, f"variant/{name}"), metric)
            result = bootstrap_difference(float(difference[0]), difference[1:], units, trained_on)
            yield language, model, metric, base_values[0], variant_values[0], *result, method, units


def _scored(metrics: pd.DataFrame) -> pd.DataFrame:
    """Rows of cross-validation: external cohorts have no splits or repeats to pair."""
    return metrics[(metrics["cohort"] == DEVELOPMENT) & (metrics["split"] != FINAL)]
