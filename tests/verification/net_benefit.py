"""How often a model that knows nothing is called useful by its net benefit, and one that knows.

Run it alone with `python tests/verification/net_benefit.py`, workflow/python on PYTHONPATH.
"""

import os
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd

from omc.evaluate.decisions import ODDS, RESAMPLES, _means, benefits
from omc.evaluate.intervals import resamples
from omc.evaluate.predictions import Predictions

SIMULATIONS, SEED = 100, 1
MOST = 0.05


def simulate(rng, n: int, prevalence: float, separation: float):
    """(called useful at some threshold, the same by intervals of single thresholds)."""
    event = rng.permutation(n) < round(prevalence * n)
    value = separation * event + rng.normal(size=n)
    slope, middle = max(separation, 1), separation / 2
    prob = 1 / (1 + np.exp(np.log(1 / prevalence - 1) - slope * (value - middle)))
    rows = pd.DataFrame({"sample": np.arange(n), "repeat": "1"})
    part = Predictions(
        rows, event.astype(int), (prob > 0.5).astype(int), np.stack([1 - prob, prob], axis=1),
        ["no", "yes"], 1,
    )  # fmt: skip
    seed = int(rng.integers(2**31))
    *_, gain_low, _ = benefits(part, pd.Index(range(n)), resamples(range(n), seed, RESAMPLES))
    worth = np.where(event[:, None], 1, -ODDS)
    repeat = [(np.arange(n), worth * (prob[:, None] >= ODDS / (1 + ODDS)), worth)]
    blocks = [_means(repeat, weights) for weights in resamples(range(n), seed, RESAMPLES)]
    drawn = np.concatenate([model - np.maximum(of_all, 0) for model, of_all in blocks])
    return (gain_low > 1e-9).any(), (np.quantile(drawn, 0.025, axis=0) > 1e-9).any()


def main() -> int:
    rng, worst = np.random.default_rng(SEED), 0.0
    print("Called useful at some threshold; in brackets by intervals of single thresholds:")
    for separation, what in ((0, "a model that knows nothing"), (1.5, "ROC AUC .86")):
        for n in (40, 100):
            for prevalence in (0.5, 0.2):
                found = [simulate(rng, n, prevalence, separation) for _ in range(SIMULATIONS)]
                useful, single = np.mean(found, axis=0)
                print(
                    f"  {what}, {n} samples, prevalence {prevalence}: {useful:.2f} ({single:.2f})"
                )
                worst = max(worst, useful if separation == 0 else 0)
    return int(worst > MOST)


if __name__ == "__main__":
    sys.exit(main())
