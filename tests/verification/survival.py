"""Error rate of comparisons of two equal survival models, by simulation; ends with 1 above 6 %.

    PYTHONPATH=workflow/python:. python tests/verification/survival.py

The hazard depends on 60 normal features, or on none; each model is a compound covariate of 40 of
them (Tukey 1993, doi:10.1016/0197-2456(93)90225-3): their sum, weighted by the score of a Cox
regression on each in the training samples. Half of the features of the two models are shared, and
neither is better. Censoring is exponential and independent. Folds are balanced over events, and
folds, metrics and tests are the workflow's own.
"""

import sys
from dataclasses import dataclass

import numpy as np
import pandas as pd

from omc.core.survival import OUTCOME, Censoring, martingale_residuals
from omc.evaluate.design import Design
from omc.evaluate.differences import corrected_t
from omc.evaluate.intervals import corrected_interval
from omc.evaluate.predictions import Predictions
from omc.evaluate.scoring import score
from omc.learn.folds import fold_numbers

DATA_SETS = 500
FEATURES, OF_MODEL = 60, 40
FOLDS, REPEATS = 5, (1, 5)
METRICS = ("concordance", "uno_concordance", "horizon_auc")
# 500 data sets know a rate of 5 % to 1 point.
ERROR_RATE, NOISE = 0.06, 0.02


@dataclass(frozen=True)
class Setting:
    """samples; share of them that is censored; effect: log hazard ratio of a feature."""

    samples: int
    censored: float
    effect: float


def drawn(setting: Setting, rng) -> tuple[np.ndarray, np.ndarray]:
    """(x, outcome) of a data set."""
    x = rng.normal(size=(setting.samples, FEATURES))
    happens = rng.exponential(size=setting.samples) * np.exp(-setting.effect * x.sum(axis=1))
    # Censoring times whose scale is that of the events leave out this share.
    odds = (1 - setting.censored) / setting.censored
    leaves = rng.exponential(size=setting.samples) * np.median(happens) / np.log(2) * odds
    outcome = np.empty(setting.samples, dtype=OUTCOME)
    outcome["event"], outcome["time"] = happens <= leaves, np.minimum(happens, leaves)
    return x, outcome


def values(setting: Setting, seed: int) -> np.ndarray:
    """(2, metrics, splits) of two equal models on one data set."""
    x, outcome = drawn(setting, np.random.default_rng(seed))
    blocks = x[:, :OF_MODEL], x[:, -OF_MODEL:]
    strata = outcome["event"].astype(str)
    horizon = float(np.median(outcome["time"][outcome["event"]]))
    scored: list = [[], []]
    for repeat in range(max(REPEATS)):
        fold_of = fold_numbers(strata, None, FOLDS, 1000 * seed + repeat)
        for fold in range(1, FOLDS + 1):
            train, test = fold_of != fold, fold_of == fold
            residuals = martingale_residuals(outcome[train])
            censoring = Censoring(outcome[train])
            own = censoring.at(outcome["time"][test])
            uncensored = np.column_stack([own, np.full(len(own), censoring.at(horizon))])
            for model, block in enumerate(blocks):
                risk = block[test] @ (residuals @ block[train])
                prob = np.full((len(risk), 1), np.nan)
                predictions = Predictions(
                    pd.DataFrame(index=range(len(risk))), outcome[test], risk, prob, [], None,
                    [horizon], uncensored,
                )  # fmt: skip
                scored[model].append(list(score(predictions, METRICS).values()))
    return np.swapaxes(np.array(scored), 1, 2)


def show(setting: Setting, all_values: np.ndarray, problems: list[str]) -> None:
    """Print the rates of one setting; all_values: (data sets, 2, metrics, splits)."""
    for repeats in REPEATS:
        design = Design("repeated_kfold", 1 / (FOLDS - 1), setting.samples)
        for m, metric in enumerate(METRICS):
            part = all_values[:, :, m, : FOLDS * repeats]
            truth, errors, held = np.nanmean(part), [], []
            for pair in part:
                pair = pair[:, np.isfinite(pair).all(axis=0)]
                df = design.degrees_of_freedom(pair.shape[1], "difference")
                errors.append(corrected_t(pair[0] - pair[1], design.ratio, df)[-1] < 0.05)
                for model in pair:
                    df = design.degrees_of_freedom(len(model), "estimate")
                    _, low, high = corrected_interval(model, design.ratio, df)
                    held.append(low <= truth <= high)
            name = (
                f"{setting.samples} samples, {setting.censored:.0%} censored, {metric}"
                f" {truth:.2f}, {FOLDS} x {repeats} folds"
            )
            error, coverage = 100 * np.mean(errors), 100 * np.mean(held)
            print(f"{name:66} error {error:4.1f}  coverage {coverage:5.1f}", flush=True)
            if np.mean(errors) > ERROR_RATE + NOISE:
                problems.append(name)


def main() -> int:
    """Print what was obtained; 1 above the limit."""
    problems: list[str] = []
    print(f"% of {DATA_SETS} data sets in which two equal models are said to differ")
    for samples in (100, 200):
        for censored in (0.3, 0.7):
            for effect in (0.0, 0.2):
                setting = Setting(samples, censored, effect)
                found = [values(setting, seed) for seed in range(DATA_SETS)]
                show(setting, np.array(found), problems)
    print(f"outside the limits: {', '.join(problems) or 'none'}")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
