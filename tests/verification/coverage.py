"""Coverage of the intervals and error rate of the tests, by simulation; ends with 1 outside limits.

    PYTHONPATH=workflow/python:. python tests/verification/coverage.py

The data are those of designs.py, drawn with other seeds than the table of degrees of freedom was
made from; the intervals and tests are the workflow's own. Before: the same with J - 1 degrees of
freedom and nothing else, as corrected resampled t tests usually are.
"""

import sys

import numpy as np
from scipy.stats import t

from omc.evaluate.design import Design
from omc.evaluate.differences import bootstrap_difference, corrected_t
from omc.evaluate.intervals import corrected_interval, resampled_interval, resamples, tested_once
from tests.verification.designs import Setting, areas, left_out, splits

DATA_SETS = 1000
SAMPLES = (40, 100, 400)
AREAS = (0.6, 0.7, 0.8, 0.9)
# Name, scheme, folds, simulated repeats, and how many of these count.
SCHEMES = [
    ("5 x 1 folds", "repeated_kfold", 5, 20, 1),
    ("5 x 5 folds", "repeated_kfold", 5, 20, 5),
    ("5 x 20 folds", "repeated_kfold", 5, 20, 20),
    ("10 x 10 folds", "repeated_kfold", 10, 10, 10),
    ("25 bootstrap samples", "bootstrap", 1, 25, 25),
    ("25 subsamples of 1/5", "subsampling", 5, 5, 5),
]
GROUPS = (5, 10, 20)
BETTER = 1.5
# Wanted of each setting; 1000 data sets know a rate of 5 % to 0.7 points.
COVERAGE, ERROR_RATE = 0.93, 0.06
NOISE = 0.014


class Rates:
    """Shares of data sets, by the names of the columns."""

    def __init__(self):
        self.counted: dict[str, list] = {}

    def add(self, **results) -> None:
        for name, result in results.items():
            self.counted.setdefault(name, []).append(result)

    def __getitem__(self, name: str) -> float:
        return float(np.mean(self.counted[name]))


def over_splits(values, stronger, setting: Setting, design: Design) -> Rates:
    """values: (data sets, 2, J) of two equal models; stronger: of a model and a better one."""
    rates, truth = Rates(), np.nanmean(values)
    counts = {"sensitivity": setting.positives, "specificity": setting.negatives}
    for pair in values:
        for model in pair:
            df = design.degrees_of_freedom(len(model), "estimate")
            mean, low, high = corrected_interval(model, design.ratio, df)
            once = tested_once("roc_auc", mean, counts)
            held = np.fmin(low, once[0]) <= truth <= np.fmax(high, once[1])
            _, low, high = corrected_interval(model, design.ratio, len(model) - 1)
            rates.add(coverage=held, before_coverage=low <= truth <= high)
    for kind, pairs in (("error", values), ("power", stronger)):
        for pair in pairs:
            differences = pair[0] - pair[1]
            df = design.degrees_of_freedom(len(differences), "difference")
            p = corrected_t(differences, design.ratio, df)[-1]
            before = corrected_t(differences, design.ratio, len(differences) - 1)[-1]
            rates.add(**{kind: p < 0.05, f"before_{kind}": before < 0.05})
    return rates


def over_groups(values, stronger) -> Rates:
    """The same for values of the groups that were left out in turn: (data sets, 2, groups)."""
    rates, truth, groups = Rates(), np.nanmean(values), values.shape[2]
    weights = np.concatenate([*resamples(np.arange(groups), seed=1)]) / groups
    for pair in values:
        for model in pair:
            drawn = weights @ model
            low, high = resampled_interval(model.mean(), drawn, groups, (0, 1))
            percentiles = np.quantile(drawn, [0.025, 0.975])
            held = percentiles[0] <= truth <= percentiles[1]
            rates.add(coverage=low <= truth <= high, before_coverage=held)
    for kind, pairs in (("error", values), ("power", stronger)):
        for pair in pairs:
            differences = pair[0] - pair[1]
            mean, drawn = differences.mean(), weights @ differences
            p = bootstrap_difference(mean, drawn, groups)[-1]
            error = drawn.std(ddof=1) * np.sqrt(groups / (groups - 1))
            before = 2 * t.sf(abs(mean) / error, groups - 1) if error else 1
            rates.add(**{kind: p < 0.05, f"before_{kind}": before < 0.05})
    return rates


def simulated(setting: Setting, design: tuple, better: float, rng) -> np.ndarray:
    """`areas` of splits by a design: scheme, folds, repeats."""
    return areas(setting, lambda: splits(setting, *design, rng), DATA_SETS, rng, better)


def show(name: str, rates: Rates, problems: list[str]) -> None:
    shown = {key: f"{100 * rates[key]:5.1f}" for key in rates.counted}
    print(
        f"{name:44} coverage {shown['coverage']} ({shown['before_coverage']})"
        f"  error {shown['error']} ({shown['before_error']})"
        f"  power {shown['power']} ({shown['before_power']})",
        flush=True,
    )
    if rates["coverage"] < COVERAGE - NOISE or rates["error"] > ERROR_RATE + NOISE:
        problems.append(name)


def main() -> int:
    """Print what was obtained, before in brackets; 1 outside the limits."""
    rng, problems = np.random.default_rng(1), []
    print(f"% of {DATA_SETS} data sets; power: a half of the features {BETTER} times as far apart")
    for samples in SAMPLES:
        for auc in AREAS:
            setting, drawn = Setting(samples, 0.5, 100, auc), {}
            for name, scheme, folds, most, repeats in SCHEMES:
                key = scheme, folds, most
                if key not in drawn:
                    drawn[key] = [simulated(setting, key, b, rng) for b in (1, BETTER)]
                values, stronger = (v[..., : folds * repeats] for v in drawn[key])
                ratio = 1 / (folds - 1) if folds > 1 else np.exp(-1)
                rates = over_splits(values, stronger, setting, Design(scheme, ratio, samples))
                show(f"{samples} samples, AUC {auc}, {name}", rates, problems)
    for groups in GROUPS:
        for auc in AREAS:
            values, stronger = (left_out(groups, 12, auc, DATA_SETS, rng, b) for b in (1, BETTER))
            show(f"{groups} groups left out, AUC {auc}", over_groups(values, stronger), problems)
    print(f"outside the limits: {', '.join(problems) or 'none'}")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
