"""What a data set's layers, or its groups, change: its models against those of its variants."""

import numpy as np
import pandas as pd

from omc.core.csv_files import number
from omc.core.names import DEVELOPMENT, FINAL
from omc.evaluate.differences import bootstrap_difference, corrected_t, holm
from omc.evaluate.intervals import bootstrap_seed, resamples, test_train_ratio
from omc.evaluate.metrics import METRICS
from omc.evaluate.pooled import read_cohorts, scored_together
from omc.evaluate.ranking import ALPHA
from omc.evaluate.reading import read_text

# Variants on the same splits are paired by split, others by the mean over a repeat's folds.
PAIRED_BY = {"layer": "split", "ungrouped": "repeat"}
METHODS = {"layer": "nadeau_bengio", "ungrouped": "t_over_repeats"}
KEYS = ["language", "model", "metric"]


def compare_variant(
    variant: dict, paths: dict, metrics: pd.DataFrame, scheme: str, seed: int
) -> list[list]:
    """Rows of variants.csv of one variant.

    variant: dictionary of name, of, kind and positive; paths: splits, predictions and samples of
    the data set that it is one of, and its own predictions (`variant`); metrics: table of
    `read_metrics`; scheme: of the resampling.
    """
    name, parent, kind = (variant[key] for key in ("name", "of", "kind"))
    whole, own = (metrics[metrics["dataset"] == dataset] for dataset in (parent, name))
    cohort = None
    if scored_together(scheme):
        cohort = read_cohorts(**paths, positive=variant["positive"]).get(DEVELOPMENT)
    if cohort:
        compared = compare_pooled(cohort, whole, bootstrap_seed(seed, parent))
    else:
        # Also where no model predicted anything: rows without values.
        compared = compare(whole, own, kind, test_train_ratio(read_text(paths["splits"])))
    rows = []
    for language, model, metric, *numbers, method, pairs in compared:
        names = language, model, metric
        rows.append([parent, name, kind, *names, *map(number, numbers), method, pairs])
    return rows


def compare(parent: pd.DataFrame, variant: pd.DataFrame, kind: str, test_train_ratio: float):
    """Paired differences, parent minus variant, of every model and metric.

    parent, variant: rows of metrics.csv, `value` as numbers with NaN where undefined; kind: layer
    or ungrouped; test_train_ratio: n_test / n_train of the parent's splits. Yields (language,
    model, metric, estimate, variant_estimate, difference, low, high, p, method, pairs): means over
    the pairs of which both values exist; their number is `pairs`; NaN where there are too few.

    A layer shares the parent's splits: interval and p are those of the corrected resampled t on the
    differences per split (Nadeau & Bengio 2003, doi:10.1023/A:1024068626366). The ungrouped variant
    has splits of its own, and nothing pairs their folds, but repeat i of one is as independent of
    repeat j of the other as repeat i is: both are those of Student's t over the repeats. They are
    conditional on the data set, and so about chance in the splitting: with more repeats the
    interval becomes as narrow as one likes, and it does not say how large the gap is in other
    subjects.
    """
    tables = {"estimate": _scored(parent), "variant_estimate": _scored(variant)}
    unit = [*KEYS, PAIRED_BY[kind]]
    paired = pd.DataFrame(
        {name: t.groupby(unit, sort=False)["value"].mean() for name, t in tables.items()}
    )
    # The order of the parent's rows; pandas sorts the union of two indices.
    for names in tables["estimate"][KEYS].drop_duplicates().itertuples(index=False, name=None):
        both = paired.loc[names].dropna()
        differences = (both["estimate"] - both["variant_estimate"]).to_numpy()
        result = corrected_t(differences, test_train_ratio if kind == "layer" else 0)
        yield (*names, *both.mean(), *result, METHODS[kind], len(both))


def changes(rows: list[dict]) -> list[int | None]:
    """Evidence of each row: 1 that the data set is better, -1 that the variant is, 0 of neither.

    rows: of variants.csv, dictionaries of text: those of the models and variants that are looked at
    together, on one metric; their p-values are adjusted for all of them (Holm). None without a p.
    """
    adjusted = holm([float(row["p_value"] or "nan") for row in rows])
    found = []
    for row, p in zip(rows, adjusted, strict=True):
        better = METRICS[row["metric"]].sign * float(row["difference"] or 0)
        found.append(None if np.isnan(p) else int(np.sign(better)) if p < ALPHA else 0)
    return found


def compare_pooled(cohort, parent: pd.DataFrame, seed: int):
    """As `compare`, of schemes whose predictions are scored together.

    cohort: `pooled.Cohort` with the models of the parent and of the variant; parent: rows of
    metrics.csv, for their models and metrics. Means over the splits say something else there: of
    one sample, the RMSE is the absolute error, and a ROC AUC is undefined. Interval and p are those
    of `bootstrap_difference`, over the samples or groups that both predicted, in number `pairs`.
    """
    weights = np.concatenate([np.ones((1, len(cohort.units))), *resamples(cohort.units, seed)])
    method = f"{cohort.unit}_bootstrap"
    for (language, model), part in _scored(parent).groupby(KEYS[:2], sort=False):
        name = f"{language}/{model}"
        pair = [cohort.models.get(key) for key in (name, f"variant/{name}")]
        both, scores = np.zeros(len(cohort.units), dtype=bool), None
        if None not in pair:
            both = pair[0].tested & pair[1].tested
            scores = [predicted.scored(weights * both) for predicted in pair]
        units = len(np.unique(cohort.units[both]))
        for metric in part["metric"].unique():
            whole, alone = (
                [predicted[metric] for predicted in scores] if scores else np.full((2, 1), np.nan)
            )
            difference = whole - alone
            result = bootstrap_difference(float(difference[0]), difference[1:], units)
            yield language, model, metric, whole[0], alone[0], *result, method, units


def _scored(metrics: pd.DataFrame) -> pd.DataFrame:
    """Rows of cross-validation: an external cohort has neither splits nor repeats to pair."""
    return metrics[(metrics["cohort"] == DEVELOPMENT) & (metrics["split"] != FINAL)]
