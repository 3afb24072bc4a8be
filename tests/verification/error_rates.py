"""How often the comparison of two models errs, by simulation; ends with 1 outside the limits.

    PYTHONPATH=workflow/python python tests/verification/error_rates.py

One learner, the nearest centroid, is compared by its ROC AUC in 5 x 5 folds on two blocks of
features of the same samples. Null: the blocks are exchangeable, so that every difference found is
an error. Power: one block is better by ten points. Folds and test are the workflow's own.
"""

import sys

import numpy as np
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint

from omc.evaluate.differences import corrected_t
from omc.learn.folds import fold_numbers

FOLDS, REPEATS, FEATURES = 5, 5, 10
LEVEL = 0.05
# Of the null: pairs, samples, ROC AUC of each, and the highest upper 95 % limit of the error rate.
NULL = (2000, 400, (0.8, 0.8), 0.07)
# The same, where training sets matter most: told, without a limit.
WEAK = (2000, 100, (0.7, 0.7))
# Of the power: the same, but in how many pairs the difference must be found.
POWER = (100, 400, (0.9, 0.8), 80)


def shift(auc: float) -> float:
    """Distance of each feature's two class means, with deviation 1, that gives a ROC AUC."""
    return np.sqrt(2 / FEATURES) * norm.ppf(auc)


def differences(y, one, other, seed: int) -> np.ndarray:
    """(25,) differences of ROC AUC on the splits, learned on two matrices of the same samples."""
    found = []
    for repeat in range(REPEATS):
        fold = fold_numbers(y.astype(str), None, FOLDS, seed * REPEATS + repeat)
        for k in range(1, FOLDS + 1):
            test = fold == k
            auc = [area(x[~test], y[~test], x[test], y[test]) for x in (one, other)]
            found.append(auc[0] - auc[1])
    return np.array(found)


def area(x, y, x_new, y_new) -> float:
    """ROC AUC of the nearest centroid, learned on x, y."""
    score = x_new @ (x[y].mean(axis=0) - x[~y].mean(axis=0))
    return float((score[y_new][:, None] > score[~y_new]).mean())


def blocks(samples: int, auc: tuple[float, float], seed: int):
    """(y, one, other): two blocks of features, independent but for the class, by their ROC AUC."""
    rng = np.random.default_rng(seed)
    y = np.arange(samples) < samples // 2
    noise = rng.normal(size=(2, samples, FEATURES))
    return y, *(block + shift(of) * y[:, None] for block, of in zip(noise, auc, strict=True))


def rejected(pairs: int, samples: int, auc: tuple[float, float]):
    """(corrected, plain, mean difference): (pairs,) whether each t-test finds a difference."""
    corrected, plain, means = [], [], []
    for seed in range(pairs):
        of = differences(*blocks(samples, auc, seed), seed)
        # The mean of n_test / n_train; without it, it is the plain paired t-test.
        mean, _, _, p = corrected_t(of, 1 / (FOLDS - 1))
        corrected.append(p < LEVEL)
        plain.append(corrected_t(of, 0)[-1] < LEVEL)
        means.append(mean)
    return np.array(corrected), np.array(plain), float(np.mean(means))


def rate(found) -> str:
    low, high = proportion_confint(found.sum(), len(found), method="wilson")
    return f"{found.sum()} of {len(found)}, {found.mean():.2%} (95 % limits {low:.2%}, {high:.2%})"


def main() -> int:
    """Print what was obtained; 1 outside the limits."""
    *null, limit = NULL
    *power, wanted = POWER
    corrected = told("null", *null)
    print(f"  limit of the upper 95 % limit: {limit:.0%}")
    told("null, few samples and a weak signal", *WEAK)
    found = told("power", *power)
    print(f"  wanted: {wanted}")
    high = proportion_confint(corrected.sum(), len(corrected), method="wilson")[1]
    return int(high > limit or found.sum() < wanted)


def told(title, pairs, samples, auc):
    """Print the rates of both tests; whether the corrected one found each difference."""
    corrected, plain, mean = rejected(pairs, samples, auc)
    print(f"{title}: {samples} samples, ROC AUC {auc}, mean difference {mean:+.4f}")
    print(f"  corrected t, p < {LEVEL}: {rate(corrected)}")
    print(f"  plain paired t, p < {LEVEL}: {rate(plain)}", flush=True)
    return corrected


if __name__ == "__main__":
    sys.exit(main())
