"""The metrics, one per file, named as in catalog/metrics.csv.

A file has `score(samples)`, which takes `samples.Samples` and returns (B,) values, one per
resample, NaN if undefined. If it is undefined for every resample, such as a metric of probabilities
for a model without any, it may raise `samples.Undefined`. A metric that is a share of correct
samples also has `counted(truth, positive)`: (n,) which samples count, from their codes and that of
the positive class.
"""
