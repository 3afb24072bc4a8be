"""The candidates of a model: its grid, capped at what the smallest fit allows (twin: grids.R)."""

import numpy as np
from sklearn.model_selection import ParameterGrid

# Upper limits of the tuning parameters of any estimator, given the rows and columns of the smallest
# fit.
LIMITS = {
    "n_neighbors": lambda rows, columns: rows,
    "n_components": lambda rows, columns: max(1, min(rows - 1, columns)),
    "max_features": lambda rows, columns: columns,
}


def candidates(spec: dict, seed: int, rows: int | None = None, columns: int | None = None) -> list:
    """The hyperparameter candidates, dicts in grid order; a seeded sample if the grid is larger.

    rows, columns: of the smallest fit. Values that it cannot fit are capped; duplicates that arise
    are dropped.
    """
    grid = spec["grid"] or {}
    if rows is not None and columns is not None:
        capped = {k: [_capped(k, v, rows, columns) for v in grid[k]] for k in grid}
        if capped != grid:
            # Compared as text: max_features 1 and 1.0 are equal numbers with different meanings.
            grid = {k: list({repr(v): v for v in values}.values()) for k, values in capped.items()}
    combinations = ParameterGrid(grid)
    if len(combinations) <= spec["size"]:
        return list(combinations)
    # Only those that were drawn are made: a grid may have millions.
    generator = np.random.default_rng(seed)
    chosen = generator.choice(len(combinations), spec["size"], replace=False)
    return [dict(sorted(combinations[int(i)].items())) for i in np.sort(chosen)]


def _capped(name: str, value, rows: int, columns: int):
    limit = LIMITS.get(name.rpartition("__")[2])
    # Only a whole number in max_features is a number of columns: 1.0 means all of them.
    if limit is None or not isinstance(value, int) or isinstance(value, bool):
        return value
    return min(value, limit(rows, columns))
