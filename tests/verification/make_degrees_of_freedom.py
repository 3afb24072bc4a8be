"""Write workflow/catalog/degrees_of_freedom.csv, by simulation (a quarter of an hour).

    PYTHONPATH=workflow/python:. python tests/verification/make_degrees_of_freedom.py

For each design, the critical value is the one at which the corrected resampled t test errs in 5 %
of the data sets, and its interval misses in 5 %, in the worst setting of `designs.settings`. The
degrees of freedom are those of Student's t with this critical value (Bouckaert 2003, ICML). Groups
that are left out in turn have their number less one, whose rates are noted only.
"""

from pathlib import Path

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm, t

from omc.core.csv_files import write_csv
from omc.evaluate.differences import bootstrap_difference
from omc.evaluate.intervals import newcombe_variance, resampled_interval, resamples
from tests.verification.designs import areas, left_out, settings, splits

TABLE = Path(__file__).parents[2] / "workflow" / "catalog" / "degrees_of_freedom.csv"
HEADER = [
    "scheme", "folds", "repeats", "samples",
    "df_estimate", "df_difference", "coverage", "error_rate",
]  # fmt: skip
DATA_SETS = 1000
SAMPLES = (20, 40, 100, 400)
DESIGNS = [
    *(("repeated_kfold", folds, (1, 2, 5, 10)) for folds in (2, 3, 5, 10)),
    *(("subsampling", folds, (2, 5, 10)) for folds in (3, 5, 10)),
    ("bootstrap", 1, (5, 10, 25, 50)),
]
GROUPS = (5, 10, 20)
# Student's t with fewer has no use.
FEWEST = 1.5


def statistics(values, ratio: float, setting):
    """(estimates, differences): |t| of each, 0 where the interval of n single tests suffices.

    values: (data sets, 2, J).
    """
    values = values[np.isfinite(values).all(axis=(1, 2))]
    truth, count = values.mean(), values.shape[2]

    def t_of(values, deviation):
        variance = np.var(values, axis=-1, ddof=1) * (1 / count + ratio)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(deviation == 0, 0, np.abs(deviation) / np.sqrt(variance))

    means = values.mean(axis=2)
    estimates = t_of(values, means - truth)
    allowed = newcombe_variance(truth, setting.positives, setting.negatives)
    estimates[(means - truth) ** 2 <= norm.ppf(0.975) ** 2 * allowed] = 0
    pairs = values[:, 0] - values[:, 1]
    differences = t_of(pairs, pairs.mean(axis=1))
    # All differences equal: not tested.
    differences[np.ptp(pairs, axis=1) < 1e-10] = 0
    return estimates.ravel(), differences


def degrees(critical: float, splits: int) -> float:
    """Degrees of freedom of Student's t with this critical value, at most splits - 1."""
    highest = splits - 1
    if critical <= t.ppf(0.975, highest):
        return highest
    if highest <= FEWEST or critical >= t.ppf(0.975, FEWEST):
        return min(FEWEST, highest)
    return brentq(lambda df: t.ppf(0.975, df) - critical, FEWEST, highest)


def rows(scheme: str, folds: int, repeats: tuple, samples: int, rng):
    """Rows of the table for each number of repeats."""
    found = {}
    for setting in settings(samples, fewest=max(folds, 5)):
        values = areas(
            setting, lambda s=setting: splits(s, scheme, folds, max(repeats), rng), DATA_SETS, rng
        )
        ratio = 1 / (folds - 1) if folds > 1 else np.exp(-1)
        for repeat in repeats:
            part = values[..., : repeat * folds]
            found.setdefault(repeat, []).append(statistics(part, ratio, setting))
    for repeat, pairs in found.items():
        df = [
            round(
                degrees(max(np.quantile(s, 0.95, method="higher") for s in kind), repeat * folds), 2
            )
            for kind in zip(*pairs, strict=True)
        ]
        missed = [
            max(np.mean(s > t.ppf(0.975, d)) for s in kind)
            for kind, d in zip(zip(*pairs, strict=True), df, strict=True)
        ]
        yield [scheme, folds, repeat, samples, *df, f"{1 - missed[0]:.3f}", f"{missed[1]:.3f}"]


def rows_of_groups(rng):
    """Rows of leave-one-group-out; samples: number of groups."""
    for groups in GROUPS:
        missed, found = [], []
        for auc in (0.6, 0.7, 0.8, 0.9):
            values = left_out(groups, 12, auc, DATA_SETS, rng)
            weights = np.concatenate([*resamples(np.arange(groups), seed=1)]) / groups
            limits = [
                resampled_interval(model.mean(), weights @ model, groups, (0, 1))
                for model in values.reshape(-1, groups)
            ]
            low, high = np.array(limits).T
            missed.append(1 - np.mean((low <= values.mean()) & (values.mean() <= high)))
            pairs = values[:, 0] - values[:, 1]
            p = [bootstrap_difference(pair.mean(), weights @ pair, groups)[-1] for pair in pairs]
            found.append(np.mean(np.array(p) < 0.05))
        df = groups - 1
        kept = f"{1 - max(missed):.3f}", f"{max(found):.3f}"
        yield ["leave_one_group_out", 1, 1, groups, df, df, *kept]


if __name__ == "__main__":
    rng = np.random.default_rng(2022)
    table = []
    for design in DESIGNS:
        for samples in SAMPLES:
            for row in rows(*design, samples, rng):
                print(*row, sep="\t", flush=True)
                table.append(row)
    for row in rows_of_groups(np.random.default_rng(2023)):
        print(*row, sep="\t", flush=True)
        table.append(row)
    write_csv(str(TABLE), HEADER, table)
