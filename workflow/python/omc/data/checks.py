"""Checks for problems in a data set that can bias its results; they only warn."""

import warnings

import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency, kruskal
from statsmodels.stats.multitest import multipletests

from omc.core.csv_files import read_csv, write_csv
from omc.core.errors import UserError, did_you_mean, some
from omc.core.tables import CHECKS
from omc.data.matrix import axis_names, read_columns
from omc.data.reading import read_sheet

# A batch has few levels; a column with more may be a subject's name or a measurement.
MOST_BATCHES = 10
SMALL_CLASS = 10
LARGE_SHARE = 0.2
# Two samples are near duplicates if their distance is at most this share of the typical one.
NEAR = 0.03
# The distances of as many samples take 200 MB of memory.
MOST_SAMPLES = 5000
# Number of features to read at a time.
COLUMNS = 2000


def check_positive(positive, outcome: pd.Series, column: str, key: str) -> None:
    """Refuse a positive class that no sample has. outcome: (n,) of `column`."""
    classes = sorted(outcome.unique())
    if positive is not None and positive not in classes:
        of_yaml = " YAML reads yes and no as true and false: write it in quotes"
        raise UserError(
            f"{key}.outcome.positive: '{positive}' is not a class of column '{column}'"
            f" (classes: {some(classes, 12)})."
            + (of_yaml if positive in ("True", "False") else did_you_mean(positive, classes))
        )


def check_sheet(sheet: pd.DataFrame, outcome: str, groups, task: str) -> list:
    """Rows (check, status, value, advice) of a sample sheet of text columns.

    outcome, groups: names of columns; groups may be None. Columns to stratify by are checked too:
    balancing the folds over a batch does not keep a model from learning the batch.
    """
    y = sheet[outcome] if task == "classification" else sheet[outcome].astype(float)
    unused = [name for name in sheet.columns if name not in (outcome, groups)]
    rows = [_class_size(y)] if task == "classification" else []
    rows += check_batches(sheet[unused], y, task) or [
        ["batch", "skipped", f"no unused column with 2 to {MOST_BATCHES} levels", ""]
    ]
    return rows + check_subjects(sheet[unused], y, groups, task)


def _class_size(y) -> list:
    counts = y.value_counts()
    few = counts.min() < SMALL_CLASS
    advice = "join classes, collect more samples, or read the intervals first" if few else ""
    value = f"smallest class {counts.idxmin()}: {counts.min()} samples"
    return ["class_size", "warning" if few else "ok", value, advice]


def check_batches(columns: pd.DataFrame, y, task: str) -> list:
    """One row per column with few levels: whether it predicts the outcome.

    Classes: chi-square test and Cramér's V; numbers: Kruskal-Wallis test and share of explained
    rank variance; p-values with Holm's correction over the columns. Significant associations of 0.3
    or more are warnings.
    """
    associations = []
    for name, column in columns.items():
        filled = column.str.strip() != ""
        level, outcome = column[filled], y[filled]
        if not 2 <= level.nunique() <= min(MOST_BATCHES, len(level) / 2) or outcome.nunique() < 2:
            continue
        if task == "classification":
            table = pd.crosstab(level, outcome)
            test = chi2_contingency(table, correction=False)
            degrees = min(table.shape) - 1
            strength = np.sqrt(test.statistic / (len(level) * degrees))
            measure = "Cramér's V"
        else:
            test = kruskal(*(outcome[level == label] for label in level.unique()))
            strength, measure = test.statistic / (len(level) - 1), "explained rank variance"
        associations.append((name, measure, strength, test.pvalue))
    if not associations:
        return []
    rows = []
    adjusted = multipletests([p for *_, p in associations], method="holm")[1]
    for (name, measure, strength, _), p in zip(associations, adjusted, strict=True):
        linked = strength >= 0.3 and p < 0.05
        advice = (
            f"a model may learn '{name}' instead of the outcome: set groups: {name} to test on"
            " other levels than it was trained on"
        )
        value = f"{name}: {measure} {strength:.2f}, p = {p:.2g}"
        rows.append(["batch", "warning" if linked else "ok", value, advice if linked else ""])
    return rows


def check_subjects(columns: pd.DataFrame, y, groups, task: str) -> list:
    """A row per column that looks like the name of a subject with several samples.

    Such a column has more levels than a batch, shares most of its levels among samples, and its
    levels explain the outcome: 90 % of the samples have the majority class of their level, or the
    levels explain 90 % of the variance.
    """
    if groups is not None:
        return [["subject", "ok", f"groups: {groups}", ""]]
    rows = []
    for name, column in columns.items():
        counts = column.map(column.value_counts())
        repeated = (counts > 1) & (column.str.strip() != "")
        if column.nunique() <= MOST_BATCHES or repeated.mean() < 0.5:
            continue
        outcome, level = y[repeated], column[repeated]
        if task == "classification":
            majority = outcome.groupby(level).agg(lambda part: part.value_counts().iloc[0])
            explained = majority.sum() / len(outcome)
        else:
            residual = outcome - outcome.groupby(level).transform("mean")
            explained = 1 - residual.var(ddof=0) / outcome.var(ddof=0)
        if explained >= 0.9:
            value = (
                f"{name}: {column.nunique()} levels, {repeated.mean():.0%} of the samples share one"
            )
            advice = (
                f"samples of one subject may stand on both sides of a split: set groups: {name}"
            )
            rows.append(["subject", "warning", value, advice])
    return rows or [["subject", "ok", "no unused column looks like a repeated subject", ""]]


class Distances:
    """Squared distances between samples, computed from blocks of features.

    Each feature is standardised over the samples, with missing values set to the mean, so that all
    features have the same weight.
    """

    def __init__(self, samples: int):
        self.products = np.zeros((samples, samples))

    def add(self, values: np.ndarray) -> None:
        """Add a block of features: (n, size of the block), NaN where missing."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Mean of empty slice|Degrees of freedom")
            mean, spread = np.nanmean(values, axis=0), np.nanstd(values, axis=0)
        varies = spread > 1e-12 * np.maximum(1, np.abs(mean))
        z = np.nan_to_num((values[:, varies] - mean[varies]) / spread[varies])
        self.products += z @ z.T

    def near_pairs(self) -> list[tuple[int, int]]:
        """Pairs of rows whose distance is at most NEAR times the root mean square distance."""
        length = self.products.diagonal()
        count = len(length)
        mean = 2 * (count * length.sum() - self.products.sum()) / (count * (count - 1))
        pairs = []
        for i in range(count - 1):
            squared = length[i] + length[i + 1 :] - 2 * self.products[i, i + 1 :]
            # For identical samples, a difference of two large sums leaves a rounding error.
            near = squared <= NEAR**2 * mean + 1e-9 * length[i]
            pairs += [(i, i + 1 + int(j)) for j in np.flatnonzero(near)]
        return pairs


def check_duplicates(pairs: list[tuple[str, str]], splits: list[dict]) -> list:
    """Row about pairs of near-duplicate samples, and how many of them are on both sides of a split.

    splits: rows of splits.csv. Testing on near copies of training samples flatters every model.
    """
    if not pairs:
        return ["near_duplicates", "ok", "no two samples are nearly the same", ""]
    roles = {}
    for row in splits:
        if row["split"] != "final":
            roles.setdefault(row["sample"], {})[row["split"]] = row["role"]
    separated = [
        (a, b) for a, b in pairs if any(roles[b].get(s, r) != r for s, r in roles[a].items())
    ]
    examples = some([f"{a} and {b}" for a, b in separated or pairs], 3)
    count = f"{len(pairs)} pair{'' if len(pairs) == 1 else 's'} nearly the same"
    value = f"{count}, {len(separated)} of them on both sides of a split ({examples})"
    if not separated:
        return ["near_duplicates", "ok", value, ""]
    advice = (
        "look whether they are one specimen or subject: put them in one group (groups: a column"
        " with one value for both), or leave one out"
    )
    return ["near_duplicates", "warning", value, advice]


def check_values(missing: np.ndarray, constant: np.ndarray, samples: int) -> list:
    """Rows about the features. missing: (p,) numbers of missing values; constant: (p,) whether."""
    shares = {
        "missing_values": (
            missing.sum() / (samples * len(missing)),
            "values",
            "look where they come from: see preprocessing.max_missing and impute",
        ),
        "constant_features": (
            constant.mean(),
            "features",
            "they are dropped: look at the table and its transform",
        ),
    }
    return [
        [check, "warning" if share > LARGE_SHARE else "ok", f"{share:.1%} of the {what}"]
        + [advice if share > LARGE_SHARE else ""]
        for check, (share, what, advice) in shares.items()
    ]


def check_dataset(
    dataset: str, sheet: str, data: str, samples: str, splits: str, setting: dict, output: str
) -> None:
    """Write the checks of a data set. setting: outcome (its column), task, positive, groups."""
    rows = pd.read_csv(samples, sep="\t", dtype=str, keep_default_na=False)
    rows = rows[rows["cohort"] == "development"]
    column = setting["outcome"]
    check_positive(setting["positive"], rows["outcome"], column, f"datasets.{dataset}")
    development = rows["sample"]
    results = check_sheet(read_sheet(sheet), column, setting["groups"], setting["task"])
    compare = len(development) <= MOST_SAMPLES
    distances = Distances(len(development) if compare else 0)
    missing, constant = [], []
    count = len(axis_names(data, "var"))
    for first in range(0, count, COLUMNS):
        columns = np.arange(first, min(first + COLUMNS, count))
        values = read_columns(data, development, columns)
        missing.append(np.isnan(values).sum(axis=0))
        low, high = np.fmin.reduce(values), np.fmax.reduce(values)
        constant.append(~(low < high))
        if compare:
            distances.add(values)
    results += check_values(np.concatenate(missing), np.concatenate(constant), len(development))
    if compare:
        names = development.to_numpy()
        pairs = [(names[i], names[j]) for i, j in distances.near_pairs()]
        results.append(check_duplicates(pairs, read_csv(splits)))
    else:
        value = f"more than {MOST_SAMPLES} samples"
        results.append(["near_duplicates", "skipped", value, ""])
    write_csv(output, CHECKS, ([dataset, *row] for row in results))
