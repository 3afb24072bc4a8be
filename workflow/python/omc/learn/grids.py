"""The candidates of a model: its grid, within what the smallest fit can do (twin: grids.R)."""

import numpy as np
from sklearn.model_selection import ParameterGrid

# The most that a tuning parameter can be, whatever the estimator, given the rows and columns of the
# smallest fit.
LIMITS = {
    "n_neighbors": lambda rows, columns: rows,
    "n_components": lambda rows, columns: max(1, min(rows - 1, columns)),
    "max_features": lambda rows, columns: columns,
}


def candidates(spec: dict, seed: int, rows: int | None = None, columns: int | None = None) -> list:
    """The hyperparameter candidates, dicts in grid order; of a larger grid a seeded sample.

    rows, columns: of the smallest fit that will be made. What it cannot do is lowered to what it
    can, and candidates that become equal are one.
    """
    grid = list(ParameterGrid(spec["grid"] or {}))
    if rows is not None and columns is not None:
        lowered = [{k: _lowered(k, v, rows, columns) for k, v in one.items()} for one in grid]
        if lowered != grid:
            # By their text: max_features 1 and 1.0 are equal numbers, and not the same.
            grid = list({repr(one): one for one in lowered}.values())
    if len(grid) <= spec["size"]:
        return grid
    drawn = np.random.default_rng(seed).choice(len(grid), spec["size"], replace=False)
    return [grid[int(i)] for i in np.sort(drawn)]


def _lowered(name: str, value, rows: int, columns: int):
    limit = LIMITS.get(name.rpartition("__")[2])
    # Of max_features only a whole number is a number of columns: 1.0 is all of them.
    if limit is None or not isinstance(value, int) or isinstance(value, bool):
        return value
    return min(value, limit(rows, columns))
