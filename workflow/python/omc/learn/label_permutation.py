"""Permuted outcomes and their splits, for the label-permutation null."""

from itertools import count

import numpy as np

from omc.core.errors import UserError
from omc.core.names import FINAL
from omc.core.seeds import fit_seed
from omc.core.tables import SHEET_COLUMNS
from omc.learn.splits import Split, groups_of, split_sheet

# Attempts at one permutation before giving up.
DRAWS = 100


def permuted(outcome, groups, rng: np.random.Generator) -> np.ndarray:
    """(n,) permuted outcomes that keep the structure of the groups.

    outcome: (n,); groups: (n,) or None. Samples of a group are not independent: permuting their
    outcomes one by one would make the null too narrow. If the outcome is constant in each group,
    the groups' outcomes are permuted. Otherwise the outcomes of a group move as a block to a group
    of the same size and are shuffled in it (exchangeability blocks: Winkler et al. 2015,
    doi:10.1016/j.neuroimage.2015.05.092), so that a patient with a tumour and a normal sample still
    has one of each.
    """
    outcome = np.asarray(outcome)
    if groups is None:
        return rng.permutation(outcome)
    code = np.unique(groups, return_inverse=True)[1]
    members = [np.flatnonzero(code == group) for group in range(code.max() + 1)]
    result = outcome.copy()
    if all(len(set(outcome[rows].tolist())) == 1 for rows in members):
        group_outcomes = outcome[[rows[0] for rows in members]]
        return rng.permutation(group_outcomes)[code]
    sizes = np.array([len(rows) for rows in members])
    for size in np.unique(sizes):
        same_size = np.flatnonzero(sizes == size)
        for group, source in zip(same_size, rng.permutation(same_size), strict=True):
            result[members[group]] = rng.permutation(outcome[members[source]])
    return result


def permuted_in_strata(outcome, groups, strata, rng: np.random.Generator) -> np.ndarray:
    """(n,) `permuted` outcomes of each stratum, so that each keeps its outcomes.

    strata: (n,) labels, or None. If a group stands in several strata, these cannot be kept: the
    outcomes are permuted over all samples.
    """
    outcome = np.asarray(outcome)
    pairs = set() if strata is None or groups is None else {*zip(groups, strata, strict=True)}
    if strata is None or len(pairs) > len({group for group, _ in pairs}):
        return permuted(outcome, groups, rng)
    result, strata = outcome.copy(), np.asarray(strata)
    for stratum in np.unique(strata):
        rows = np.flatnonzero(strata == stratum)
        part = None if groups is None else np.asarray(groups)[rows]
        result[rows] = permuted(outcome[rows], part, rng)
    return result


def permute_sheet(
    sheet: list[dict], name: str, resampling: dict, task: str, seed: int
) -> tuple[list[dict], list[Split]]:
    """Development samples with permuted outcomes, and their splits by the same scheme.

    sheet: rows of samples.tsv, whose columns other than the usual ones are strata (`stratify_by`);
    name: of this permutation, for its seeds. There is no split `final`.
    A permutation that the scheme cannot split, for example because too few groups hold a class, is
    drawn again: the real outcomes can be split too.
    """
    rows = [row for row in sheet if row["cohort"] == "development"]
    outcome, groups = [row["outcome"] for row in rows], groups_of(rows)
    further_columns = [column for column in rows[0] if column not in SHEET_COLUMNS]
    strata = (
        ["|".join(row[c] for c in further_columns) for row in rows] if further_columns else None
    )
    rng = np.random.default_rng(fit_seed(seed, name, "", "", "", "permutation"))
    for attempt in count(1):
        outcomes = permuted_in_strata(outcome, groups, strata, rng).tolist()
        shuffled = [{**row, "outcome": y} for row, y in zip(rows, outcomes, strict=True)]
        try:
            splits = split_sheet(shuffled, name, resampling, task, seed)
            break
        except UserError:
            if attempt == DRAWS:
                raise
    return shuffled, [split for split in splits if split.name != FINAL]
