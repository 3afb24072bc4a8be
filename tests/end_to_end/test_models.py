"""Every preset of both languages on real data, and what the two languages must agree on."""

import json
import os
import re
import subprocess
import warnings
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import stats

from omc.data.matrix import axis_names, read_columns, write_h5ad
from omc.evaluate.metrics import METRICS_OF
from omc.evaluate.predictions import parse
from omc.evaluate.scoring import score
from omc.learn.batch import Data
from omc.learn.job import Settings
from omc.learn.training import train_split
from omc.study.study import load
from tests.conftest import ROOT
from tests.end_to_end.conftest import Workflow
from tests.predicted import predicted

pytestmark = pytest.mark.slow

PRESETS = {
    language: yaml.safe_load(
        (ROOT / "workflow" / "catalog" / "models" / f"{language}.yaml").read_text(encoding="utf-8")
    )
    for language in ("python", "r")
}
# Fewer trees and iterations than the presets have: the tests look at the way, not at the accuracy.
LESS = {
    "logistic_regression": {"grid": {"alpha": [0.3, 0.1], "l1_ratio": [0.1, 1.0]}},
    "random_forest": {"params": {"n_estimators": 20}},
    "extra_trees": {"params": {"n_estimators": 20}},
    "gradient_boosting": {"grid": {"max_iter": [20], "max_depth": [1, 3]}},
    "xgboost": {"grid": {"n_estimators": [20]}},
    "lightgbm": {"grid": {"n_estimators": [20]}},
    "ranger": {"params": {"num.trees": 50}},
    "rf": {"params": {"ntree": 50}},
    "gbm": {"grid": {"n.trees": [20, 40], "n.minobsinnode": [3]}},
}
SEED = 2022


def all_presets(task):
    return {
        language: [{"name": name, **LESS.get(name, {})} for name in PRESETS[language][task]]
        for language in ("python", "r")
    }


def data_set(folder, table, outcome, top_variance=None, groups=None, transform="none"):
    task = "regression" if outcome == "octane" else "classification"
    return {
        "layers": {
            "measured": {
                "table": str(table),
                "orientation": "features_in_rows",
                "top_variance": top_variance,
                "transform": transform,
            }
        },
        "samples": str(folder / "samples.tsv"),
        "outcome": {"column": outcome, "task": task},
        "groups": groups,
    }


def shipped(name, file, *more):
    folder = ROOT / "resources" / name
    return data_set(folder, folder / file, *more)


LEUKEMIA = shipped("leukemia", "expression.tsv.gz", "subtype", 500)
OBESITY = shipped("obesity", "counts.tsv.gz", "bmi_class", None, "subject", "clr")
GASOLINE = shipped("gasoline", "spectra.tsv.gz", "octane")


TRAIN_IN_R = """
args <- commandArgs(TRUE)
names <- c("processes", "results")
source(file.path(args[1], "use.R"))
use(names)
suppressPackageStartupMessages(library(caret))
options(warn = 1)
batches <- list()
for (job in jsonlite::read_json(args[2])) {
  spec <- read_spec(job$spec)
  input <- lapply(c("data.h5ad", "samples.tsv", "splits.csv", "preprocessing.h5"), function(file) {
    file.path(job$results, job$dataset, file)
  })
  if (is.null(batches[[job$dataset]])) {
    batches[[job$dataset]] <- do.call(load_batch, c(input, job$task, 1, 1, TRUE))
  }
  settings <- job_settings(job$dataset, spec$name, spec, job$task, job$metric, seed = job$seed)
  info <- resolve_method(spec, job$task)
  dir.create(job$folder, recursive = TRUE)
  output <- lapply(stats::setNames(nm = names(csv_columns)), function(table) {
    file.path(job$folder, paste0(table, ".csv"))
  })
  before <- proc.time()
  results <- train_batch(batches[[job$dataset]], settings, info, file.path(job$folder, "final"))
  timing <- timing_row("startup", proc.time() - before)
  write_results(output, batches[[job$dataset]], settings, results, timing, "log", "key")
}
"""


def start(folder, datasets, models, selection):
    """A study whose splits and preprocessing the workflow has made."""
    workflow = Workflow(ROOT, folder)
    config = {
        "seed": SEED,
        "datasets": datasets,
        "resampling": {"folds": 2, "repeats": 1, "inner_folds": 2},
        "selection": selection,
        "models": models,
    }
    process = workflow.compare(config, "--", *(f"results/{d}/preprocessing.h5" for d in datasets))
    assert process.returncode == 0, process.stderr
    return workflow, load(config, str(ROOT / "workflow"))


def trained(folder, datasets, *settings):
    """The study, its models trained in one process per language: 60 jobs would mostly start R."""
    workflow, study = start(folder, datasets, *settings)
    results = workflow.path("results")
    jobs = {"python": [], "r": []}
    for dataset in datasets:
        for model in study.models[dataset]:
            jobs[model.language].append(
                {
                    "dataset": dataset, "results": str(results), "spec": model.spec_text,
                    "folder": str(results / dataset / model.language / model.name),
                    "task": study.task(dataset), "metric": study.tuning_metric(dataset),
                    "seed": SEED,
                }
            )  # fmt: skip
    script = workflow.path("train.R")
    script.write_text(TRAIN_IN_R, encoding="utf-8")
    workflow.path("jobs.json").write_text(json.dumps(jobs["r"]), encoding="utf-8")
    with open(workflow.path("r.log"), "w", encoding="utf-8") as log:
        in_r = subprocess.Popen(
            ["Rscript", script, ROOT / "workflow" / "R", workflow.path("jobs.json")],
            stdout=log, stderr=log, env={**os.environ, "TZ": "UTC"},
        )  # fmt: skip
    with open(workflow.path("python.log"), "w", encoding="utf-8") as log:
        with redirect_stdout(log), redirect_stderr(log), warnings.catch_warnings():
            warnings.simplefilter("default")
            for job in jobs["python"]:
                train_in_python(job)
    assert in_r.wait() == 0, workflow.path("r.log").read_text(encoding="utf-8")
    return workflow


def train_in_python(job):
    from omc.learn.running import run_job

    class Named(dict):
        __getattr__ = dict.__getitem__

    study = Path(job["results"], job["dataset"])
    names = ("data.h5ad", "samples.tsv", "splits.csv", "preprocessing.h5")
    files = Named({name.partition(".")[0]: str(study / name) for name in names}, tuned=[])
    folder = Path(job["folder"])
    folder.mkdir(parents=True)
    tables = ("predictions", "tuning", "importance", "timing", "failures")
    output = Named({name: str(folder / f"{name}.csv") for name in tables})
    output["model"] = str(folder / "final")
    job_params = Named(
        dataset=job["dataset"], spec=job["spec"], task=job["task"], tuning_metric=job["metric"],
        imbalance="none", seed=SEED, batch_index=1, batch_count=1, final=True, part=None,
    )  # fmt: skip
    run_job(files, output, job_params, "log")


@pytest.fixture(scope="module")
def classification(tmp_path_factory):
    return trained(
        tmp_path_factory.mktemp("classification"),
        {"leukemia": LEUKEMIA, "obesity": OBESITY},
        all_presets("classification"),
        {"method": "anova", "features": 20},
    )


@pytest.fixture(scope="module")
def regression(tmp_path_factory):
    models = all_presets("regression")
    pls = PRESETS["python"]["regression"]["pls"]
    models["python"].append({"name": "pls_3", **pls, "grid": {"n_components": [3]}})
    for fact in set(pls) - {"estimator", "params", "grid"}:
        models["python"][-1].pop(fact)
    models["r"].append({"name": "pls_3", "method": "pls", "grid": {"ncomp": [3]}})
    return trained(
        tmp_path_factory.mktemp("regression"),
        {"gasoline": GASOLINE},
        models,
        {"method": "f_regression", "features": 40},
    )


def read(path):
    # "null" is a caret method, and for pandas a missing value unless told otherwise.
    return pd.read_csv(
        path,
        dtype={"sample": str},
        keep_default_na=False,
        na_values=[""],
        float_precision="round_trip",
    )


def tables(workflow, dataset, table):
    """One table of all models of a data set."""
    folder = workflow.path("results", dataset)
    files = [f for language in PRESETS for f in sorted(folder.glob(f"{language}/*/{table}.csv"))]
    return pd.concat(map(read, files), ignore_index=True)


def predictions(workflow, dataset):
    return tables(workflow, dataset, "predictions")


def models_of(task):
    return {(language, name) for language in PRESETS for name in PRESETS[language][task]}


def no_failure(workflow, *datasets):
    for dataset in datasets:
        failures = workflow.path("results", dataset).glob("*/*/failures.csv")
        assert [row for file in failures for row in file.read_text().splitlines()[1:]] == []
    for language in PRESETS:
        text = workflow.path(f"{language}.log").read_text(encoding="utf-8")
        assert not re.search("FutureWarning|DeprecationWarning|deprecated", text), text


@pytest.mark.parametrize(("dataset", "classes"), [("leukemia", 2), ("obesity", 3)])
def test_every_classifier(classification, dataset, classes):
    no_failure(classification, dataset)
    rows = predictions(classification, dataset)
    assert set(zip(rows["language"], rows["model"], strict=True)) == models_of("classification")
    columns = [c for c in rows if c.startswith("prob_")]
    assert len(columns) == classes
    prob = rows[columns].to_numpy()
    assert ((prob >= 0) & (prob <= 1)).all()
    # xgboost computes in single precision.
    np.testing.assert_allclose(prob.sum(axis=1), 1, rtol=0, atol=1e-6)
    labels = np.array([c.removeprefix("prob_") for c in columns])
    assert (labels[prob.argmax(axis=1)] == rows["predicted"]).all()
    # Two folds: every sample is predicted once by every model.
    once = rows.groupby(["language", "model"])["sample"].agg(["nunique", "size"])
    assert (once == rows["sample"].nunique()).all(axis=None)
    metrics = metrics_of(classification, dataset)
    assert metrics.index.names == ["language", "model"]
    kind = "binary" if classes == 2 else "multiclass"
    assert list(metrics) == METRICS_OF[kind] and metrics.notna().all(axis=None)
    if dataset == "leukemia":
        learned = metrics.drop(index=[("python", "dummy"), ("r", "null")])
        assert (learned["balanced_accuracy"] > 0.7).all()


def metrics_of(workflow, dataset):
    """Mean of each metric over the splits; NaN where one of them is empty."""
    rows = predictions(workflow, dataset)
    parts = parse(rows, None).by("language", "model", "split")
    values = {key: score(part) for key, part in parts}
    result = pd.DataFrame.from_dict(values, orient="index")
    result.index.names = ["language", "model", "split"]
    return result.groupby(level=[0, 1]).agg(lambda of_splits: of_splits.mean(skipna=False))


def test_every_regressor(regression):
    no_failure(regression, "gasoline")
    rows = predictions(regression, "gasoline")
    result = set(zip(rows["language"], rows["model"], strict=True))
    assert result == models_of("regression") | {("python", "pls_3"), ("r", "pls_3")}
    metrics = metrics_of(regression, "gasoline")
    assert list(metrics) == METRICS_OF["regression"]
    baselines = [("python", "dummy"), ("r", "null")]
    # A constant has no rank correlation.
    assert metrics.drop(index=baselines).notna().all(axis=None)
    assert metrics[["rmse", "mae", "r2"]].notna().all(axis=None)
    baseline = metrics.loc[baselines[0], "rmse"]
    assert metrics.loc[baselines[1], "rmse"] == pytest.approx(baseline)
    assert (metrics.drop(index=baselines)["rmse"] < baseline).all()


def side_by_side(rows, name, columns):
    """The columns of the model `name` in Python and in R, row by row the same sample."""
    both = [
        rows[(rows["language"] == language) & (rows["model"] == name)]
        .sort_values(["split", "sample"])
        .set_index(["split", "sample"])[columns]
        for language in ("python", "r")
    ]
    assert len(both[0]) and (both[0].index == both[1].index).all()
    return both


def test_partial_least_squares_is_the_same_in_both_languages(regression):
    python, r = side_by_side(predictions(regression, "gasoline"), "pls_3", "predicted")
    np.testing.assert_allclose(python, r, rtol=0, atol=1e-6)


@pytest.fixture(scope="module")
def twins(tmp_path_factory):
    """The same methods with the same settings in both languages, on data with missing values."""
    folder = tmp_path_factory.mktemp("twins")
    source = ROOT / "resources" / "leukemia"
    table = pd.read_csv(source / "expression.tsv.gz", sep="\t", index_col=0)
    holes = np.random.default_rng(SEED).random(table.shape) < 0.05
    path = folder / "holes.tsv.gz"
    table.mask(holes).to_csv(path, sep="\t", na_rep="NA")
    models = {
        "python": [
            {
                "name": "knn_5",
                "estimator": "sklearn.neighbors.KNeighborsClassifier",
                "params": {"n_neighbors": 5},
            },
            {
                "name": "lda_10",
                "estimator": "sklearn.discriminant_analysis.LinearDiscriminantAnalysis",
                "params": {"solver": "svd"},
            },
        ],
        "r": [
            {"name": "knn_5", "method": "knn", "grid": {"k": [5]}},
            {"name": "lda_10", "method": "lda"},
        ],
    }
    datasets = {"holes": data_set(source, path, "subtype", 500)}
    return trained(folder, datasets, models, {"method": "anova", "features": 10})


def test_missing_values_reach_both_languages(twins):
    no_failure(twins, "holes")
    data = str(twins.path("results", "holes", "data.h5ad"))
    # Of the columns that models were trained on, too.
    chosen = set(tables(twins, "holes", "importance")["feature"])
    columns = np.flatnonzero(np.isin(axis_names(data, "var"), list(chosen)))
    assert np.isnan(read_columns(data, axis_names(data, "obs"), columns)).any()
    assert len(predictions(twins, "holes")) == 4 * 38


def test_nearest_neighbours_are_the_same_in_both_languages(twins):
    columns = ["predicted", "prob_ALL", "prob_AML"]
    python, r = side_by_side(predictions(twins, "holes"), "knn_5", columns)
    assert (python["predicted"] == r["predicted"]).all()
    np.testing.assert_allclose(python[columns[1:]], r[columns[1:]], rtol=0, atol=1e-11)


def test_discriminant_analysis_is_the_same_in_both_languages(twins):
    python, r = side_by_side(predictions(twins, "holes"), "lda_10", ["prob_ALL", "prob_AML"])
    np.testing.assert_allclose(python, r, rtol=0, atol=1e-6)


def test_models_that_take_no_weights_are_refused_by_name(workflow, small):
    small["imbalance"] = "weights"
    small["models"] = {"python": ["logistic_regression", "knn", "lda"], "r": ["ranger", "pls"]}
    run = workflow()
    process = run.compare(small, "--keep-going")
    output = process.stdout + process.stderr
    assert process.returncode != 0 and "Traceback" not in output
    for message in (
        "models.python[1]: 'knn' takes no weights",
        "models.python[2]: 'lda' takes no weights",
        "models.r[1]: caret method 'pls' takes no weights",
    ):
        assert message in output
    assert "models.python[0]" not in output and "models.r[0]" not in output
    assert "Train " not in run.log()


R_FACTS = """
args <- commandArgs(TRUE)
source(file.path(args[1], "use.R"))
use("losses", "models", "grids", "validation")
suppressPackageStartupMessages(library(caret))
models <- caret_models()
presets <- read_spec(readLines(args[2]))
set.seed(1)
x <- matrix(rnorm(100 * 6), 100, dimnames = list(NULL, paste0("g", 1:6)))
y <- factor(rep(c("c1", "c2"), c(75, 25)))
x <- x + .5 * (y == "c2")
new <- matrix(rnorm(200 * 6), 200, dimnames = list(NULL, colnames(x))) + .25
for (name in names(presets)) {
  spec <- c(list(name = name, size = 9), presets[[name]][c("method", "params", "grid")])
  info <- models[[spec$method]]
  attach_packages(info$library)
  param <- candidates(spec, info, x, y)[1, , drop = FALSE]
  rarer <- vapply(c("none", "weights"), function(imbalance) {
    start_generator(1)
    fit <- fit_model(spec, info, x, y, param, imbalance, folds = rep_len(1:5, 100))
    mean(predict_model(info, fit, new, levels(y), levels(y))[[1]]$prob[, 2])
  }, 1)
  refused <- length(model_problems(spec, "classification", "weights", "key", models)) > 0
  cat(jsonlite::toJSON(list(
    name = name, probabilities = all(is.finite(rarer)), refused = refused, rarer = rarer
  ), auto_unbox = TRUE, digits = 12), "\\n")
}
"""


def test_weights_change_a_classifier_of_r_or_are_refused_and_all_give_probabilities(tmp_path):
    presets = PRESETS["r"]["classification"]
    (tmp_path / "presets.json").write_text(json.dumps(presets), encoding="utf-8")
    (tmp_path / "facts.R").write_text(R_FACTS, encoding="utf-8")
    command = ["Rscript", tmp_path / "facts.R", ROOT / "workflow" / "R", tmp_path / "presets.json"]
    process = subprocess.run(command, capture_output=True, text=True, check=True)
    facts = [json.loads(line) for line in process.stdout.splitlines() if line.startswith("{")]
    assert [fact["name"] for fact in facts] == list(presets)
    for fact in facts:
        takes_weights = fact["name"] not in {"null", "pls", "lda", "nearest_centroid", "knn"}
        assert fact["probabilities"], fact
        assert takes_weights is not fact["refused"], fact
        assert takes_weights == (abs(fact["rarer"][1] - fact["rarer"][0]) > 1e-6), fact


R_PERMUTED = """
args <- commandArgs(TRUE)
names <- c(
  "processes", "results"
)
source(file.path(args[1], "use.R"))
use(names)
suppressPackageStartupMessages(library(caret))
spec <- list(name = "knn", method = "knn", params = list(), grid = list(k = c(3, 7)), size = 9)
settings <- job_settings("permuted", "knn", spec, "classification", "brier", seed = 1)
info <- resolve_method(spec, "classification")
for (folder in args[-(1:2)]) {
  batch <- load_batch(
    args[2], file.path(folder, "samples.tsv"), file.path(folder, "splits.csv"),
    file.path(folder, "preprocessing.h5"), "classification", 1, 1, FALSE
  )
  results <- train_batch(batch, settings, info)
  stopifnot(is.null(do.call(rbind, lapply(results, `[[`, "failures"))))
  rows <- do.call(rbind, lapply(results, `[[`, "predictions"))
  write.csv(rows, file.path(folder, "r.csv"), row.names = FALSE)
}
"""


@pytest.fixture(scope="module")
def permuted(tmp_path_factory, leukemia):
    """Folders of 20 studies with leukemia's labels in random order: the workflow's own steps.

    They run in one process per language, since 200 jobs would mostly start programs.
    """
    from make_splits import main as make_splits

    from omc.learn.preprocessing import learn_all

    root = tmp_path_factory.mktemp("permuted")
    values, labels = leukemia
    samples = [f"S{i}" for i in range(len(labels))]
    data = str(root / "data.h5ad")
    features = [f"g{j}" for j in range(values.shape[1])]
    write_h5ad(data, values, samples, features, ["rna"] * len(features))
    random = np.random.default_rng(SEED)
    folders = []
    for i in range(20):
        folder = root / f"p{i:02d}"
        folder.mkdir()
        sheet = {"sample": samples, "outcome": random.permutation(labels), "group": ""}
        sheet = pd.DataFrame({**sheet, "cohort": "development"})
        paths = [str(folder / n) for n in ("samples.tsv", "splits.csv", "preprocessing.h5")]
        sheet.to_csv(paths[0], sep="\t", index=False)
        scheme = {"scheme": "repeated_kfold", "folds": 3, "repeats": 1, "inner_folds": 2}
        make_splits("permuted", paths[0], scheme, "classification", i, paths[1])
        setting = {"max_missing": 0.2, "impute": "median", "scale": "standard", "method": "anova"}
        setting |= {"features": 50, "top_variance": {"rna": 500}}
        learn_all(data, *paths[:2], setting, "classification", paths[2])
        folders.append(folder)
    return data, folders


def covers_chance(values):
    """Whether the 95 % interval of the mean balanced accuracy covers 0.5."""
    half = stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values))
    assert half < 0.1
    return abs(np.mean(values) - 0.5) < half


def balanced_accuracy(truth, given):
    metric = "balanced_accuracy"
    return score(predicted(truth, given, classes=["ALL", "AML"]), [metric])[metric]


def test_nothing_is_learned_from_permuted_labels_in_python(permuted):
    from omc.learn.models import build

    spec = {
        **PRESETS["python"]["classification"]["nearest_centroid"],
        "name": "nearest_centroid",
        "size": 9,
    }
    settings = Settings("permuted", "nearest_centroid", spec, "classification", "brier", "none", 1)
    estimator = build(spec, "classification", "none", "key")
    data_file, folders = permuted
    actual = []
    for folder in folders:
        paths = [str(folder / n) for n in ("samples.tsv", "splits.csv", "preprocessing.h5")]
        data = Data(data_file, *paths, "classification")
        splits = data.batch_splits(1, 1, final=False)
        data.load_batch(splits)
        results = [train_split(data, settings, estimator, split) for split in splits]
        assert not any(result.failures for result in results)
        rows = [row for result in results for row in result.predictions]
        assert len(rows) == 38
        actual.append(balanced_accuracy([r[2] for r in rows], [r[3] for r in rows]))
    assert covers_chance(actual), actual


def test_nothing_is_learned_from_permuted_labels_in_r(permuted, tmp_path):
    data, folders = permuted
    script = tmp_path / "permuted.R"
    script.write_text(R_PERMUTED, encoding="utf-8")
    command = ["Rscript", script, ROOT / "workflow" / "R", data, *folders]
    subprocess.run(command, check=True, env={**os.environ, "TZ": "UTC"})
    result = []
    for folder in folders:
        rows = pd.read_csv(folder / "r.csv", dtype=str)
        assert len(rows) == 38
        result.append(balanced_accuracy(rows["truth"], rows["predicted"]))
    assert covers_chance(result), result
