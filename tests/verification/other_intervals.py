"""Other intervals for cross-validated scores, beside the workflow's: coverage, width and cost.

    PYTHONPATH=workflow/python:. python tests/verification/other_intervals.py

Conservative z (Nadeau & Bengio 2003, doi:10.1023/A:1024068626366) takes the variance from pairs of
disjoint halves of the samples. Nested cross-validation (Bates, Hastie & Tibshirani 2024,
doi:10.1080/01621459.2023.2197686) takes it from the errors of samples that were left out twice. The
data are those of designs.py, the score is the accuracy of the nearest centroid, and the truth its
mean over all data sets.
"""

import itertools

import numpy as np
from scipy.stats import norm

from omc.evaluate.design import Design
from omc.evaluate.intervals import corrected_interval, tested_once
from tests.verification.designs import Setting, shift, splits

DATA_SETS, FOLDS, REPEATS = 500, 5, 5
# Pairs of halves, and repetitions of nested cross-validation.
PAIRS, NESTED = 10, 50
Z = norm.ppf(0.975)


def errors(x, weights, positives: int) -> np.ndarray:
    """(J, n) whether each sample is classified wrongly by each training set.

    x: (n, p), the first `positives` rows are positive; weights: (J, n) of training samples.
    """
    y = np.arange(len(x)) < positives
    high, low = (weights[:, k] @ x[k] / weights[:, k].sum(axis=1, keepdims=True) for k in (y, ~y))
    score = (high - low) @ x.T - ((high - low) * (high + low)).sum(axis=1, keepdims=True) / 2
    return (score > 0) != y


def accuracies(x, weights, test, positives: int) -> np.ndarray:
    """(J,) share of right test samples."""
    return 1 - (errors(x, weights, positives) * test).sum(axis=1) / test.sum(axis=1)


def corrected(x, setting: Setting, rng):
    """The workflow's interval over 5 x 5 folds."""
    weights, test = splits(setting, "repeated_kfold", FOLDS, REPEATS, rng)
    values = accuracies(x, weights, test, setting.positives)
    design = Design("repeated_kfold", 1 / (FOLDS - 1), setting.samples)
    df = design.degrees_of_freedom(len(values), "estimate")
    mean, low, high = corrected_interval(values, design.ratio, df)
    once = tested_once("accuracy", mean, {"accuracy": setting.samples})
    return np.fmin(low, once[0]), np.fmax(high, once[1])


def conservative_z(x, setting: Setting, rng):
    """The mean of 25 random subsamples, with a variance from 10 pairs of halves of 5 each."""
    weights, test = splits(setting, "subsampling", FOLDS, REPEATS, rng)
    mean = accuracies(x, weights, test, setting.positives).mean()
    half = Setting(setting.samples // 2, setting.share, setting.features, setting.auc)
    gaps = []
    for _ in range(PAIRS):
        order = [rng.permutation(k) for k in (setting.positives, setting.negatives)]
        means = []
        for part in (slice(0, half.positives), slice(half.positives, 2 * half.positives)):
            rows = np.concatenate([order[0][part], setting.positives + order[1][part]])
            weights, test = splits(half, "subsampling", FOLDS, 1, rng)
            means.append(accuracies(x[rows], weights, test, half.positives).mean())
        gaps.append(means[0] - means[1])
    error = np.sqrt(np.mean(np.square(gaps)) / 2)
    return mean - Z * error, mean + Z * error


def nested(x, setting: Setting, rng):
    """Nested cross-validation, with the correction of its bias and the limits of its error."""
    between, within, inner, outer = [], [], [], []
    for _ in range(NESTED):
        _, test = splits(setting, "repeated_kfold", FOLDS, 1, rng)
        out = errors(x, ~test * 1.0, setting.positives)
        outer.append(out[test])
        pairs = list(itertools.combinations(range(FOLDS), 2))
        both = np.array([test[a] | test[b] for a, b in pairs])
        twice = dict(zip(pairs, errors(x, ~both * 1.0, setting.positives), strict=True))
        for k in range(FOLDS):
            others = [j for j in range(FOLDS) if j != k]
            left = np.concatenate([twice[min(j, k), max(j, k)][test[j]] for j in others])
            between.append((left.mean() - out[k][test[k]].mean()) ** 2)
            within.append(out[k][test[k]].var(ddof=1) / test[k].sum())
            inner.append(left)
    error_rate, crossed = np.mean(np.concatenate(inner)), np.mean(np.concatenate(outer))
    naive = np.concatenate(outer).std(ddof=1) / np.sqrt(setting.samples)
    squared = (FOLDS - 1) / FOLDS * max(np.mean(between) - np.mean(within), 0)
    half = Z * min(max(np.sqrt(squared), naive), np.sqrt(FOLDS) * naive)
    center = 1 - (error_rate - (1 + (FOLDS - 2) / FOLDS) * (error_rate - crossed))
    return center - half, center + half


METHODS = {
    corrected: FOLDS * REPEATS,
    conservative_z: FOLDS * REPEATS + 2 * PAIRS * FOLDS,
    nested: NESTED * (FOLDS + FOLDS * (FOLDS - 1) // 2),
}


def main() -> None:
    """Print coverage and mean width of each method in each setting."""
    rng = np.random.default_rng(1)
    print(f"% of {DATA_SETS} data sets, nominal 95 %; in brackets the mean width")
    print("samples  AUC  " + "".join(f"{m.__name__:>18}" for m in METHODS))
    for samples, auc in itertools.product((40, 100), (0.6, 0.7, 0.8, 0.9)):
        setting = Setting(samples, 0.5, 100, auc)
        held, truths = {method: [] for method in METHODS}, []
        for _ in range(DATA_SETS):
            x = rng.normal(size=(samples, setting.features))
            x[: setting.positives] += shift(setting)
            weights, test = splits(setting, "repeated_kfold", FOLDS, REPEATS, rng)
            truths.append(accuracies(x, weights, test, setting.positives).mean())
            for method, limits in held.items():
                limits.append(method(x, setting, rng))
        cells = []
        for limits in held.values():
            low, high = np.clip(np.array(limits).T, 0, 1)
            covered = np.mean((low <= np.mean(truths)) & (np.mean(truths) <= high))
            cells.append(f"{100 * covered:5.1f} ({np.mean(high - low):.3f})")
        print(f"{samples:7d}  {auc:.1f}  " + "".join(f"{cell:>18}" for cell in cells), flush=True)
    print("models trained " + "".join(f"{count:>18}" for count in METHODS.values()))


if __name__ == "__main__":
    main()
