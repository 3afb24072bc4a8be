"""Transforms of a layer that learn nothing, one per file.

`median_of_ratios` only checks its counts: each fit normalises them (`omc.learn.size_factors`).

The file of a transform has its name and holds

- `DOMAIN`: its domain in words, and `inside(x)`: which numbers are in it, except missing ones;
- `KEEPS_ZERO`: whether zero stays zero, so that a sparse matrix can stay sparse;
- `COMPOSITIONAL`: whether a number depends on the sample's other features too;
- `apply(values, total, pseudo_count)`: the transformed numbers; it may overwrite `values`. values:
  (m, p) numbers of some samples or, if the transform keeps zero, the (s,) stored numbers of a
  sparse matrix; total: the sum of each number's sample, None unless the file has
  `NEEDS_TOTAL = True`;
- optionally `refuse(values, pseudo_count)`: (position of a sample, why it is refused), or None.

`omc.data.transforming` uses them.
"""
