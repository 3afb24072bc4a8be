"""Whether two samples on both sides of a split are nearly the same."""

import numpy as np

from omc.core.errors import some
from omc.core.names import FINAL

ORDER = 100
# The distances of as many samples take 200 MB of memory.
MOST_SAMPLES = 5000
FEWEST_SAMPLES = 12
ALPHA = 0.05
NEAR = 0.42
# What many samples share (cell types, batches) is reduced to this multiple of the median of the
# eigenvalues, so that what is left of a sample is its own. That takes as many features per sample,
# and seconds for as many samples.
SHARED = 3
FEATURES_PER_SAMPLE = 2
MOST_REDUCED = 2500
# Neighbours: the nearest, the one that it is compared with, and those that give the dimension.
NEAREST, NEXT, FAR = 4, 5, 10
# Two samples that agree in all values of as many bits do not do so by chance.
BITS = 60
EXPLANATION = (
    "A specimen that was measured twice, or that is in a second cohort under another name, can be"
    " memorised in training and then tested, which makes every model look too good."
)
RULE = (
    "two samples, of which one is trained on while the other is tested, are nearly the same in"
    " three respects. Their distance is at most 0.42 of the median distance of all pairs; distances"
    " are of the standardised ranks of each feature and, with at least two features per sample,"
    " principal components with more than three times the median variance are reduced to that, so"
    " that what many samples share does not make them near. Each is among the other's four nearest"
    " neighbours. And they are nearer than the distance to the fifth neighbours allows: with d the"
    " intrinsic dimension, 1 - (1 - (distance / distance of the fifth)^d)^4 is the probability of"
    " so near a neighbour (Levina & Bickel 2004, doi:10.5555/2976040.2976138; Facco et al. 2017,"
    " doi:10.1038/s41598-017-11873-y), and it must be below 0.05 after Bonferroni's adjustment for"
    " the number of samples. External cohorts are searched too"
)
FIX = (
    "Check whether they are the same specimen or subject. If so, put them into one group (`groups`:"
    " a column with one value for both), or leave one out. If a sample of an external cohort is"
    " also a development sample, remove it from the cohort."
)


class Scan:
    """Squared distances between samples, computed from blocks of features.

    The ranks of each feature are standardised over the samples, with missing values set to the
    mean, so that all features have the same weight and outliers have little.
    """

    def __init__(self, data):
        rows = data.rows
        own = rows["cohort"] == "development"
        self.names = np.r_[rows["sample"][own], rows["sample"][~own]]
        self.development = int(own.sum())
        self.count = len(rows) if FEWEST_SAMPLES <= len(rows) <= MOST_SAMPLES else 0
        self.products, self.features = np.zeros((self.count, self.count)), 0
        self.bits = 0.0

    def add(self, block):
        """Add the products of a block."""
        if not self.count:
            return
        ranks = block.ranks
        known = ~np.isnan(ranks)
        n = np.maximum(known.sum(axis=0), 1)
        centred = np.where(known, ranks - np.nansum(ranks, axis=0) / n, 0)
        spread = np.sqrt((centred**2).sum(axis=0) / n)
        z = centred[:, spread > 0] / spread[spread > 0]
        self.products += z @ z.T
        self.features += z.shape[1]
        if self.bits < BITS:
            self.bits += sum(np.log2(len(np.unique(column))) for column in z.T)

    def pairs(self) -> list[tuple[str, str]]:
        """Names of near duplicates."""
        products = reduced(self.products, self.features)
        return [(self.names[i], self.names[j]) for i, j in near_pairs(products)]


def reduced(products: np.ndarray, features: int) -> np.ndarray:
    """Inner products (n, n) over this number of features, with large components reduced."""
    if len(products) > MOST_REDUCED or features < FEATURES_PER_SAMPLE * len(products):
        return products
    values, vectors = np.linalg.eigh(products)
    positive = values[values > 1e-9 * values[-1]]
    return (vectors * np.clip(values, 0, SHARED * np.median(positive))) @ vectors.T


def near_pairs(products: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of the n samples with these inner products (n, n), overwritten, that are too near."""
    n, far = len(products), min(FAR, len(products) - 1)
    length = products.diagonal().copy()
    distance = products
    distance *= -2
    distance += length[:, None]
    distance += length
    for row, own in zip(distance, length, strict=True):
        # For identical samples, a difference of two large sums leaves a rounding error.
        row[row < 1e-9 * (own + length)] = 0
    np.sqrt(distance, out=distance)
    # Every so many rows are enough for a median.
    some_rows = slice(None, None, 1 + n // 1000)
    median = np.median(distance[some_rows][distance[some_rows] > 0])
    np.fill_diagonal(distance, np.inf)
    neighbours = np.stack([np.sort(np.partition(row, far - 1)[:far]) for row in distance])
    compared = neighbours[:, NEXT - 1]
    dimension = intrinsic_dimension(neighbours)
    pairs = []
    nearest = np.argpartition(distance, NEAREST - 1, axis=1)[:, :NEAREST]
    is_near = np.take_along_axis(distance, nearest, axis=1) <= NEAR * median
    for i, place in np.argwhere(is_near):
        j = nearest[i, place]
        near, own = distance[i, j], min(compared[i], compared[j])
        if i < j and near <= neighbours[j, NEAREST - 1] and own > 0:
            chance = -np.expm1(NEAREST * np.log1p(-min(1 - 1e-16, (near / own) ** dimension)))
            if chance * n / 2 <= ALPHA:
                pairs.append((int(i), int(j)))
    return pairs


def intrinsic_dimension(neighbours: np.ndarray) -> float:
    """Dimension from distances (n, k) of the fifth and farther neighbours, the nearest first.

    In d dimensions, d times the log of the ratio of the k-th to the fifth distance is a sum of
    exponential variables with mean 1/5 + … + 1/(k - 1).
    """
    known = neighbours[:, NEXT - 1] > 0
    logs = np.log(neighbours[known, -1] / neighbours[known, NEXT - 1])
    expected = (1 / np.arange(NEXT, neighbours.shape[1])).sum()
    return expected / max(logs.mean(), 1e-6) if known.any() else 1.0


def check(data, scan):
    """One row."""
    if not scan.count:
        few = len(scan.names) < FEWEST_SAMPLES
        bound = f"fewer than {FEWEST_SAMPLES}" if few else f"more than {MOST_SAMPLES}"
        return [("skipped", f"{bound} samples", "")]
    if scan.bits < BITS:
        return [("skipped", "too few features to tell samples apart", "")]
    cohorts = set(scan.names[scan.development :])
    pairs = [pair for pair in scan.pairs() if not cohorts.issuperset(pair)]
    if not pairs:
        return [("ok", "no two samples are nearly the same", "")]
    return [_row(pairs, separated(pairs, data.splits, cohorts))]


def separated(pairs, splits, cohorts=frozenset()) -> list[tuple[str, str]]:
    """The pairs that a split parts: rows of splits.csv; cohorts: names of external samples.

    `final` is trained on all of development, and tested on external samples only.
    """
    roles = {}
    for row in splits:
        if row["split"] != FINAL:
            roles.setdefault(row["sample"], {})[row["split"]] = row["role"]
    return [
        (a, b)
        for a, b in pairs
        if (a in cohorts) != (b in cohorts)
        or any(roles[b].get(s, r) != r for s, r in roles.get(a, {}).items())
    ]


def _row(pairs, parted):
    examples = some([f"{a} and {b}" for a, b in parted or pairs], 3)
    count = f"{len(pairs)} pair{'' if len(pairs) == 1 else 's'} nearly the same"
    value = f"{count}, {len(parted)} of them on both sides of a split ({examples})"
    if not parted:
        return "ok", value, ""
    advice = (
        "check whether they are the same specimen or subject: put them in one group (groups: a"
        " column with one value for both), or leave one out"
    )
    return "warning", value, advice
