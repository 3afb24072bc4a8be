"""Resampling schemes, one per file: the outer splits of a data set.

The file of a scheme has its name and holds

- `POOLED`: whether all test predictions are scored together, because each sample is tested once, in
  sets too small or too unequal to score one by one;
- `RANKS`: whether a split tests enough samples to rank them, as the ROC AUC does;
- `BALANCED`: whether classes are balanced over the splits, so that each inner fold needs all;
- `refuse(groups)`: why it does not suit the column `groups` (None: no groups), or "";
- `describe(resampling)`: what follows 'Models were compared by' in a methods section;
- `repeats(resampling)`: number of independent divisions, for the jobs of costly models;
- `split_count(resampling, units)`: exact or estimated number of splits; units(): number of samples
  or groups, 0 if it is not known yet;
- `training_rows(samples, resampling, seed)`: yields (repeat, fold, training rows) of each split;
  the other rows are its test samples. samples: `splits.Samples`.

Snakemake reads these files at every start, so heavy imports belong inside `training_rows`.
"""
