"""How often each alarm of the data checks fires: on data without a problem, and on data with one.

Run it alone with `python tests/verification/alarms.py`, workflow/python on PYTHONPATH.
"""

import os
import sys
from tempfile import TemporaryDirectory

# Small matrices are slower on several threads.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd

from omc.data.checked import CheckedData
from omc.data.checking import checked
from omc.data.matrix import write_h5ad

CLEAN, PROBLEM, SEED = 100, 20, 1
FEATURES, SECOND, COHORT = 300, 40, 20


class DataSet:
    """A data set without a problem, to which one can be added.

    Samples differ in three hidden factors, so that features are correlated. A second layer is
    lacking for 30 % of the samples, and 3 % of the values are missing. Plates, sites, age and
    order of measurement have nothing to do with the outcome.
    """

    def __init__(self, rng, n=60, kind="classes", share=0.5):
        self.rng, self.kind = rng, kind
        self.groups = np.repeat(np.arange(n // 2), 2) if kind == "groups" else None
        unit = np.arange(n) if self.groups is None else self.groups
        case = (rng.permutation(unit.max() + 1) < share * (unit.max() + 1))[unit]
        self.case = case
        self.y = rng.normal(size=n) if kind == "numbers" else np.where(case, "case", "control")
        p, m = FEATURES + SECOND, n + COHORT
        self.x = rng.normal(size=(m, 3)) @ rng.normal(size=(3, p)) + rng.normal(size=(m, p))
        if self.groups is not None:
            # Two samples of a subject are alike, and have the same plate, site and gaps.
            self.x[:n] = 0.5 * self.x[unit * 2] + 0.8 * self.x[:n]
        drawn = rng.random((m, p)) < 0.03
        self.lacking = rng.random(n) < 0.3
        if self.groups is not None:
            self.lacking, drawn[:n] = self.lacking[unit * 2], drawn[unit * 2]
        self.x[drawn] = np.nan
        self.sheet = {
            "plate": rng.permutation(np.arange(unit.max() + 1) % 12)[unit],
            "site": rng.integers(4, size=unit.max() + 1)[unit],
            "age": rng.integers(20, 80, size=unit.max() + 1)[unit],
            "run_order": rng.permutation(n) + 0.5,
        }

    def fired(self, folder) -> set[str]:
        """Codes of the alarms that fire."""
        n = len(self.y)
        self.x[:n][self.lacking, FEATURES:] = np.nan
        samples = [f"S{i}" for i in range(len(self.x))]
        features = [f"f{j}" for j in range(self.x.shape[1])]
        layers = np.where(np.arange(len(features)) < FEATURES, "genes", "proteins")
        write_h5ad(f"{folder}/data.h5ad", self.x, samples, features, layers)
        sheet = pd.DataFrame({"y": self.y, **self.sheet}, index=samples[:n])
        if self.groups is not None:
            sheet["patient"] = self.groups
        rows = pd.DataFrame(
            {
                "sample": samples,
                "outcome": [*self.y, *self.y[: len(samples) - n]],
                "group": "" if self.groups is None else [*self.groups, *range(1000, 1000 + COHORT)],
                "cohort": ["development"] * n + ["new"] * COHORT,
            }
        ).astype(str)
        splits = [
            {"split": f"f{fold}", "sample": sample, "role": "test" if i % 5 == fold else "train"}
            for fold in range(5)
            for i, sample in enumerate(samples[:n])
        ]
        task = "regression" if self.kind == "numbers" else "classification"
        groups = None if self.groups is None else "patient"
        data = CheckedData(
            task, "y", groups, sheet.astype(str), rows, f"{folder}/data.h5ad", splits
        )
        return {row[0] for row in checked(data) if row[1] == "warning"}


def lack_layer(data, cases, controls):
    """A layer is lacking in these shares of cases and controls."""
    data.lacking = data.rng.random(len(data.y)) < np.where(data.case, cases, controls)


def lack_values(data, cases, controls):
    """A feature has gaps in these shares of cases and controls."""
    gap = data.rng.random(len(data.y)) < np.where(data.case, cases, controls)
    data.x[: len(gap), 5][gap] = np.nan


def copy_sample(data, r, target):
    """A sample is measured again, with a correlation of about r; target: row to write it to."""
    noise = np.nanstd(data.x, axis=0) * np.sqrt(1 / r**2 - 1)
    data.lacking[10] = data.lacking[3]
    data.x[target] = data.x[3] + data.rng.normal(size=data.x.shape[1]) * noise


def confound(data, column, share, levels):
    """Cases have the upper half of the levels of a column, up to a share of the samples."""
    own = data.rng.random(len(data.y)) < share
    half = data.rng.integers(levels // 2, size=len(data.y))
    value = half + levels // 2 * np.where(own, data.case, data.rng.random(len(data.y)) < 0.5)
    data.sheet[column] = value.astype(int)


def shift_age(data, deviations):
    """Cases are older by so many standard deviations."""
    age = data.rng.normal(50, 12, size=len(data.y)) + 12 * deviations * data.case
    data.sheet["age"] = age.round(0).astype(int)


def leak(data, noise):
    """A feature is the outcome with noise of this standard deviation."""
    data.x[: len(data.y), 7] = data.case + data.rng.normal(size=len(data.y)) * noise


PROBLEMS = {
    "layer_presence": {
        "lacking in 60 % and 0 %": lambda d: lack_layer(d, 0.6, 0),
        "lacking in 50 % and 15 %": lambda d: lack_layer(d, 0.5, 0.15),
    },
    "missingness": {
        "gaps in 60 % and 5 %": lambda d: lack_values(d, 0.6, 0.05),
        "gaps in 90 % and 5 %": lambda d: lack_values(d, 0.9, 0.05),
    },
    "near_duplicates": {
        "r = .98": lambda d: copy_sample(d, 0.98, 10),
        "r = .95": lambda d: copy_sample(d, 0.95, 10),
        "r = .98, in a cohort": lambda d: copy_sample(d, 0.98, -1),
    },
    "batch": {
        "12 plates, confounded": lambda d: confound(d, "plate", 1, 12),
        "12 plates, 80 % confounded": lambda d: confound(d, "plate", 0.8, 12),
        "age, 1 sd": lambda d: shift_age(d, 1),
    },
    "separating_feature": {
        "outcome with noise .1": lambda d: leak(d, 0.1),
        "outcome with noise .2": lambda d: leak(d, 0.2),
    },
    "outcome_copy": {"outcome": lambda d: leak(d, 0)},
}
# Data sets without a problem: their arguments.
KINDS = {
    "60 samples, two classes": {},
    "40 samples, a quarter cases": {"n": 40, "share": 0.25},
    "60 samples, a number": {"kind": "numbers"},
    "60 samples of 30 subjects": {"kind": "groups"},
}
ALARMS = [*PROBLEMS, "subject"]
# Above 5 %, an alarm is refused if so many alarms have a chance of less than 1 % at 5 %.
MOST = {100: 0.11, 400: 0.08}


def main() -> int:
    rng, worst = np.random.default_rng(SEED), 0.0
    with TemporaryDirectory() as folder:
        print(f"False alarms in {CLEAN} data sets of each kind without a problem:")
        total = dict.fromkeys(ALARMS, 0)
        for kind, arguments in KINDS.items():
            fired = [DataSet(rng, **arguments).fired(folder) for _ in range(CLEAN)]
            counts = {alarm: sum(alarm in codes for codes in fired) for alarm in ALARMS}
            total = {alarm: total[alarm] + count for alarm, count in counts.items()}
            print(f"  {kind}: " + ", ".join(f"{a} {c / CLEAN:.2f}" for a, c in counts.items()))
            worst = max(worst, max(counts.values()) / CLEAN - MOST[100])
        every = CLEAN * len(KINDS)
        print("  all: " + ", ".join(f"{a} {c / every:.3f}" for a, c in total.items()))
        worst = max(worst, max(total.values()) / every - MOST[400])
        print(f"Power in {PROBLEM} data sets of 60 samples with a problem:")
        for alarm, problems in PROBLEMS.items():
            for name, add in problems.items():
                found = 0
                for _ in range(PROBLEM):
                    data = DataSet(rng)
                    add(data)
                    found += alarm in data.fired(folder)
                print(f"  {alarm}, {name}: {found / PROBLEM:.2f}")
    return int(worst > 0)


if __name__ == "__main__":
    sys.exit(main())
