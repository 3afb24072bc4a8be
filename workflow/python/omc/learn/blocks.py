"""Dense blocks of a matrix that may be sparse, to keep memory small."""

import numpy as np
from scipy import sparse

# Blocks hold about this many numbers (8 MB).
BLOCK_NUMBERS = 1 << 20


def column_blocks(values, index):
    """Yield blocks of positions in `index`, and the dense values of these columns.

    Columns are contiguous in memory, so that the sums of a column, rounding included, depend
    neither on its neighbours nor on whether the matrix is sparse.
    """
    step = max(1, BLOCK_NUMBERS // max(1, values.shape[0]))
    for first in range(0, len(index), step):
        at = np.arange(first, min(first + step, len(index)))
        part = values[:, index[at]]
        if sparse.issparse(part):
            part = part.toarray()
        yield at, np.asfortranarray(part, dtype=np.float64)


def row_blocks(values, index):
    """Yield slices of rows, and the dense values of these rows in the columns `index`."""
    if sparse.issparse(values):
        values, index = values[:, index].tocsr(), np.arange(len(index))
    step = max(1, BLOCK_NUMBERS // max(1, len(index)))
    for first in range(0, values.shape[0], step):
        rows = slice(first, first + step)
        part = values[rows]
        yield rows, part.toarray() if sparse.issparse(part) else part[:, index]


def with_values(values, index) -> np.ndarray:
    """(n,) whether a row has a value in the columns `index`: a sample may lack a whole layer."""
    found = np.zeros(values.shape[0], dtype=bool)
    for _, x in column_blocks(values, index):
        found |= ~np.isnan(x).all(axis=1)
        if found.all():
            break
    return found
