"""How often omics is said to add to clinical columns: where it adds nothing, and where it does.

Run it alone with `python tests/verification/added_value.py`, workflow/python on PYTHONPATH.

Three clinical columns decide the outcome. In the data sets without an addition, 40 omics features
follow the clinical columns, so that they predict the outcome as well and yet add nothing; in the
others, they have a signal of their own. Three learners are trained on all columns and on the
clinical ones alone in 5 x 2 folds, by the workflow's own preprocessing, splits and fits; a model is
picked in each training set. The workflow's own comparison then says what the omics adds.
"""

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier

from omc.core.csv_files import write_csv
from omc.core.tables import ADDED_VALUE, PREDICTIONS
from omc.evaluate.added_value import added_value
from omc.evaluate.picking import best_in_each
from omc.evaluate.ranking import ALPHA
from omc.learn.estimators.elastic_net import LogisticElasticNet
from omc.learn.models import fit_model, predict_model
from omc.learn.preprocessing import apply_fit, learn
from omc.learn.splits import make_splits, split_rows

CLINICAL, OMICS = 3, 40
DATASETS = {"adds nothing": 200, "adds": 50}
# Share of the data sets in which an addition may be found that is not there.
MOST = 0.06
RESAMPLING = {"scheme": "repeated_kfold", "folds": 5, "repeats": 2, "inner_folds": 3}
SETTING = {"max_missing": 0.2, "impute": "median", "scale": "standard", "method": "none",
           "features": 0}  # fmt: skip
LEARNERS = {
    "logistic_regression": LogisticElasticNet(alpha=0.1, l1_ratio=0.1),
    "naive_bayes": GaussianNB(),
    "knn": KNeighborsClassifier(n_neighbors=9),
}
VARIANT = {
    "name": "d-clinical", "base": "d", "positive": None, "measures": ["roc_auc", "brier"],
    "baselines": [], "other": None, "task": "classification",
}  # fmt: skip
PARAMS = {"scheme": "repeated_kfold", "seed": 1, "thresholds": [0.3, 0.5]}


def layers(with_omics: bool) -> list[dict]:
    """The layers of all columns, or of the clinical ones, as `preprocessing.learn` takes them."""
    columns = {"clinical": np.arange(CLINICAL), "omics": np.arange(CLINICAL, CLINICAL + OMICS)}
    return [
        {"name": name, "columns": at, "top_variance": None, "baseline": name == "clinical"}
        for name, at in columns.items()
        if with_omics or name == "clinical"
    ]


def draw(rng, samples: int, adds: bool):
    """(x, y) of a data set."""
    clinical = rng.normal(size=(samples, CLINICAL))
    own = rng.normal(size=samples)
    followed = clinical[:, rng.integers(CLINICAL, size=OMICS)]
    omics = 0.7 * followed + 0.7 * rng.normal(size=(samples, OMICS))
    score = clinical @ np.array([0.8, 0.6, 0.4])
    if adds:
        omics[:, :10] += own[:, None]
        score = score + 1.5 * own
    y = (rng.uniform(size=samples) < expit(score)).astype(int)
    return np.hstack([clinical, omics]), y


def train(x, y, split, with_omics: bool, seed: int):
    """Of each learner: (test probabilities, mean ROC AUC over the inner folds)."""
    parts, results = layers(with_omics), {}
    for name, estimator in LEARNERS.items():
        probabilities = []
        for fold in (0, 1, 2, 3):
            rows = split.train[split.inner_fold != fold]
            tested = split.train[split.inner_fold == fold] if fold else split.test
            fit = learn(x[rows], y[rows], parts, SETTING)
            unpenalised = np.flatnonzero(fit.index < CLINICAL).tolist()
            model = fit_model(
                estimator, {}, apply_fit(x[np.ix_(rows, fit.index)], fit), y[rows], 2, [], seed,
                "none", unpenalised,
            )  # fmt: skip
            ready = apply_fit(x[np.ix_(tested, fit.index)], fit)
            probabilities.append((tested, predict_model(model, ready, 2)[1][:, 1]))
        inner = np.mean([roc_auc_score(y[rows], prob) for rows, prob in probabilities[1:]])
        results[name] = probabilities[0][1], inner
    return results


def compared(x, y, seed: int, folder: Path) -> pd.DataFrame:
    """The rows of added_value.csv of a data set."""
    labels, samples = np.array(["no", "yes"])[y], [f"s{i}" for i in range(len(y))]
    splits = make_splits(list(labels), list(labels), None, "d", RESAMPLING, seed)
    paths = {n: str(folder / f"{n}.csv") for n in ("splits", "samples", "predictions", "variant")}
    header = ["split", "repeat", "fold", "sample", "role", "inner_fold"]
    write_csv(paths["splits"], header, split_rows(splits, samples))
    sheet = [[s, label, "", "development"] for s, label in zip(samples, labels, strict=True)]
    write_csv(paths["samples"], ["sample", "outcome", "group", "cohort"], sheet, "\t")
    metrics, picks = [], []
    for dataset, kind in (("d", "predictions"), ("d-clinical", "variant")):
        rows, inner = [], {}
        for split in splits[:-1]:
            results = train(x, y, split, kind == "predictions", seed)
            inner[split.name] = {name: result[1] for name, result in results.items()}
            for name, (prob, _) in results.items():
                truth = y[split.test]
                values = {
                    "roc_auc": roc_auc_score(truth, prob),
                    "brier": 2 * brier_score_loss(truth, prob),
                }
                metrics += [
                    [dataset, "python", name, split.name, "development", metric, value]
                    for metric, value in values.items()
                ]
                rows += [
                    ["python", name, split.name, "development", samples[i], labels[i],
                     ["no", "yes"][int(p >= 0.5)], 1 - p, p]
                    for i, p in zip(split.test, prob, strict=True)
                ]  # fmt: skip
        write_csv(paths[kind], [*PREDICTIONS, "prob_no", "prob_yes"], rows)
        best = best_in_each(pd.DataFrame(inner).T, 1)
        picks += [
            {"dataset": dataset, "split": split, "language": "python", "model": model}
            for split, model in best.items()
        ]
    names = ["dataset", "language", "model", "split", "cohort", "metric", "value"]
    table = added_value(VARIANT, paths, pd.DataFrame(metrics, columns=names), picks, PARAMS)
    return pd.DataFrame(table, columns=ADDED_VALUE)


def claims(rows: pd.DataFrame) -> dict[str, bool]:
    """Which additions are claimed: of the picked model by measure, and of any model."""
    rows = rows.assign(p=pd.to_numeric(rows["p_adjusted"], errors="coerce"))
    better = pd.to_numeric(rows["difference"]) * np.where(rows["measure"] == "brier", -1, 1) > 0
    claimed = rows[(rows["p"] < ALPHA) & better]
    picked = claimed["language"] == "picked"
    label = claimed["measure"] + claimed["threshold"].map(lambda t: f" at {t}" if t else "")
    found = {f"picked model, {name}": name in set(label[picked]) for name in
             ("roc_auc", "brier", "net_benefit at 0.3", "net_benefit at 0.5")}  # fmt: skip
    found["any of 3 models, roc_auc"] = bool((~picked & (claimed["measure"] == "roc_auc")).any())
    return found


def main() -> int:
    """Print the shares of the data sets with a claim; 1 if one without an addition is too large."""
    failed = False
    for samples in (60, 120):
        for setting, count in DATASETS.items():
            found = []
            for number in range(count):
                rng = np.random.default_rng([samples, number, setting == "adds"])
                x, y = draw(rng, samples, setting == "adds")
                with tempfile.TemporaryDirectory() as folder:
                    found.append(claims(compared(x, y, number, Path(folder))))
            shares = pd.DataFrame(found).mean()
            print(f"{samples} samples, {count} data sets, omics {setting}: an addition is claimed")
            for name, share in shares.items():
                print(f"  {name:32} {100 * share:5.1f} %")
            if setting == "adds nothing":
                failed = failed or shares.max() > MOST
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
