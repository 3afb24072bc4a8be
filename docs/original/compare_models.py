"""Compare scikit-learn classifiers by nested cross-validation on given folds, one after the other.

    python compare_models.py --expression expression.tsv.gz --samples samples.tsv \
        --outcome subtype --folds splits.csv --output results [--seeds seeds.csv]

expression: features in rows, samples in columns. samples: a column `sample` and the outcome.
folds: columns split, sample, role (train or test) and inner_fold (1..k for training samples).
seeds: columns language, model, split, fit and seed; without it every fit has the seed 2022.
Fit j of a split trains on its training samples outside inner fold j; fit 0 on all of them.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import SelectorMixin, VarianceThreshold, f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import ParameterGrid, PredefinedSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

TOP_VARIANCE = 2000
SELECTED = 200
SEED = 2022
MODELS = {
    "dummy": (DummyClassifier(strategy="prior"), {}),
    "logistic_regression": (
        LogisticRegression(solver="saga", tol=1e-2, max_iter=5000),
        {"C": [0.1, 1.0], "l1_ratio": [0.1, 1.0]},
    ),
    "random_forest": (
        RandomForestClassifier(n_estimators=500),
        {"max_features": ["sqrt", 0.2]},
    ),
    "svm_rbf": (SVC(kernel="rbf", gamma="scale"), {"C": [0.25, 1.0, 4.0, 16.0]}),
}


def variance(x, y):
    """Population variance of each feature; the outcome plays no part."""
    return x.var(axis=0)


def anova_f(x, y):
    """F statistic of the one-way ANOVA of each feature on the outcome."""
    return f_classif(x, y)[0]


class TopFeatures(SelectorMixin, BaseEstimator):
    """Keep the `count` features of highest score, in their order; ties go to the lower column."""

    def __init__(self, score, count):
        self.score = score
        self.count = count

    def fit(self, x, y):
        self.n_features_in_ = x.shape[1]
        self.best_ = np.argsort(-self.score(x, y), kind="stable")[: self.count]
        return self

    def _get_support_mask(self):
        return np.isin(np.arange(self.n_features_in_), self.best_)


def preprocessing():
    """Learned on the training rows of each fit, the selection by outcome above all."""
    return make_pipeline(
        VarianceThreshold(),
        TopFeatures(variance, TOP_VARIANCE),
        StandardScaler(),
        TopFeatures(anova_f, SELECTED),
    )


def fit_model(model, parameters, data, seed):
    """Train one candidate on one fit's training rows."""
    model = clone(model).set_params(**parameters, random_state=seed)
    if not hasattr(model, "predict_proba"):
        # An SVM has no probabilities. These have seen the features of the rows that calibrate them,
        # which does to rank candidates.
        folds = PredefinedSplit(data["inner_fold"])
        model = CalibratedClassifierCV(model, cv=folds, ensemble=False)
    return model.fit(data["x_train"], data["y_train"])


def predict(model, parameters, fits, x, y, inner_fold, seed):
    """Probabilities of a split's test samples by the chosen candidate, trained on all others."""
    if hasattr(model, "predict_proba"):
        return fit_model(model, parameters, fits[0], seed).predict_proba(fits[0]["x_held_out"])
    # An SVM has no probabilities: they are calibrated on the inner folds, by models for which the
    # features were selected without the rows that calibrate.
    train = inner_fold > 0
    model = make_pipeline(preprocessing(), clone(model).set_params(**parameters, random_state=seed))
    folds = PredefinedSplit(inner_fold[train])
    fitted = CalibratedClassifierCV(model, cv=folds, ensemble=False).fit(x[train], y[train])
    return fitted.predict_proba(x[~train])


def brier(truth, probability, classes):
    """Mean squared distance to the one-hot truth, halved for two classes; smaller is better."""
    distance = ((probability - (truth[:, None] == classes)) ** 2).sum(axis=1).mean()
    return distance / 2 if len(classes) == 2 else distance


def roc_auc(truth, probability, classes):
    """Mean of one class against the rest; undefined if a class is missing in `truth`."""
    if set(truth) != set(classes):
        return np.nan
    return np.mean([roc_auc_score(truth == c, probability[:, k]) for k, c in enumerate(classes)])


def prepare_fits(x, y, features, inner_fold):
    """Training rows and held-out rows of every fit of a split, with what the training rows taught.

    inner_fold is 0 for the split's test samples: fit 0 holds them out, fit j its inner fold j.
    """
    fits = {}
    for fit in range(inner_fold.max() + 1):
        held_out = inner_fold == fit
        train = (inner_fold > 0) & ~held_out
        steps = preprocessing().fit(x[train], y[train])
        fits[fit] = {
            "x_train": steps.transform(x[train]),
            "y_train": y[train],
            "inner_fold": inner_fold[train],
            "x_held_out": steps.transform(x[held_out]),
            "y_held_out": y[held_out],
            "features": steps.get_feature_names_out(features),
        }
    return fits


def tune(model, grid, fits, classes, seeds):
    """The candidate of smallest mean Brier score over the inner folds, the first one on ties."""
    candidates = list(ParameterGrid(grid))
    losses = np.zeros((len(candidates), len(fits) - 1))
    for fit in range(1, len(fits)):
        data = fits[fit]
        for row, parameters in enumerate(candidates):
            fitted = fit_model(model, parameters, data, seeds[fit])
            probability = fitted.predict_proba(data["x_held_out"])
            losses[row, fit - 1] = brier(data["y_held_out"], probability, classes)
    return candidates[losses.mean(axis=1).argmin()]


def read_data(options):
    """Values (samples x features), outcome and names, in the order of the sample sheet."""
    separator = "\t"
    samples = pd.read_csv(options.samples, sep=separator, dtype=str, keep_default_na=False)
    table = pd.read_csv(options.expression, sep=separator, index_col=0, dtype={0: str})
    x = table[samples["sample"]].to_numpy().T
    folds = pd.read_csv(options.folds, dtype=str, keep_default_na=False)
    splits = {}
    for split, rows in folds[folds["split"] != "final"].groupby("split", sort=False):
        inner_fold = rows.set_index("sample")["inner_fold"].replace("", "0").astype(int)
        splits[split] = inner_fold[samples["sample"]].to_numpy()
    return x, samples[options.outcome].to_numpy(), samples["sample"], table.index, splits


def read_seeds(path):
    """Seed of each (model, split, fit), the fit as text; None without a table."""
    if path is None:
        return None
    table = pd.read_csv(path, dtype={"split": str, "fit": str}).query("language == 'python'")
    return table.set_index(["model", "split", "fit"])["seed"].to_dict()


def main():
    """Run the comparison and write its tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("expression", "samples", "outcome", "folds", "output"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--seeds")
    options = parser.parse_args()
    x, y, samples, features, splits = read_data(options)
    seed_table = read_seeds(options.seeds)
    classes = np.unique(y)
    predictions, selected, chosen, metrics = [], [], [], []
    seconds = dict.fromkeys(["preprocessing", *MODELS], 0.0)
    for split, inner_fold in splits.items():
        began = time.perf_counter()
        fits = prepare_fits(x, y, features, inner_fold)
        seconds["preprocessing"] += time.perf_counter() - began
        for fit, data in fits.items():
            selected += [("python", split, fit, feature) for feature in data["features"]]
        truth = fits[0]["y_held_out"]
        for name, (model, grid) in MODELS.items():
            began = time.perf_counter()
            key = ("python", name, split)
            seeds = [seed_table[name, split, str(fit)] if seed_table else SEED for fit in fits]
            best = tune(model, grid, fits, classes, seeds)
            probability = predict(model, best, fits, x, y, inner_fold, seeds[0])
            label = classes[probability.argmax(axis=1)]
            seconds[name] += time.perf_counter() - began
            test = samples[inner_fold == 0]
            predictions += [
                (*key, *row, *p) for *row, p in zip(test, truth, label, probability, strict=True)
            ]
            chosen.append((*key, json.dumps(best, sort_keys=True, separators=(",", ":"))))
            metrics.append((*key, "accuracy", np.mean(label == truth)))
            metrics.append((*key, "brier", brier(truth, probability, classes)))
            metrics.append((*key, "roc_auc", roc_auc(truth, probability, classes)))

    key = ["language", "model", "split"]
    probabilities = [f"prob_{c}" for c in classes]
    tables = {
        "predictions": (predictions, [*key, "sample", "truth", "predicted", *probabilities]),
        "selected": (selected, ["language", "split", "fit", "feature"]),
        "chosen": (chosen, [*key, "parameters"]),
        "metrics": (metrics, [*key, "metric", "value"]),
    }
    output = Path(options.output)
    output.mkdir(parents=True, exist_ok=True)
    for name, (rows, columns) in tables.items():
        table = pd.DataFrame(rows, columns=columns)
        table.to_csv(output / f"{name}.csv", index=False, float_format="%.12g")
    values = pd.DataFrame(metrics, columns=[*key, "metric", "value"])
    auc = values[values["metric"] == "roc_auc"].groupby("model")["value"].mean()
    print(f"preprocessing: {seconds['preprocessing']:.1f} s")
    for name in MODELS:
        print(f"{name}: mean ROC AUC {auc[name]:.3f}, {seconds[name]:.1f} s")


if __name__ == "__main__":
    main()
