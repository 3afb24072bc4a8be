"""Transforms of a layer that learn nothing: each number follows from its own sample alone."""

import math

import numpy as np
from scipy import sparse

from omc.core.errors import UserError

# What each transform takes, besides missing values: a test of the numbers, and its words.
DOMAINS = {
    "none": (np.isfinite, "finite numbers"),
    "log2": (lambda x: (x > 0) & np.isfinite(x), "numbers above 0"),
    "log1p": (lambda x: (x > -1) & np.isfinite(x), "numbers above -1"),
    "cpm_log2": (lambda x: (x >= 0) & np.isfinite(x), "counts, from 0"),
    "clr": (lambda x: (x >= 0) & np.isfinite(x), "parts of a whole, from 0"),
    "arcsinh": (np.isfinite, "finite numbers"),
    "m_value": (lambda x: (x > 0) & (x < 1), "methylation beta values between 0 and 1"),
}
KEEP_ZERO = ("none", "log1p", "cpm_log2", "arcsinh")
# Each number depends on the sample's other features too.
COMPOSITIONAL = ("clr", "cpm_log2")
# Values that are worked on at a time, so that what is made on the way is small.
BLOCK = 1 << 18


def transform(
    values, kind: str, samples, features, where: str, pseudo_count: float = 0.5, copy: bool = True
):
    """A layer's values, transformed; missing ones stay missing.

    values: (n, p) array, or a scipy.sparse one, which stays sparse (CSC) where zero maps to zero;
    kind: none, log2, log1p (natural), cpm_log2 (log2 of counts per million + 1), clr (centred
    log-ratio of values + pseudo_count, Aitchison 1982, doi:10.1111/j.2517-6161.1982.tb01195.x),
    arcsinh, m_value (log2(b / (1 - b)), Du et al. 2010, doi:10.1186/1471-2105-11-587);
    samples, features: names; where: key and file, for the sentence of a UserError; copy: False
    overwrites a dense array of doubles.
    """
    if sparse.issparse(values):
        if kind in KEEP_ZERO:
            values = sparse.csc_array(values, dtype=np.float64, copy=True)
            rows, stored = values.indices, values.data
            columns = np.repeat(np.arange(values.shape[1]), np.diff(values.indptr))
            _check(stored, kind, lambda i: (samples[rows[i]], features[columns[i]]), where)
            totals = _totals(values.tocsr(), samples, where)[rows] if kind == "cpm_log2" else None
            values.data = _elementwise(stored, kind, totals)
            return values
        values, copy = values.toarray(), False
    values = np.array(values, dtype=np.float64, order="C", copy=copy or None)
    n, p = values.shape
    _check(values.ravel(), kind, lambda i: (samples[i // p], features[i % p]), where)
    if kind == "clr":
        return _clr(values, pseudo_count, samples, where)
    totals = _totals(values, samples, where)[:, None] if kind == "cpm_log2" else None
    step = max(1, BLOCK // max(1, p))
    for start in range(0, n, step):
        rows = slice(start, start + step)
        values[rows] = _elementwise(values[rows], kind, None if totals is None else totals[rows])
    return values


def _check(values, kind, name_of, where):
    inside, words = DOMAINS[kind]
    first, count = None, 0
    for start in range(0, len(values), BLOCK):
        part = values[start : start + BLOCK]
        wrong = np.flatnonzero(~(inside(part) | np.isnan(part)))
        if len(wrong) and first is None:
            first = start + wrong[0]
        count += len(wrong)
    if count:
        sample, feature = name_of(first)
        rest = f" ({count} values are outside)" if count > 1 else ""
        raise UserError(
            f"{where}: transform {kind} takes {words}, but feature '{feature}' of sample"
            f" '{sample}' is {values[first]:g}{rest}: correct it, or choose another transform"
        )


def _elementwise(values, kind, totals):
    if kind == "none":
        return values
    if kind == "cpm_log2":
        return np.log2(values / totals * 1e6 + 1)
    if kind == "m_value":
        return np.log2(values / (1 - values))
    return {"log2": np.log2, "log1p": np.log1p, "arcsinh": np.arcsinh}[kind](values)


def _sum(numbers):
    # Correctly rounded, so that neither the order nor the zeros that are left out matter.
    return math.fsum(numbers[~np.isnan(numbers)])


def _totals(values, samples, where):
    """(n,) sum of each sample; values: dense, or CSR."""
    if sparse.issparse(values):
        parts = np.split(values.data, values.indptr[1:-1])
    else:
        parts = values
    totals = np.array([_sum(part) for part in parts])
    empty = np.flatnonzero(totals == 0)
    if len(empty):
        raise UserError(
            f"{where}: transform cpm_log2 divides by the sum of a sample, and that of sample"
            f" '{samples[empty[0]]}' is 0: take the sample out of the sheet"
        )
    return totals


def _clr(values, pseudo_count, samples, where):
    values += pseudo_count
    zero = np.argwhere(values == 0)
    if len(zero):
        raise UserError(
            f"{where}: transform clr takes a logarithm, and sample '{samples[zero[0][0]]}' has"
            " a zero: set pseudo_count above 0"
        )
    logs = np.log(values, out=values)
    known = (~np.isnan(logs)).sum(axis=1)
    means = np.array([_sum(row) for row in logs]) / np.maximum(known, 1)
    logs -= means[:, None]
    return logs
