"""Dense blocks of a matrix that may be sparse, to keep memory small."""

import numpy as np
from scipy import sparse

# Blocks hold about this many numbers (2 MB): what a processor keeps near, and less than what the
# system takes back at once and has to give again, page by page.
BLOCK_NUMBERS = 1 << 18


def column_blocks(values, index):
    """Yield blocks of positions in `index`, and the dense values of these columns, to be read only.

    index: ascending. Columns are contiguous in memory, so that the sums of a column, rounding
    included, depend neither on its neighbours nor on whether the matrix is sparse.
    """
    step = max(1, BLOCK_NUMBERS // max(1, values.shape[0]))
    for first in range(0, len(index), step):
        at = np.arange(first, min(first + step, len(index)))
        columns = index[at]
        if sparse.issparse(values):
            part = values[:, columns].toarray()
        elif columns[-1] - columns[0] == len(columns) - 1:
            part = values[:, columns[0] : columns[-1] + 1]
        else:
            part = values.T[columns].T
        yield at, np.asfortranarray(part, dtype=np.float64)


def fit_memory(values, rows: int) -> np.ndarray:
    """Memory for so many rows of a matrix, used again for each fit: the system is slow to give it.

    A sparse one needs none.
    """
    return np.empty(0 if sparse.issparse(values) else rows * values.shape[1])


def take_rows(values, rows: np.ndarray, memory: np.ndarray):
    """Some rows of a matrix; a dense one is written to `memory` (see `fit_memory`), by column."""
    if sparse.issparse(values):
        return values[rows]
    taken = memory[: values.shape[1] * len(rows)].reshape(values.shape[1], len(rows))
    # Not `raise`, which writes to a memory of its own first.
    return values.T.take(rows, axis=1, out=taken, mode="clip").T


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
