"""Permuted outcomes, and their splits: what the label-permutation null is trained on."""

from itertools import count

import numpy as np

from omc.core.errors import UserError
from omc.core.names import FINAL
from omc.core.seeds import fit_seed
from omc.learn.splits import Split, groups_of, split_sheet

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
    for draw in count(1):
        dealt = permuted(outcome, groups, rng).tolist()
        shuffled = [{**row, "outcome": y} for row, y in zip(rows, dealt, strict=True)]
        try:
            splits = split_sheet(shuffled, name, resampling, task, seed)
            break
        except UserError:
            if draw == DRAWS:
                raise
    return shuffled, [split for split in splits if split.name != FINAL]
