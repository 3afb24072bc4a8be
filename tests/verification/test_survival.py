"""Published numbers of survival models, from models that the product itself trains."""

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import train_test_split
from sksurv.datasets import load_breast_cancer, load_gbsg2
from sksurv.preprocessing import OneHotEncoder, encode_categorical

pytestmark = pytest.mark.verification

GUIDE = """User guide of scikit-survival 0.27 (Pölsterl 2020, JMLR 21(212))"""
COXNET = (
    "Breast cancer: a Cox regression with an elastic net",
    f"""{GUIDE}, and glmnet in an earlier trial outside this workflow: 198 patients, 76 genes and
    the clinical columns, alpha (glmnet's lambda) .0386, l1_ratio (glmnet's alpha) .9, without
    scaling or selection: nonzero coefficients in the model trained on all samples.""",
)
BOOSTING = (
    "Breast cancer: boosting of survival models",
    f"""{GUIDE}, Gradient Boosted Models: trained on 148 patients, here the development samples, and
    tested on 50, here an external cohort: concordance. `ipcwls` predicts a time, which must be
    turned into a risk. Seeds 0 to 7 of scikit-survival alone give .746 to .765 for the trees.
    Early stopping needs an argument of `fit`, which a configuration cannot set: that model is
    `tests/verification/early_stopping.py`, given by its dotted name, with the guide's seed. Seeds 0
    to 9 of scikit-survival alone give .509 to .715 for it.""",
)
GBSG2 = (
    "GBSG2: concordance and integrated Brier score",
    f"""{GUIDE}, Evaluating Survival Models: 514 patients to train on and 172 to test, an external
    cohort here. The guide weights for censoring by all 686 patients, and its Kaplan-Meier estimate
    is that of the test samples; here both come from the training samples. The integral is over 100
    horizons instead of every day. Seeds differ, which changes the results of the forests.""",
)


def survival_run(workflow, folder, x, y, tested, horizons, models):
    """Train on some rows of (n, p) x and (n,) y (event, time), predict the others; the results."""
    event, time = y.dtype.names
    names = [f"p{i}" for i in range(len(x))]
    sheet = pd.DataFrame({"sample": names, "time": y[time], "event": y[event].astype(int)})
    folder.mkdir()
    table = x.astype(float).set_axis(names).rename_axis("sample")
    table.columns = [f"f{i}" for i in range(x.shape[1])]
    table.to_csv(folder / "table.tsv", sep="\t")
    dataset = {
        "layers": {"table": {"table": str(folder / "table.tsv")}},
        "samples": str(folder / "train.tsv"),
        "outcome": {"task": "survival", "time": "time", "event": "event", "horizons": horizons},
    }
    sheet[~tested].to_csv(folder / "train.tsv", sep="\t", index=False)
    if tested.any():
        sheet[tested].to_csv(folder / "test.tsv", sep="\t", index=False)
        dataset["cohorts"] = {"test": {"samples": str(folder / "test.tsv")}}
    config = {
        "datasets": {"guide": dataset},
        "resampling": {"folds": 2, "repeats": 1, "inner_folds": 2},
        "preprocessing": {"scale": "none", "max_missing": 0.5},
        "selection": {"method": "none"},
        "models": models,
    }
    targets = "results/metrics.csv", "results/importance.csv"
    own = str(workflow.root / "tests" / "verification")
    process = workflow.compare(config, "--", *targets, PYTHONPATH=own)
    assert process.returncode == 0, process.stderr
    return workflow.path("results")


def external(results):
    # A model is called null.
    metrics = pd.read_csv(results / "metrics.csv", keep_default_na=False, na_values={"value": [""]})
    return metrics[metrics["cohort"] == "test"].set_index(["language", "model", "metric"])["value"]


@pytest.mark.slow
def test_elastic_net_of_breast_cancer(workflow, tmp_path, report):
    x, y = load_breast_cancer()
    models = {
        "python": [{"name": "cox_elastic_net", "grid": {"alpha": [0.0386], "l1_ratio": [0.9]}}],
        "r": [{"name": "glmnet", "grid": {"alpha": [0.9], "lambda": [0.0386]}}],
    }
    nobody = np.zeros(len(x), dtype=bool)
    x = OneHotEncoder().fit_transform(x)
    results = survival_run(workflow, tmp_path / "data", x, y, nobody, [1825], models)
    report.trained_by(results)
    section = report.section(*COXNET)
    importance = pd.read_csv(results / "importance.csv").query("split == 'final'")
    used = importance[importance["importance"] > 0].groupby("language")["feature"].count()
    for language, label in (("python", "Python"), ("r", "R")):
        section.check(f"coefficients, {label}", used[language], 22, tolerance=0, digits=0)


def test_boosting_of_breast_cancer(workflow, tmp_path, report):
    x, y = load_breast_cancer()
    x = OneHotEncoder().fit_transform(x)
    # In the guide's order, as the seed draws rows by their places.
    parts = train_test_split(np.arange(len(x)), test_size=0.25, random_state=0)
    x, y = x.iloc[np.concatenate(parts)], y[np.concatenate(parts)]
    tested = np.arange(len(x)) >= len(parts[0])
    boosting = "sksurv.ensemble.GradientBoostingSurvivalAnalysis"
    componentwise = "sksurv.ensemble.ComponentwiseGradientBoostingSurvivalAnalysis"
    models = {
        "python": [
            {"name": "trees", "estimator": boosting,
             "params": {"n_estimators": 100, "learning_rate": 1.0, "max_depth": 1}},
            {"name": "ipcwls", "estimator": componentwise,
             "params": {"loss": "ipcwls", "n_estimators": 300, "learning_rate": 1.0}},
            {"name": "early_stopping", "estimator": "early_stopping.EarlyStopped",
             "params": {"n_estimators": 1000, "learning_rate": 0.1, "subsample": 0.5,
                        "max_depth": 1}},
        ]
    }  # fmt: skip
    results = survival_run(workflow, tmp_path / "data", x, y, tested, [1825], models)
    report.trained_by(results)
    section, obtained = report.section(*BOOSTING), external(results)
    for model, published, tolerance, why in (
        ("trees", 0.765, 0.01, "trees choose between equal splits at random"),
        ("ipcwls", 0.722, 5e-4, ""),
        ("early_stopping", 0.715, 5e-4, ""),
    ):
        value = obtained["python", model, "concordance"]
        section.check(f"concordance, {model}", value, published, tolerance, why=why)


def test_scores_of_gbsg2(workflow, tmp_path, report):
    x, y = load_gbsg2()
    x = encode_categorical(x)
    tested = np.zeros(len(x), dtype=bool)
    parts = train_test_split(np.arange(len(x)), stratify=y["cens"], random_state=1)
    tested[parts[1]] = True
    horizons = np.linspace(*np.percentile(y["time"], [10, 90]), 100).round(2).tolist()
    models = {
        "python": [
            "dummy",
            {"name": "forest", "estimator": "sksurv.ensemble.RandomSurvivalForest",
             "params": {"max_depth": 2}},
            {"name": "cox", "estimator": "sksurv.linear_model.CoxnetSurvivalAnalysis",
             "params": {"l1_ratio": 0.99, "fit_baseline_model": True}},
        ],
        "r": [
            "null",
            # The penalty at which scikit-survival's path ends.
            {"name": "glmnet", "grid": {"alpha": [0.99], "lambda": [0.05525778]}},
            {"name": "ranger", "params": {"num.trees": 100, "max.depth": 2},
             "grid": {"mtry": [3], "min.node.size": [3]}},
        ],
    }  # fmt: skip
    results = survival_run(workflow, tmp_path / "data", x, y, tested, horizons, models)
    report.trained_by(results)
    section, obtained = report.section(*GBSG2), external(results)
    exact, forest = 5e-4, 0.01
    weights = "weighted by all samples there"
    for language, model, metric, published, tolerance, why in (
        ("python", "forest", "concordance", 0.692, forest, ""),
        ("r", "ranger", "concordance", 0.692, forest, ""),
        ("python", "cox", "concordance", 0.688, exact, ""),
        ("r", "glmnet", "concordance", 0.688, exact, ""),
        ("python", "forest", "integrated_brier", 0.192, forest, ""),
        ("r", "ranger", "integrated_brier", 0.192, forest, ""),
        ("python", "cox", "integrated_brier", 0.189, exact, weights),
        ("r", "glmnet", "integrated_brier", 0.189, exact, weights),
        ("python", "dummy", "integrated_brier", 0.217, exact, weights),
        ("r", "null", "integrated_brier", 0.217, exact, weights),
    ):
        value = obtained[language, model, metric]
        what = f"{metric}, {language}/{model}"
        section.check(what, value, published, tolerance=tolerance, why=why)
