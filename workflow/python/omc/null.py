"""The label-permutation null: what the whole pipeline scores where there is nothing to learn."""

import warnings

import numpy as np

from omc.contracts import METRIC_NAMES, SMALLER_IS_BETTER
from omc.errors import UserError
from omc.scoring import scorer
from omc.seeds import fit_seed
from omc.splits import FINAL, Split, groups_of, split_sheet

LEVEL = 0.05
# So many permutations can give p <= LEVEL.
ENOUGH = 19
# Draws of one permutation before it is given up.
DRAWS = 100


def permuted(outcome, groups, rng: np.random.Generator) -> np.ndarray:
    """(n,) the outcomes dealt out anew; what belongs together in a group stays together.

    outcome: (n,); groups: (n,) or None. Samples of a group are not independent, and to deal out
    their outcomes one by one would make the null too narrow. If the outcome is constant in each
    group, the groups' outcomes are permuted over the groups. Else the outcomes of a group go as a
    block to a group of the same size, and are shuffled inside it (exchangeability blocks: Winkler
    et al. 2015, doi:10.1016/j.neuroimage.2015.05.092), so that of a patient's tumour and normal
    sample one of each is left.
    """
    outcome = np.asarray(outcome)
    if groups is None:
        return rng.permutation(outcome)
    code = np.unique(groups, return_inverse=True)[1]
    members = [np.flatnonzero(code == group) for group in range(code.max() + 1)]
    dealt = outcome.copy()
    if all(len(set(outcome[rows].tolist())) == 1 for rows in members):
        first = outcome[[rows[0] for rows in members]]
        return rng.permutation(first)[code]
    sizes = np.array([len(rows) for rows in members])
    for size in np.unique(sizes):
        alike = np.flatnonzero(sizes == size)
        for group, source in zip(alike, rng.permutation(alike), strict=True):
            dealt[members[group]] = rng.permutation(outcome[members[source]])
    return dealt


def permute_sheet(
    sheet: list[dict], name: str, resampling: dict, task: str, seed: int
) -> tuple[list[dict], list[Split]]:
    """Development samples with permuted outcomes, and their splits by the same scheme.

    sheet: rows of samples.tsv; name: of this permutation, of which the seeds are made. Splits have
    no `final`. A permutation that the scheme cannot split, as a class may have come to too few
    samples, is drawn again: the outcomes as they are can be split too.
    """
    rows = [row for row in sheet if row["cohort"] == "development"]
    outcome, groups = [row["outcome"] for row in rows], groups_of(rows)
    rng = np.random.default_rng(fit_seed(seed, name, "", "", "", "permutation"))
    for draw in range(1, DRAWS + 1):
        dealt = permuted(outcome, groups, rng).tolist()
        shuffled = [{**row, "outcome": y} for row, y in zip(rows, dealt, strict=True)]
        try:
            splits = split_sheet(shuffled, name, resampling, task, seed)
        except UserError:
            if draw == DRAWS:
                raise
        else:
            return shuffled, [split for split in splits if split.name != FINAL]


def performance(predictions, task: str, positive, metric: str, pooled: bool) -> dict:
    """{(language, model): value} in cross-validation; NaN where no split has one.

    predictions: table of predictions.csv, text; positive: the positive class, None for the last
    one; pooled: all predictions scored together, else the mean over the splits.
    """
    classes = [c.removeprefix("prob_") for c in predictions.columns if c.startswith("prob_")]
    positive = positive or (classes[-1] if classes else None)
    inside = predictions[predictions["split"] != FINAL]
    found = {}
    for model, part in inside.groupby(["language", "model"], sort=False):
        parts = [part] if pooled else [of for _, of in part.groupby("split", sort=False)]
        values = [
            scorer(of, task, classes, positive)(np.ones((1, len(of))))[metric][0] for of in parts
        ]
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Mean of empty slice")
            found[model] = float(np.nanmean(values))
    return found


def p_value(observed: float, null, smaller_is_better: bool) -> tuple[float, int]:
    """(p, b): b of N permutations are as good as the observed value; p = (b + 1) / (N + 1).

    null: (N,); a permutation without a value (NaN) counts as one that is as good, so that failures
    cannot make p smaller. (Phipson & Smyth 2010, doi:10.2202/1544-6115.1585; of classifiers: Ojala
    & Garriga 2010, JMLR 11:1833.)
    """
    null = np.asarray(null, dtype=float)
    worse = null > observed if smaller_is_better else null < observed
    # Equal but for the rounding of a sum in another order.
    b = int((~worse | np.isclose(null, observed, rtol=1e-9, atol=1e-12)).sum())
    return (b + 1) / (len(null) + 1), b


def check(model: str, metric: str, observed: float, null) -> list:
    """Row (check, status, value, advice) of one model; null: (N,) values of the permutations."""
    name, label, count = f"permutation_null:{model}", METRIC_NAMES[metric], len(null)
    if not np.isfinite(observed):
        return [name, "skipped", f"no value of {label}", ""]
    p, b = p_value(observed, null, metric in SMALLER_IS_BETTER)
    value = f"p = {p:.3g}: {label} {observed:.3f}; {b} of {count} permutations are as good"
    lost = int(np.isnan(null).sum())
    if lost:
        value += f", {lost} of them as they have no value"
    if count < ENOUGH:
        advice = f"set comparison.null_permutations to {ENOUGH} or more: p could not be below"
        return [name, "skipped", value, f"{advice} {1 / (count + 1):.2g}"]
    if p <= LEVEL:
        return [name, "ok", value, ""]
    advice = "no evidence that it learns the outcome: do not interpret its score or its features"
    return [name, "warning", value, advice]
