"""What a data set's layers, or its groups, change: its models against those of its variants."""

import pandas as pd

from omc.estimates import corrected_interval

# Variants on the same splits are paired by split, others by the mean over a repeat's folds.
PAIRED_BY = {"layer": "split", "ungrouped": "repeat"}
METHODS = {"layer": "nadeau_bengio", "ungrouped": "t_over_repeats"}


def compare(parent: pd.DataFrame, variant: pd.DataFrame, kind: str, test_train_ratio: float):
    """Paired differences, parent minus variant, of every model and metric.

    parent, variant: rows of metrics.csv, `value` as numbers with NaN where undefined; kind: layer
    or ungrouped; test_train_ratio: n_test / n_train of the parent's splits. Yields (language,
    model, metric, estimate, variant_estimate, difference, low, high, method, pairs): means over the
    pairs of which both values exist; their number is `pairs`; NaN where there are too few.

    A layer shares the parent's splits: the interval is that of the corrected resampled t on the
    differences per split (Nadeau & Bengio 2003, doi:10.1023/A:1024068626366). The ungrouped variant
    has splits of its own, and nothing pairs their folds, but repeat i of one is as independent of
    repeat j of the other as repeat i is: the interval is Student's t over the repeats. It is
    conditional on the data set, and so about chance in the splitting: with more repeats it becomes
    as narrow as one likes, and it does not say how large the gap is in other subjects.
    """
    tables = {"estimate": _scored(parent), "variant_estimate": _scored(variant)}
    keys = ["language", "model", "metric"]
    unit = [*keys, PAIRED_BY[kind]]
    paired = pd.DataFrame(
        {name: t.groupby(unit, sort=False)["value"].mean() for name, t in tables.items()}
    )
    # The order of the parent's rows; pandas sorts the union of two indices.
    for names in tables["estimate"][keys].drop_duplicates().itertuples(index=False, name=None):
        both = paired.loc[names].dropna()
        differences = (both["estimate"] - both["variant_estimate"]).to_numpy()
        interval = corrected_interval(differences, test_train_ratio if kind == "layer" else 0)
        yield (*names, *both.mean(), *interval, METHODS[kind], len(both))


def _scored(metrics: pd.DataFrame) -> pd.DataFrame:
    """Rows of cross-validation: an external cohort has neither splits nor repeats to pair."""
    return metrics[(metrics["cohort"] == "development") & (metrics["split"] != "final")]
