"""The features that models use: the stability of their selection, and a consensus ranking."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from omc.core.csv_files import number

# Number of top features with ranks per model and a permutation importance.
TOP = 20


@dataclass(frozen=True)
class Use:
    """The features that one model uses in M splits: used (M, p), and ranks (M, p) or None."""

    language: str
    model: str
    used: np.ndarray
    ranks: np.ndarray | None


def stability(used: np.ndarray, features: int, level: float = 0.95) -> tuple[float, float, float]:
    """(stability, low, high) of the sets of features of M splits.

    used: (M, p) which feature is in which set; features: how many there were to choose from
    (`used` may lack those that are in no set). Measure and interval of Nogueira, Sechidis & Brown
    2018 (JMLR 18(174), definition 4 and theorem 7): 1 for equal sets, and 0 expected for random
    sets of any sizes. NaN if undefined: fewer than two sets, or all sets empty or full. The
    interval treats the sets as independent. Splits share training samples, so it shows how
    precise the mean over such splits is, not what to expect of other samples. If all sets are equal
    it would have no width and is left out (NaN).
    """
    m, d = len(used), features
    used = np.asarray(used, dtype=float)
    share, size = used.mean(axis=0), used.sum(axis=1)
    mean = size.mean()
    by_chance = mean / d * (1 - mean / d)
    if m < 2 or by_chance == 0:
        return np.nan, np.nan, np.nan
    value = 1 - m / (m - 1) * (share * (1 - share)).sum() / d / by_chance
    # The jackknife-like terms of theorem 7, one per set.
    terms = used @ share / d - size * mean / d**2
    terms += value / 2 * (2 * mean * size / d**2 - size / d - mean / d + 1)
    terms /= by_chance
    quantile = NormalDist().inv_cdf((1 + level) / 2)
    half = quantile * 2 / m * np.sqrt(((terms - terms.mean()) ** 2).sum())
    if np.isclose(value, 1):
        return 1.0, np.nan, np.nan
    return float(value), float(value - half), float(min(1, value + half))


def read_importance(path: str) -> pd.DataFrame:
    """importance.csv without `kind`: `importance` as a number, the other columns as text."""
    text = dict.fromkeys(["dataset", "language", "model", "split", "feature", "selected"], str)
    return pd.read_csv(
        path, dtype={**text, "importance": float}, usecols=[*text, "importance"],
        keep_default_na=False, na_values={"importance": [""]},
    )  # fmt: skip


def read_uses(importance: pd.DataFrame, baselines: list[str]):
    """(features (p,), selected (S, p), Uses of all models but the baselines) of one data set.

    importance: rows of importance.csv of the data set, `importance` as numbers. In a split, a model
    uses the features with nonzero importance. A sparse model, such as an elastic net or a tree,
    uses fewer than the preprocessing selected, which is the same for all models. A model without
    importance counts as using all selected features. Features are ranked by importance within a
    split; all unused features get the rank after the longest selection (top-k lists of Fagin, Kumar
    & Sivakumar 2003, doi:10.1137/S0895480102412856).
    """
    rows = importance[(importance["split"] != "final") & (importance["selected"] == "true")]
    features, splits = np.unique(rows["feature"]), np.unique(rows["split"])
    split_at = np.searchsorted(splits, rows["split"])
    feature_at = np.searchsorted(features, rows["feature"])
    selected = np.zeros((len(splits), len(features)), dtype=bool)
    selected[split_at, feature_at] = True
    unused_rank = 1 + selected.sum(axis=1).max(initial=0)
    uses = []
    names = rows["language"] + "/" + rows["model"]
    for name in names.unique():
        is_model = (names == name).to_numpy()
        if name in baselines:
            continue
        values = np.full(selected.shape, np.nan)
        values[split_at[is_model], feature_at[is_model]] = rows["importance"].to_numpy()[is_model]
        has_importance = np.isfinite(values).any(axis=1)
        ranks = None
        if has_importance.any():
            values = np.nan_to_num(np.abs(values[has_importance]))
            used = values > 0
            ranks = np.where(used, pd.DataFrame(-values).rank(axis=1), unused_rank)
        else:
            used = selected[np.unique(split_at[is_model])]
        language, _, model = name.partition("/")
        uses.append(Use(language, model, used, ranks))
    return features, selected, uses


def consensus(features, selected, uses: list[Use]):
    """(order, score, share) of the features; the first is the one that models agree on most.

    score: (p,) mean over models of their mean rank over splits, NaN if no model has importance;
    share: (p,) of splits that selected the feature. Sums of ranks over resamples and over models
    are the linear aggregation of Saeys, Abeel & Van de Peer 2008
    (doi:10.1007/978-3-540-87481-2_21). All models have the same weight; a learner that is in both
    languages counts twice. Ties are broken by share, then by name.
    """
    share = selected.mean(axis=0) if len(selected) else np.zeros(0)
    ranked = [use.ranks.mean(axis=0) for use in uses if use.ranks is not None]
    score = np.mean(ranked, axis=0) if ranked else np.full(len(features), np.nan)
    return np.lexsort((features, -share, score)), score, share


def feature_tables(rows: pd.DataFrame, count: int, dataset: dict, best: list[tuple]) -> dict:
    """Rows of four tables of one data set, by table; only the top features have ranks.

    rows: see `read_uses`; count: number of features to choose from; dataset: dictionary of name and
    baselines; best: (language, model) for which the top features will be shuffled.
    """
    name = dataset["name"]
    features, selected, uses = read_uses(rows, dataset["baselines"])
    stabilities, signature, ranks = [], [], []
    for use in uses:
        numbers = [number(value) for value in stability(use.used, count)]
        size = number(use.used.sum(axis=1).mean())
        stabilities.append([name, use.language, use.model, *numbers, len(use.used), size])
    order, score, share = consensus(features, selected, uses)
    with_ranks = [use for use in uses if use.ranks is not None]
    for rank, i in enumerate(order, start=1):
        cells = [features[i], number(score[i]), len(with_ranks), number(share[i])]
        signature.append([name, rank, *cells])
    top = order[:TOP]
    for use in with_ranks:
        mean, share = use.ranks.mean(axis=0), use.used.mean(axis=0)
        lead = [name, use.language, use.model]
        ranks += [[*lead, features[i], number(mean[i]), number(share[i])] for i in top]
    plan = [[name, *model, features[i]] for model in best for i in top]
    return {
        "stability": stabilities,
        "signature": signature,
        "feature_ranks": ranks,
        "permutation_plan": plan,
    }
