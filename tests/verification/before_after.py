"""What earlier versions of this workflow said on simulated and real data, and what it says now.

    PYTHONPATH=workflow/python:. python tests/verification/before_after.py

Each line is a promise that was once broken; ends with 1 if one still is. Coverage and error rates
of the common designs stand in coverage.py, what to expect of a picked model in picking.py, and the
power of the data checks in alarms.py.
"""

import subprocess
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from scipy.special import logit
from scipy.stats import norm
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.model_selection import (
    LeaveOneOut,
    RepeatedStratifiedKFold,
    StratifiedKFold,
    cross_val_predict,
)
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from omc.core.errors import UserError
from omc.data.reading import read_sheet, read_table
from omc.evaluate.differences import correlated_t
from omc.evaluate.intervals import (
    corrected_interval,
    newcombe_interval,
    resampled_interval,
    resamples,
    tested_once,
)
from omc.evaluate.null import LEVEL, best_values, p_values
from omc.evaluate.rope import half_width
from omc.learn.estimators.elastic_net import LogisticElasticNet
from omc.study.study import load
from tests.verification.alarms import DataSet, lack_layer
from tests.verification.designs import left_out

ROOT = Path(__file__).parents[2]


def leave_one_out() -> tuple[str, str, bool]:
    """ROC AUC of pooled leave-one-out predictions of noise: 60 samples, 5,000 features."""
    models = [
        NearestCentroid(),
        LogisticRegression(C=0.1),
        KNeighborsClassifier(5),
        LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"),
    ]
    found = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        x, y = rng.normal(size=(60, 5000)), np.arange(60) % 2
        for model in models:
            pipeline = make_pipeline(SelectKBest(f_classif, k=50), model)
            prob = cross_val_predict(pipeline, x, y, cv=LeaveOneOut(), method="predict_proba")
            found.append(roc_auc_score(y, prob[:, 1]))
    data = {"layers": {"rna": {"table": "x.tsv"}}, "samples": "s.tsv"}
    config = {
        "datasets": {"a": {**data, "outcome": {"column": "y", "task": "classification"}}},
        "resampling": {"scheme": "leave_one_out"},
        "comparison": {"metric": {"classification": "roc_auc"}},
        "models": {"python": ["knn"]},
    }
    try:
        load(config, str(ROOT / "workflow"))
        refused = False
    except UserError as error:
        refused = "leave_one_out" in str(error)
    before = f"{min(found):.3f} to {max(found):.3f}, mean {np.mean(found):.3f}"
    return before, "refused as comparison metric" if refused else "accepted", refused


def three_groups() -> tuple[str, str, bool]:
    """Coverage of the interval over three groups that are left out in turn."""
    values = left_out(3, 20, 0.7, 500, np.random.default_rng(1)).reshape(-1, 3)
    weights = np.concatenate([*resamples(np.arange(3), seed=1)]) / 3
    truth, held, given = values.mean(), [], 0
    for model in values:
        low, high = np.quantile(weights @ model, [0.025, 0.975])
        held.append(low <= truth <= high)
        given += np.isfinite(resampled_interval(model.mean(), weights @ model, 3, (0, 1))).any()
    now = "no interval below 5 groups" if not given else f"{given} intervals"
    return f"{100 * np.mean(held):.0f} %", now, not given


def optimum() -> tuple[str, str, bool]:
    """Lasso at C = 1 on 200 genes of bcr_abl: coefficients other than 0, and the largest error."""
    folder = ROOT / "resources" / "bcr_abl"
    (table,) = folder.glob("*.tsv.gz")
    sheet = read_sheet(str(folder / "samples.tsv"))
    x = read_table(str(table), "features_in_rows").loc[sheet.index].to_numpy()
    y = (sheet.iloc[:, 0] == sheet.iloc[0, 0]).to_numpy()
    x = StandardScaler().fit_transform(SelectKBest(f_classif, k=200).fit_transform(x, y))

    def fitted(model):
        model.fit(x, y)
        return np.count_nonzero(model.coef_), model.predict_proba(x)[:, 1]

    saga = {"solver": "saga", "C": 1.0, "l1_ratio": 1.0, "random_state": 1}
    count, exact = fitted(LogisticRegression(tol=1e-7, max_iter=200_000, **saga))
    before, after = (
        (n, np.abs(prob - exact).max())
        for n, prob in (
            fitted(LogisticRegression(tol=1e-2, max_iter=5000, **saga)),
            fitted(LogisticElasticNet(C=1.0, l1_ratio=1.0)),
        )
    )
    shown = [f"{n} instead of {count}, {gap:.2g}" for n, gap in (before, after)]
    return *shown, after[0] == count and after[1] < 1e-3


def rare_class() -> tuple[str, str, bool]:
    """P(practically equivalent) of a model of ROC AUC .80 and the share of the class, 5 % cases."""
    rng, share, count = np.random.default_rng(1), 0.05, 400
    y = np.arange(count) < share * count
    signal = norm.ppf(0.8) * np.sqrt(2)
    value = rng.normal(size=count) + signal * y
    prob = 1 / (1 + np.exp(-(logit(share) + signal * value - signal**2 / 2)))
    splits = RepeatedStratifiedKFold(n_splits=5, n_repeats=5, random_state=1).split(y, y)
    differences = np.array(
        [
            brier_score_loss(y[test], prob[test]) - np.mean((y[test] - share) ** 2)
            for _, test in splits
        ]
    )
    outcome = pd.Series(np.where(y, "case", "control"))
    now = half_width("brier", None, outcome)
    before, after = (correlated_t(differences, 0.25, 4, rope, True)[1] for rope in (0.01, now))
    return f"{before:.3f}", f"{after:.3f} (rope {now:.4f})", after < 0.5 < before


def reversals() -> tuple[str, str, bool]:
    """Support vector machines whose probabilities reverse the order of samples, of 60 on noise."""
    script = Path(__file__).with_suffix(".R")
    command = ["Rscript", "--vanilla", script, ROOT / "workflow"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    before, after = map(int, printed.split())
    return f"{before} of 60", f"{after} of 60", after == 0


def any_model() -> tuple[str, str, bool]:
    """Runs on noise in which one of 11 models passes the permutation null, 99 permutations."""
    rng, passed, adjusted = np.random.default_rng(1), [], []
    for _ in range(1000):
        # Values of models on the same samples are correlated.
        values = rng.normal(size=(1, 100)) * np.sqrt(0.4) + rng.normal(size=(11, 100)) * np.sqrt(
            0.6
        )
        observed, null = values[:, 0], values[:, 1:]
        best = best_values(null, smaller_is_better=False)
        p = [p_values("roc_auc", o, n, best) for o, n in zip(observed, null, strict=True)]
        passed.append(min(row[0] for row in p) <= LEVEL)
        adjusted.append(min(row[2] for row in p) <= LEVEL)
    share = np.mean(adjusted)
    return f"{np.mean(passed):.2f}", f"{share:.3f}", share < 0.065


def near_one() -> tuple[str, str, bool]:
    """Intervals of ROC AUC .999 and 1.000 over 25 splits of 38 samples, 27 and 11 of a class."""
    nearly = np.array([0.98] + [1.0] * 24)
    sizes = {"sensitivity": 11, "specificity": 27}
    mean, low, high = corrected_interval(nearly, 0.25, 24)
    before = (
        f"{low:.3f} to {min(high, 1):.3f}, and {newcombe_interval(1.0, 11, 27)[0]:.3f} to 1.000"
    )
    limits = [tested_once("roc_auc", value, sizes)[:2] for value in (mean, 1.0)]
    lows = [min(low, limits[0][0]), limits[1][0]]
    now = ", and ".join(f"{bound:.3f} to 1.000" for bound in lows)
    return before, now, lows[0] < lows[1]


def informative_absence() -> tuple[str, str, bool]:
    """ROC AUC of a forest on noise whose second layer is lacking in 60 % of cases, no control."""
    found, alarms = [], 0
    with TemporaryDirectory() as folder:
        for seed in range(10):
            data = DataSet(np.random.default_rng(seed))
            lack_layer(data, 0.6, 0)
            alarms += "layer_presence" in data.fired(folder)
            x = data.x[: len(data.y)]
            x = np.where(np.isnan(x), np.nanmedian(x, axis=0), x)
            forest = RandomForestClassifier(200, random_state=seed)
            cv = StratifiedKFold(5, shuffle=True, random_state=seed)
            prob = cross_val_predict(forest, x, data.case, cv=cv, method="predict_proba")
            found.append(roc_auc_score(data.case, prob[:, 1]))
    before = f"{np.mean(found):.2f} on average, no alarm"
    return before, f"the same, with an alarm in {alarms} of 10", alarms == 10


def main() -> int:
    """Print each promise, then and now; 1 if one does not hold now."""
    warnings.filterwarnings("ignore")
    broken = []
    promises = (
        leave_one_out, three_groups, optimum, rare_class, reversals, any_model, near_one,
        informative_absence,
    )  # fmt: skip
    for promise in promises:
        before, now, holds = promise()
        print(f"{promise.__doc__}\n  before: {before}\n  now:    {now}", flush=True)
        if not holds:
            broken.append(promise.__name__)
    print(f"broken: {', '.join(broken) or 'none'}")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
