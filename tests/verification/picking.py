"""What to expect of a model picked for its score, by simulation; ends with 1 outside the limit.

    PYTHONPATH=workflow/python python tests/verification/picking.py

Ten models, nearest centroids of ten blocks of features, are compared by their ROC AUC in five
folds. The picks of the training sets, by the workflow's own functions, are scored on the test
samples. Their mean is compared with the truth, the mean ROC AUC of the picked models on the whole
population, which is known. Beside it stands what bootstrap bias-corrected cross-validation says,
which the workflow used before (Tsamardinos et al. 2018, doi:10.1007/s10994-018-5714-4).
"""

import sys

import numpy as np
import pandas as pd
from scipy.stats import norm

from omc.evaluate.picking import best_in_each
from omc.learn.folds import fold_numbers

FOLDS, INNER, FEATURES = 5, 5, 10
# Data sets of a setting; as many of them at once, with the same folds; for how many of them BBC-CV
# is computed, from how many resamples.
DATASETS, BATCH, CORRECTED, RESAMPLES = 2000, 100, 200, 200
SAMPLES = (40, 60, 100)
# ROC AUC of each model if it knew its population.
SETTINGS = {
    "noise": [0.5] * 10,
    "one weak model, nine of noise": [0.7] + [0.5] * 9,
    "ten equally weak models": [0.6] * 10,
    "noise to weak in ten steps": list(np.linspace(0.5, 0.7, 10)),
}
# Largest distance of the mean estimate from the truth.
LIMIT = 0.01


class Centroids:
    """Nearest centroids of M blocks of p features in D data sets: x (D, n, M, p), y (n,)."""

    def __init__(self, x, y):
        high, low = x[:, y].mean(axis=1), x[:, ~y].mean(axis=1)
        self.weights = high - low
        self.offset = (self.weights * (high + low)).sum(axis=2) / 2

    def scores(self, x) -> np.ndarray:
        """(D, n, M)"""
        return np.einsum("dnmp,dmp->dnm", x, self.weights) - self.offset[:, None]

    def true_auc(self, shift) -> np.ndarray:
        """(D, M) ROC AUC in the population, whose class means differ by `shift` (M,) a feature."""
        length = np.sqrt((self.weights**2).sum(axis=2))
        return norm.cdf(self.weights.sum(axis=2) * shift / length / np.sqrt(2))


def areas(scores, y) -> np.ndarray:
    """(D, M) ROC AUC of (D, n, M) scores."""
    return (scores[:, y][:, :, None] > scores[:, ~y][:, None]).mean(axis=(1, 2))


def inner_areas(x, y, seed: int) -> np.ndarray:
    """(D, M) mean ROC AUC over the inner folds of a training set."""
    fold = fold_numbers(y.astype(str), None, INNER, seed)
    values = []
    for k in range(1, INNER + 1):
        held_out = fold == k
        model = Centroids(x[:, ~held_out], y[~held_out])
        values.append(areas(model.scores(x[:, held_out]), y[held_out]))
    return np.mean(values, axis=0)


def simulated(samples: int, auc: np.ndarray, seed: int):
    """A batch of data sets: (D, 4) numbers, and the scores of the test samples (D, n, M).

    Numbers: estimate; truth; truth of the winner trained on all samples; the winner's score.
    """
    rng = np.random.default_rng(seed)
    shift = np.sqrt(2 / FEATURES) * norm.ppf(auc)
    y = np.arange(samples) < samples // 2
    x = rng.normal(size=(BATCH, samples, len(shift), FEATURES))
    x += shift[:, None] * y[:, None, None]
    outer, inner, true = [], [], []
    scores = np.empty((BATCH, samples, len(shift)))
    fold = fold_numbers(y.astype(str), None, FOLDS, seed)
    for k in range(1, FOLDS + 1):
        test = fold == k
        model = Centroids(x[:, ~test], y[~test])
        scores[:, test] = model.scores(x[:, test])
        outer.append(areas(scores[:, test], y[test]))
        true.append(model.true_auc(shift))
        inner.append(inner_areas(x[:, ~test], y[~test], seed * FOLDS + k))
    outer, inner, true = (np.stack(values, axis=1) for values in (outer, inner, true))
    picks = best_in_each(pd.DataFrame(inner.reshape(-1, len(shift))), 1)
    at = np.array(list(picks.values())).reshape(BATCH, FOLDS, 1)
    estimate, truth = (
        np.take_along_axis(values, at, axis=2).mean(axis=(1, 2)) for values in (outer, true)
    )
    mean = outer.mean(axis=1)
    winner = mean.argmax(axis=1)[:, None]
    whole = np.take_along_axis(Centroids(x, y).true_auc(shift), winner, axis=1)[:, 0]
    return np.column_stack([estimate, truth, whole, mean.max(axis=1)]), scores


def bias_corrected(scores, seed: int) -> float:
    """BBC-CV: the best model of each resample, scored on the samples that were not drawn.

    scores: (n, M) of the test samples, the first half of which is positive.
    """
    n, rng = len(scores), np.random.default_rng(seed)
    y = np.arange(n) < n // 2
    drawn = np.array([np.bincount(rng.integers(n, size=n), minlength=n) for _ in range(RESAMPLES)])
    higher = (scores[y][:, None] > scores[~y][None]).astype(float)

    def values(weights):
        inside, outside = weights[:, y].astype(float), weights[:, ~y].astype(float)
        with np.errstate(invalid="ignore"):
            pairs = np.einsum("bi,ijm,bj->bm", inside, higher, outside, optimize=True)
            return pairs / (inside.sum(axis=1) * outside.sum(axis=1))[:, None]

    best = np.nan_to_num(values(drawn), nan=-1).argmax(axis=1)
    return float(np.nanmean(values(drawn == 0)[np.arange(RESAMPLES), best]))


def levels() -> None:
    """Print why inner folds are scored one by one: an uninformed, strongly shrunken model."""
    together, one_by_one = [], []
    for seed in range(DATASETS // BATCH):
        rng = np.random.default_rng(seed)
        y = np.arange(38) < 11
        x = rng.normal(size=(BATCH, 38, 1, FEATURES))
        fold = fold_numbers(y.astype(str), None, INNER, seed)
        scores, areas_of_folds = np.empty((BATCH, 38, 1)), []
        for k in range(1, INNER + 1):
            held_out = fold == k
            share = y[~held_out].mean()
            model = Centroids(x[:, ~held_out], y[~held_out])
            shrunken = 0.01 * model.scores(x[:, held_out])
            scores[:, held_out] = np.log(share / (1 - share)) + shrunken
            areas_of_folds.append(areas(shrunken, y[held_out]))
        together.append(areas(scores, y))
        one_by_one.append(np.mean(areas_of_folds, axis=0))
    print(
        "inner folds of 38 samples, 11 of one class, of an uninformed and shrunken model:"
        f" mean ROC AUC {np.mean(together):.3f} if scored together, {np.mean(one_by_one):.3f} if"
        " one by one"
    )


def main() -> int:
    """Print what was obtained; 1 outside the limit."""
    print(f"ROC AUC, mean of {DATASETS} data sets, with the standard error in parentheses")
    print("estimate, truth: of the picks, which are trained on four fifths of the samples")
    print("all samples: truth of the model with the best score, trained on all samples")
    print("score: of the model with the best score; BBC-CV: what that said instead\n")
    print("samples  estimate         truth  difference  all samples  score  BBC-CV")
    outside = 0
    for name, auc in SETTINGS.items():
        print(name, flush=True)
        for samples in SAMPLES:
            batches = [simulated(samples, np.array(auc), s) for s in range(DATASETS // BATCH)]
            rows = np.concatenate([numbers for numbers, _ in batches])
            scores = np.concatenate([scores for _, scores in batches[: CORRECTED // BATCH]])
            corrected = np.mean([bias_corrected(s, i) for i, s in enumerate(scores)])
            estimate, truth, whole, score = rows.mean(axis=0)
            error = rows[:, 0].std() / np.sqrt(DATASETS)
            difference = estimate - truth
            print(
                f"{samples:7d}  {estimate:.3f} ({error:.3f})   {truth:.3f}  {difference:+10.3f}"
                f"  {whole:11.3f}  {score:.3f}  {corrected:.3f}",
                flush=True,
            )
            outside += abs(difference) > LIMIT
    print(f"limit of the difference: {LIMIT}\n")
    levels()
    return int(outside > 0)


if __name__ == "__main__":
    sys.exit(main())
