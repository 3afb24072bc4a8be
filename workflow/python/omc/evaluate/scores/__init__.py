"""The metrics: a file each, named as its row of catalog/metrics.csv.

A file has `score(samples)`, which takes `samples.Samples` and returns (B,) values, one for each
resample, NaN where it is undefined; where it is so for every resample, as a metric of probabilities
of a model that has none, it may raise `samples.Undefined`. A share of samples that are right has
`counted(truth, positive)` too: (n,) which samples it is a share of, from their codes and that of
the positive class.
"""
