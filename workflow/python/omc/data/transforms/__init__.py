"""Transforms of a layer that learn nothing, one per file, called as the file.

A transform's file holds

- `DOMAIN`: what it takes, in words, and `inside(x)`: which numbers that is, missing ones aside;
- `KEEPS_ZERO`: whether zero stays zero, so that a sparse matrix can stay sparse;
- `COMPOSITIONAL`: whether a number depends on the sample's other features too;
- `apply(values, total, pseudo_count)`: the transformed numbers; it may overwrite `values`. values:
  (m, p) numbers of some samples or, of a transform that keeps zero, the (s,) stored numbers of a
  sparse matrix; total: the sum of the sample of each number, None unless the file has
  `NEEDS_TOTAL = True`;
- perhaps `refuse(values, pseudo_count)`: (number of a sample, why it is refused), or None.

`omc.data.transforming` reads them.
"""
