"""Resampling schemes, one per file: the outer splits of a data set.

A scheme's file is called as the scheme and holds

- `POOLED`: whether all test predictions are scored together, as each sample is tested once, in sets
  too small or too unequal to score one by one;
- `BALANCED`: whether the classes are balanced over the splits, so that each inner fold needs them;
- `refuse(groups)`: why it does not suit the column `groups` (None: no groups), or an empty text;
- `describe(resampling)`: what a methods section says after 'Models were compared by';
- `repeats(resampling)`: how many independent divisions there are, for jobs of costly models;
- `split_count(resampling, units)`: number of splits, or about; units(): number of samples, or of
  groups, 0 where it is not known yet;
- `training_rows(samples, resampling, seed)`: yields (repeat, fold, training rows) of each split;
  the other rows are its test samples. samples: `splits.Samples`.

It is asked at every start of Snakemake, so what is heavy is imported inside `training_rows`.
"""
