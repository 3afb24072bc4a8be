"""How often a subgroup is said to differ, and how often a new site is where it is expected.

Run it alone with `python tests/verification/subgroups.py`, workflow/python on PYTHONPATH.

Nearest centroids of ten features are trained in five folds. The truth of a stratum is the
mean ROC AUC of the trained models in its population, over all data sets; that of a new site, over
the models of one data set.
"""

import os
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import norm

from omc.evaluate.pooled import Cohort, Predicted, _mean_score
from omc.evaluate.predictions import Predictions
from omc.evaluate.scoring import proportions
from omc.evaluate.subgroups import (
    FEWEST_SAMPLES,
    columns_of,
    heterogeneity_rows,
    model_rows,
    strata_of,
)
from omc.learn.folds import fold_numbers

DATASETS, SEED = 500, 1
NEW_SITES = 100
FEATURES, FOLDS = 10, 5
METRICS = ["roc_auc", "brier", "accuracy"]
PERMUTATIONS, RESAMPLES = 200, 100
# Largest share of the data sets without a difference in which one is found; smallest coverage.
MOST, LEAST = 0.06, 0.9
# Intervals for a new site are known to be too narrow with few, different sites.
LEAST_NEW = 0.8
CLASSES = ["control", "case"]


class DataSet:
    """A data set with the columns `sex`, of two strata, and `site`, of four.

    y: (n,) classes, strata: {column: (n,)}; auc: (2,) ROC AUC of a model that knows the population
    in each sex; group: samples of a group, which are alike and share their strata.
    """

    def __init__(self, rng, n: int, prevalence=(0.4, 0.4), auc=(0.8, 0.8), group=1):
        unit = np.arange(n) // group
        sex, site = (rng.integers(k, size=unit.max() + 1) for k in (2, 4))
        case = np.zeros(len(sex), dtype=int)
        for code, share in enumerate(prevalence):
            members = rng.permutation(np.flatnonzero(sex == code))
            case[members[: round(share * len(members))]] = 1
        sex, site, self.y = sex[unit], site[unit], case[unit]
        self.strata, self.units = {"sex": sex, "site": site}, unit
        self.shift = np.sqrt(2 / FEATURES) * norm.ppf(auc)
        noise = rng.normal(size=(n, FEATURES))
        if group > 1:
            noise = 0.7 * noise[unit * group] + 0.714 * noise
        self.x = noise + (self.shift[sex] * (self.y - 0.5))[:, None]

    def predicted(self, seed: int):
        """The cohort, the predictions, and (2,) the mean ROC AUC of the models in each sex."""
        n, true = len(self.y), []
        groups = self.units.astype(str) if self.units[1] == 0 else None
        fold, score = fold_numbers(self.y.astype(str), groups, FOLDS, seed), np.empty(n)
        tests = [np.flatnonzero(fold == k) for k in range(1, FOLDS + 1)]
        for test in tests:
            x, y = np.delete(self.x, test, axis=0), np.delete(self.y, test)
            high, low = x[y == 1].mean(axis=0), x[y == 0].mean(axis=0)
            weights = high - low
            score[test] = (self.x[test] - (high + low) / 2) @ weights
            true.append(norm.cdf(weights.sum() * self.shift / np.linalg.norm(weights) / 2**0.5))
        prob = expit(score)
        rows = pd.DataFrame({"sample": np.arange(n)})
        part = Predictions(
            rows, self.y, (prob > 0.5).astype(int), np.stack([1 - prob, prob], axis=1), CLASSES, 1
        )
        splits = [(test, part.take(test)) for test in tests]

        def scored(weights, metrics=METRICS):
            return _mean_score([(np.arange(n), part)], splits, weights, metrics, np.sum)

        predicted = Predicted(np.ones(n, dtype=bool), scored, True)
        shares = proportions(self.y, CLASSES, 1)
        cohort = Cohort("sample", self.units, shares, {}, np.arange(n), self.y)
        return cohort, predicted, np.mean(true, axis=0)

    def scored(self, cohort, predicted, seed: int, permutations: int):
        """The strata with their scores."""
        strata = pd.concat(
            [
                pd.DataFrame({"column": name, "sample": cohort.samples, "stratum": codes})
                for name, codes in self.strata.items()
            ]
        ).astype({"stratum": str})
        columns = columns_of(cohort, strata, seed, False, permutations, RESAMPLES)
        return [stratum for column in columns for stratum in strata_of(column, predicted)]


class Sites(DataSet):
    """Sites of `size` samples, whose ROC AUC differ by a probit with a standard deviation of `sd`.

    The last shift is that of a new site, without samples.
    """

    def __init__(self, rng, sites: int, size: int, sd: float):
        site = np.repeat(np.arange(sites), size)
        self.strata, self.units = {"site": site}, np.arange(len(site))
        self.y = (self.units % size < 0.4 * size).astype(int)
        self.shift = np.sqrt(2 / FEATURES) * (norm.ppf(0.8) + sd * rng.normal(size=sites + 1))
        self.x = rng.normal(size=(len(site), FEATURES))
        self.x += (self.shift[site] * (self.y - 0.5))[:, None]


def simulate(seed: int, **setting):
    """Rows of one data set as a table, and the ROC AUC of the models in each sex."""
    data = DataSet(np.random.default_rng(seed), **setting)
    cohort, predicted, true = data.predicted(seed)
    scored = data.scored(cohort, predicted, seed + 10**6, PERMUTATIONS)
    rows = model_rows(predicted, cohort, scored)
    names = [
        *("column", "stratum", "metric", "n", "estimate", "low", "high", "overall"),
        *("rest", "gap", "gap_low", "gap_high", "expected", "p", "p_column"),
    ]
    table = pd.DataFrame(rows, columns=names)
    table[names[3:]] = table[names[3:]].replace("", "nan").astype(float)
    return table, true


def study(**setting):
    """Shares of data sets: {metric: with a difference}, with one in sex, and two coverages."""
    runs = [simulate(SEED + at, **setting) for at in range(DATASETS)]
    found = {
        metric: np.mean([(t.loc[t["metric"] == metric, "p"] < 0.05).any() for t, _ in runs])
        for metric in METRICS
    }
    in_sex, estimates, gaps = [], [], []
    true = np.mean([of_models for _, of_models in runs], axis=0)
    for table, _ in runs:
        auc = table[(table["metric"] == "roc_auc") & (table["n"] >= FEWEST_SAMPLES)]
        sex = auc[auc["column"] == "sex"]
        in_sex.append((sex["p"] < 0.05).any())
        code = sex["stratum"].astype(int).to_numpy()
        has_limits = sex["low"].notna()
        estimates += [*((sex["low"] <= true[code]) & (true[code] <= sex["high"]))[has_limits]]
        # No site differs.
        expected = pd.Series(0.0, auc.index)
        expected[sex.index] = true[code] - true[1 - code]
        gaps.append(not ((auc["gap_low"] > expected) | (expected > auc["gap_high"])).any())
    return found, np.mean(in_sex), np.mean(estimates), np.mean(gaps)


def new_sites(**setting):
    """True and estimated tau (root mean squares), and the share of new sites in their interval."""
    true, tau, inside = [], [], []
    for seed in range(SEED, SEED + NEW_SITES):
        data = Sites(np.random.default_rng(seed), **setting)
        cohort, predicted, of_sites = data.predicted(seed)
        rows = heterogeneity_rows(data.scored(cohort, predicted, seed + 10**6, 1), [])
        ((*_, of_seed, _, low, high, _),) = [row for row in rows if row[1] == "roc_auc"]
        true.append(of_sites[-1])
        tau.append(float(of_seed))
        inside.append(float(low) <= true[-1] <= float(high))
    return np.std(logit(true)), np.sqrt(np.mean(np.square(tau))), np.mean(inside)


SETTINGS = {
    "strata at random": {},
    "strata at random, groups of four": {"group": 4},
    "more cases in one sex, 0.6 and 0.25": {"prevalence": (0.25, 0.6)},
    "ROC AUC .85 and .65": {"auc": (0.65, 0.85)},
    "ROC AUC .95 and .65": {"auc": (0.65, 0.95)},
}


def main() -> int:
    print(f"% of {DATASETS} data sets in which a stratum of two columns differs: adjusted p < 0.05")
    print("in sex: in that column, by ROC AUC; intervals of ROC AUC with the truth: those of the")
    print("estimates in sex, and those of all gaps of a data set")
    print("samples  ROC AUC  Brier  accuracy  in sex  estimates   gaps")
    by_chance, coverages = [], []
    for name, setting in SETTINGS.items():
        print(name)
        for n in (60, 200):
            found, in_sex, *coverage = study(n=n, **setting)
            shares = [*found.values(), in_sex, *coverage]
            row = "{:7.1f}  {:5.1f}  {:8.1f}  {:6.1f}  {:9.1f}  {:5.1f}"
            print(f"{n:7}  {row}".format(*(100 * share for share in shares)), flush=True)
            coverages += coverage
            if "auc" not in setting:
                by_chance.append(list(found.values()))
    shares = np.mean(by_chance, axis=0)
    print(
        "all without a difference: ROC AUC {:.1f}, Brier {:.1f}, accuracy {:.1f}".format(
            *100 * shares
        )
    )
    print(
        f"new sites in their 95 % prediction interval, %, in {NEW_SITES} data sets; tau of ROC AUC"
    )
    print("sites  samples in each  true tau   tau  in interval")
    new = []
    for sites, size, sd in ((8, 50, 0), (4, 50, 0.3), (8, 50, 0.3), (16, 50, 0.3)):
        *taus, share = new_sites(sites=sites, size=size, sd=sd)
        print("{:5}  {:15}  {:8.2f}  {:4.2f}  {:11.1f}".format(sites, size, *taus, 100 * share))
        new.append(share)
    outside = (shares > MOST).any() or min(coverages) < LEAST or min(new) < LEAST_NEW
    print("outside the limits:", "some" if outside else "none")
    return int(outside)


if __name__ == "__main__":
    sys.exit(main())
