"""Applies a transform of the registry `omc.data.transforms` to a layer, in blocks of samples."""

import math

import numpy as np
from scipy import sparse

from omc.core.errors import UserError
from omc.core.registry import entry

TRANSFORMS = "omc.data.transforms"
# Number of values to process at a time, to keep temporary arrays small.
BLOCK = 1 << 18


def is_compositional(kind: str) -> bool:
    """Whether a transform relates each value to the whole sample."""
    return entry(TRANSFORMS, kind).COMPOSITIONAL


def transform(
    values, kind: str, samples, features, where: str, pseudo_count: float = 0.5, copy: bool = True
):
    """A layer's values, transformed; missing ones stay missing.

    values: (n, p) array, or a scipy.sparse one, which stays sparse (CSC) if zero maps to zero;
    kind: name of a transform; samples, features: names; where: key and file, for error messages;
    copy: False overwrites a dense array of doubles.
    """
    method, where = entry(TRANSFORMS, kind), f"{where}: transform {kind}"
    if sparse.issparse(values):
        if method.KEEPS_ZERO:
            return _sparse(values, method, samples, features, where, pseudo_count)
        values, copy = values.toarray(), False
    values = np.array(values, dtype=np.float64, order="C", copy=copy or None)
    n, p = values.shape
    _check(values.ravel(), method, lambda i: (samples[i // p], features[i % p]), where)
    totals = _totals(values, samples, where)[:, None] if _needs_total(method) else None
    step = max(1, BLOCK // max(1, p))
    for start in range(0, n, step):
        rows = slice(start, start + step)
        _refuse(values[rows], method, samples[rows], where, pseudo_count)
        total = None if totals is None else totals[rows]
        values[rows] = method.apply(values[rows], total, pseudo_count)
    return values


def _sparse(values, method, samples, features, where, pseudo_count) -> sparse.csc_array:
    values = sparse.csc_array(values, dtype=np.float64, copy=True)
    rows, stored = values.indices, values.data
    columns = np.repeat(np.arange(values.shape[1]), np.diff(values.indptr))
    _check(stored, method, lambda i: (samples[rows[i]], features[columns[i]]), where)
    total = _totals(values.tocsr(), samples, where)[rows] if _needs_total(method) else None
    values.data = method.apply(stored, total, pseudo_count)
    return values


def _check(values, method, name_of, where) -> None:
    """Refuse numbers outside the domain. name_of: function from position to (sample, feature)."""
    first, count = None, 0
    for start in range(0, len(values), BLOCK):
        part = values[start : start + BLOCK]
        wrong = np.flatnonzero(~(method.inside(part) | np.isnan(part)))
        if len(wrong) and first is None:
            first = start + wrong[0]
        count += len(wrong)
    if count:
        sample, feature = name_of(first)
        rest = f" ({count} values are outside)" if count > 1 else ""
        raise UserError(
            f"{where} takes {method.DOMAIN}, but feature '{feature}' of sample '{sample}' is"
            f" {values[first]:g}{rest}: correct it, or choose another transform"
        )


def _refuse(values, method, samples, where, pseudo_count) -> None:
    refused = method.refuse(values, pseudo_count) if hasattr(method, "refuse") else None
    if refused:
        row, why = refused
        raise UserError(f"{where} " + why.format(sample=f"sample '{samples[row]}'"))


def _needs_total(method) -> bool:
    return getattr(method, "NEEDS_TOTAL", False)


def _totals(values, samples, where) -> np.ndarray:
    """(n,) sum of each sample; values: dense, or CSR. Refuses a sample whose sum is 0."""
    parts = np.split(values.data, values.indptr[1:-1]) if sparse.issparse(values) else values
    # Correctly rounded, so that order and stored zeros do not matter.
    totals = np.array([math.fsum(part[~np.isnan(part)]) for part in parts])
    empty = np.flatnonzero(totals == 0)
    if len(empty):
        raise UserError(
            f"{where} divides by the sum of a sample, and that of sample '{samples[empty[0]]}' is"
            " 0: take the sample out of the sheet"
        )
    return totals
