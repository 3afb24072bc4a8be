"""Training: nested tuning without leakage, failures as rows, any class label."""

import csv
import os
import signal
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import PredefinedSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from omc.core.checksums import sha256_file
from omc.core.csv_files import write_csv
from omc.core.seeds import fit_seed
from omc.core.tables import (
    FAILURES,
    IMPORTANCE,
    INNER_PREDICTIONS,
    PREDICTIONS,
    TIMING,
    TUNING,
)
from omc.data.matrix import read_columns, write_h5ad
from omc.learn import grids, models
from omc.learn.batch import Data
from omc.learn.job import Settings
from omc.learn.preprocessing import apply_fit, learn, write_fits
from omc.learn.processes import NO_LIMITS, train_batch
from omc.learn.results import write_results
from omc.learn.saving import load_model, predict_saved
from omc.learn.splits import make_splits, split_rows
from omc.learn.training import refit_split, train_split

SETTING = {
    "max_missing": 0.2, "impute": "median", "scale": "standard", "method": "anova", "features": 20,
}  # fmt: skip
LABELS = {"ALL": 'type "1", ü', "AML": "AML/x"}


class FailsOn(DummyClassifier):
    """Fails in its fit if `how` has this value."""

    def __init__(self, how="never"):
        super().__init__(strategy="prior")
        self.how = how

    def fit(self, x, y, sample_weight=None):
        if self.how == "error":
            raise ValueError("this model\nalways fails")
        if self.how == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        return super().fit(x, y)


class OnlyLabels(ClassifierMixin, BaseEstimator):
    """Predicts labels only, without probabilities or a decision function."""

    def fit(self, x, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, x):
        return np.zeros(len(x), dtype=int)


@pytest.fixture(scope="module")
def files(leukemia, tmp_path_factory):
    x, labels = leukemia
    return write_study(tmp_path_factory.mktemp("data"), x, [LABELS[label] for label in labels])


def write_study(folder, x, outcome):
    """Paths of the inputs of a job: two outer and three inner folds of x (n, p)."""
    samples = [f"0{i}" for i in range(len(x))]
    paths = [str(folder / n) for n in ("data.h5ad", "samples.tsv", "splits.csv", "p.h5")]
    write_h5ad(paths[0], x, samples, [f"f,{i}" for i in range(x.shape[1])], ["rna"] * x.shape[1])
    sheet = ([s, o, "", "development"] for s, o in zip(samples, outcome, strict=True))
    write_csv(paths[1], ["sample", "outcome", "group", "cohort"], sheet, "\t")
    scheme = {"scheme": "repeated_kfold", "folds": 2, "repeats": 1, "inner_folds": 3}
    splits = make_splits(outcome, outcome, None, "d", scheme, 1)
    header = ["split", "repeat", "fold", "sample", "role", "inner_fold"]
    write_csv(paths[2], header, split_rows(splits, samples))
    layer = [{"columns": np.arange(x.shape[1]), "top_variance": None}]
    fits = {}
    for split in splits:
        for j in range(4):
            rows = split.train[split.inner_fold != j]
            fits[split.name, j] = learn(x[rows], np.array(outcome)[rows], layer, SETTING)
    stamp = {"splits_sha256": sha256_file(paths[2]), "data_sha256": sha256_file(paths[0])}
    write_fits(paths[3], fits, stamp)
    return paths


def run(
    files, tmp_path, spec, imbalance="none", metric="brier", batch=(1, 1), tuned=None,
    limits=NO_LIMITS,
):  # fmt: skip
    spec = {"name": "m", "params": {}, "grid": None, "size": 9, **spec}
    settings = Settings("d", "m", spec, "classification", metric, imbalance, 1)
    settings = replace(settings, inner_predictions=True)
    data = Data(*files, "classification")
    splits = data.batch_splits(*batch, final=batch[0] == batch[1])
    data.load_batch(splits)
    estimator = models.build(spec, "classification", imbalance, "models.python[0]")
    folder = str(tmp_path / "final")
    results = train_batch(data, settings, estimator, splits, limits, tuned, folder)
    names = ("predictions", "inner_predictions", "tuning", "importance", "timing", "failures")
    output = {name: str(tmp_path / f"{name}.csv") for name in names}
    write_results(output, data, settings, results, "the.log", ["sha", "key"], [])
    tables = {}
    for name, path in output.items():
        with open(path, encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            tables[name] = list(reader)
            tables[name + " header"] = reader.fieldnames
    return tables, results, data


def saved_by(tmp_path):
    """The model that `run` has saved."""
    (path,) = map(str, (tmp_path / "final").iterdir())
    return load_model(path, sha256_file(path))


def test_headers_are_the_contract(files, tmp_path):
    tables, _, _ = run(files, tmp_path, {"estimator": "sklearn.dummy.DummyClassifier"})
    classes = sorted(LABELS.values())
    for name, header in (("predictions", PREDICTIONS), ("inner_predictions", INNER_PREDICTIONS)):
        head = [*header, *(f"prob_{c}" for c in classes), "splits_sha256", "key"]
        assert tables[f"{name} header"] == head
    for name, header in {
        "tuning": TUNING, "importance": IMPORTANCE, "timing": TIMING, "failures": FAILURES,
    }.items():  # fmt: skip
        assert tables[f"{name} header"] == header
    assert len(tables["predictions"]) == 38
    assert {r["truth"] for r in tables["predictions"]} == set(classes)
    assert {r["predicted"] for r in tables["predictions"]} == {'type "1", ü'}


def test_tuning_and_prediction_equal_a_plain_loop(files, tmp_path):
    spec = {
        "estimator": "sklearn.ensemble.RandomForestClassifier",
        "params": {"n_estimators": 20},
        "grid": {"max_depth": [1, 3]},
    }
    tables, results, data = run(files, tmp_path, spec)
    from sklearn.ensemble import RandomForestClassifier

    split = "r01f02"
    train, test, inner = data.split_rows(split)
    y = data.outcome
    means, inner_prob = [], {}
    for depth in (1, 3):
        values, inner_prob[depth] = [], np.empty(len(train))
        for j in (1, 2, 3):
            fit = data.fits[split, j]
            seed = fit_seed(1, "d", "python", "m", split, j)
            model = RandomForestClassifier(20, max_depth=depth, random_state=seed)
            x = apply_fit(read_columns(files[0], data.samples, fit.index), fit)
            model.fit(x[train[inner != j]], y[train[inner != j]])
            prob = model.predict_proba(x[train[inner == j]])[:, 1]
            values.append(np.mean((prob - y[train[inner == j]]) ** 2))
            inner_prob[depth][inner == j] = prob
        means.append(np.mean(values))
    result = [float(r["value"]) for r in tables["tuning"] if r["split"] == split]
    np.testing.assert_allclose(np.reshape(result, (3, 2)).mean(axis=0), means, atol=1e-11)
    best = (1, 3)[int(np.argmin(means))]
    fit = data.fits[split, 0]
    seed = fit_seed(1, "d", "python", "m", split, 0)
    x = apply_fit(read_columns(files[0], data.samples, fit.index), fit)
    model = RandomForestClassifier(20, max_depth=best, random_state=seed).fit(x[train], y[train])
    rows = [r for r in tables["predictions"] if r["split"] == split]
    assert [r["sample"] for r in rows] == list(data.samples[test])
    column = f"prob_{data.classes[1]}"
    np.testing.assert_allclose(
        [float(r[column]) for r in rows], model.predict_proba(x[test])[:, 1], atol=1e-11
    )
    assert saved_by(tmp_path)["parameters"] in ({"max_depth": 1}, {"max_depth": 3})
    by_sample = {r["sample"]: r for r in tables["inner_predictions"] if r["split"] == split}
    rows = [by_sample[sample] for sample in data.samples[train]]
    assert [int(r["inner_fold"]) for r in rows] == list(inner)
    np.testing.assert_allclose([float(r[column]) for r in rows], inner_prob[best], atol=1e-11)
    # If other jobs have tuned, the chosen candidate is fitted again, and alone.
    tuned = {name: [[*row, ""] for row in result.tuning] for name, result in results.items()}
    again = run(files, tmp_path, spec, tuned=tuned)[0]["inner_predictions"]
    assert again == tables["inner_predictions"]


SINGLE = [
    {"estimator": "sklearn.ensemble.ExtraTreesClassifier", "params": {"n_estimators": 5}},
    {"estimator": "sklearn.svm.SVC"},
    {"estimator": f"{__name__}.OnlyLabels"},
]


@pytest.mark.parametrize("spec", SINGLE)
def test_a_model_without_a_choice_predicts_each_training_sample_once(files, tmp_path, spec):
    tables, _, data = run(files, tmp_path, spec)
    assert tables["tuning"] == tables["failures"] == []
    for split in ("r01f01", "r01f02", "final"):
        train, _, inner = data.split_rows(split)
        rows = [r for r in tables["inner_predictions"] if r["split"] == split]
        order = np.argsort(inner, kind="stable")
        assert [r["sample"] for r in rows] == list(data.samples[train[order]])
        assert [int(r["inner_fold"]) for r in rows] == sorted(inner)
    assert {r["stage"] for r in tables["timing"]} == {"tune", "fit", "predict"}
    assert len(tables["timing"]) == 9


class CountsFits(SVC):
    """Counts its fits."""

    fits = 0

    def fit(self, x, y, sample_weight=None):
        CountsFits.fits += 1
        return super().fit(x, y, sample_weight)


def test_calibration_and_inner_predictions_share_their_fits(files):
    data = Data(*files, "classification")
    data.load_batch(["r01f01"])
    spec = {"name": "m", "params": {}, "grid": None, "size": 9}
    settings = Settings("d", "m", spec, "classification", "brier", "none", 1)
    settings = replace(settings, inner_predictions=True)
    result = train_split(data, settings, CountsFits(), "r01f01")
    assert CountsFits.fits == 1 + 3
    # The sigmoid of a fold has not seen its samples.
    train, _, inner = data.split_rows("r01f01")
    y, decision = data.outcome[train], refit_split(data, settings, SVC(), "r01f01", {})[1]
    sigmoid = models.fit_sigmoid(y[inner != 2], decision[inner != 2], "none")
    expected = sigmoid.predict_proba(decision[inner == 2])[:, 1]
    prob = [float(row[-1]) for row in result.inner_predictions if row[0] == 2]
    np.testing.assert_allclose(prob, expected, atol=1e-11)


def test_copies_of_a_sample_are_one_inner_prediction(files):
    data = Data(*files, "classification")
    data.load_batch(["r01f01"])
    rows, inner = data.splits["r01f01"]
    times = np.arange(len(rows)) % 3 + 1
    data.splits["r01f01"] = np.repeat(rows, times), np.repeat(inner, times)
    spec = {"name": "m", "params": {}, "grid": {"max_depth": [1, 2]}, "size": 9}
    settings = Settings("d", "m", spec, "classification", "brier", "none", 1)
    settings = replace(settings, inner_predictions=True)
    result = train_split(data, settings, DecisionTreeClassifier(), "r01f01")
    samples = [row[1] for row in result.inner_predictions]
    assert sorted(samples) == sorted(data.samples[rows[inner > 0]])


class FailsOnFewSamples(DummyClassifier):
    """Fails with fewer samples than the training set of a split has."""

    def fit(self, x, y, sample_weight=None):
        if len(y) < 19:
            raise ValueError(f"{len(y)} samples")
        return super().fit(x, y)


def test_a_failing_inner_prediction_costs_nothing_else(files, tmp_path):
    spec = {"estimator": f"{__name__}.FailsOnFewSamples"}
    tables, results, _ = run(files, tmp_path, spec)
    assert len(tables["predictions"]) == 38 and saved_by(tmp_path)
    assert {r["split"] for r in tables["inner_predictions"]} == {"final"}
    assert [(r["split"], r["stage"]) for r in tables["failures"]] == [
        ("r01f01", "tune"), ("r01f02", "tune"),
    ]  # fmt: skip
    assert tables["failures"][0]["message"] == "no inner predictions: ValueError: 12 samples"


def test_batches_give_the_same_rows(files, tmp_path):
    spec = {"estimator": "sklearn.ensemble.ExtraTreesClassifier", "params": {"n_estimators": 5}}
    complete = run(files, tmp_path, spec)[0]["predictions"]
    parts = [run(files, tmp_path, spec, batch=(i, 2))[0]["predictions"] for i in (1, 2)]
    assert complete == parts[0] + parts[1]


@pytest.mark.parametrize(
    ("how", "expected"), [("error", "ValueError: this model always fails"), ("killed", "SIGKILL")]
)
def test_a_failing_split_is_a_row(files, tmp_path, how, expected):
    spec = {"estimator": f"{__name__}.FailsOn", "params": {"how": how}}
    tables, _, _ = run(files, tmp_path, spec)
    assert [r["split"] for r in tables["failures"]] == ["r01f01", "r01f02", "final"]
    assert {(r["dataset"], r["language"], r["model"], r["stage"]) for r in tables["failures"]} == {
        ("d", "python", "m", "fit")
    }
    assert all(expected in r["message"] and r["log"] == "the.log" for r in tables["failures"])
    assert tables["predictions"] == []


class DiesOnce(ExtraTreesClassifier):
    """Kills its process at the first fit of all."""

    def fit(self, x, y, sample_weight=None):
        with suppress(FileNotFoundError):
            os.remove(os.environ["DIES_ONCE"])
            os.kill(os.getpid(), signal.SIGKILL)
        return super().fit(x, y, sample_weight)


def test_a_killed_process_costs_only_one_split(files, tmp_path, monkeypatch):
    monkeypatch.setenv("DIES_ONCE", str(tmp_path / "dies"))
    spec = {"estimator": f"{__name__}.DiesOnce", "params": {"n_estimators": 5}}
    expected = run(files, tmp_path, spec)[0]["predictions"]
    (tmp_path / "dies").touch()
    tables, _, _ = run(files, tmp_path, spec)
    assert [row["split"] for row in tables["failures"]] == ["r01f01"]
    assert tables["predictions"] == [row for row in expected if row["split"] != "r01f01"]
    assert len(expected) == 38 and saved_by(tmp_path)


def test_a_failing_candidate_is_left_out_and_told(files, tmp_path):
    spec = {"estimator": f"{__name__}.FailsOn", "grid": {"how": ["error", "never"]}}
    tables, _, _ = run(files, tmp_path, spec)
    assert len(tables["predictions"]) == 38
    assert {r["stage"] for r in tables["failures"]} == {"tune"}
    assert 'candidate 1 {"how": "error"}, left out' in tables["failures"][0]["message"]
    assert {r["value"] for r in tables["tuning"] if r["candidate"] == "1"} == {""}


def test_all_candidates_failing_loses_the_split_with_the_first_error(files, tmp_path):
    spec = {"estimator": f"{__name__}.FailsOn", "grid": {"how": ["error", "error"]}}
    tables, _, _ = run(files, tmp_path, spec)
    assert tables["predictions"] == []
    first = [r for r in tables["failures"] if r["split"] == "r01f01"]
    assert any(
        "no candidate is left: ValueError: this model always fails" in r["message"] for r in first
    )


def test_a_model_without_probabilities(files, tmp_path):
    tables, _, _ = run(files, tmp_path, {"estimator": f"{__name__}.OnlyLabels"})
    assert {r["prob_AML/x"] for r in tables["predictions"]} == {""}


@pytest.mark.parametrize("estimator", [SVC(), RidgeClassifier()])
def test_calibration_is_that_of_a_whole_pipeline(files, tmp_path, estimator):
    """Each inner fold is calibrated with a model whose features were selected without it."""
    dotted = f"{type(estimator).__module__}.{type(estimator).__name__}"
    tables, _, data = run(files, tmp_path, {"estimator": dotted})
    x = read_columns(files[0], data.samples, np.arange(3051))
    pipeline = make_pipeline(SelectKBest(k=20), StandardScaler(), estimator)
    expected = []
    for split in ("r01f01", "r01f02"):
        train, test, inner = data.split_rows(split)
        model = CalibratedClassifierCV(pipeline, cv=PredefinedSplit(inner), ensemble=False)
        expected += list(model.fit(x[train], data.outcome[train]).predict_proba(x[test])[:, 1])
    result = [float(r[f"prob_{data.classes[1]}"]) for r in tables["predictions"]]
    np.testing.assert_allclose(result, expected, atol=1e-9)
    labels = [data.classes[int(p > 0.5)] for p in expected]
    assert [r["predicted"] for r in tables["predictions"]] == labels
    kind = "coefficient" if hasattr(estimator, "alpha") else ""
    assert {r["kind"] for r in tables["importance"]} == {kind}


@pytest.mark.parametrize("classes", [2, 3])
def test_with_nothing_to_learn_probabilities_are_those_of_chance(tmp_path, classes):
    x = np.random.default_rng(classes).normal(size=(90, 1000))
    paths = write_study(tmp_path, x, [f"c{i % classes}" for i in range(90)])
    spec = {"estimator": "sklearn.svm.SVC", "params": {"kernel": "linear"}}
    tables, results, data = run(paths, tmp_path, spec, imbalance="weights")
    rows = tables["predictions"]
    prob = np.array([[float(r[f"prob_{c}"]) for c in data.classes] for r in rows])
    np.testing.assert_allclose(prob.sum(axis=1), 1)
    truth = np.array([[r["truth"] == c for c in data.classes] for r in rows])
    chance = 1 - 1 / classes
    assert abs(np.sum((prob - truth) ** 2) / len(rows) - chance) < 0.05
    saved, fit = saved_by(tmp_path), data.fits["final", 0]
    values = x[:, fit.index]
    settings = Settings("d", "m", {"name": "m"}, "classification", "brier", "weights", 1)
    expected = refit_split(data, settings, SVC(kernel="linear"), "final", {})[0]
    np.testing.assert_array_equal(
        predict_saved(saved, values, saved["features"])[1],
        expected.predict_proba(apply_fit(values, fit)),
    )


def test_no_calibration_where_an_inner_fold_has_all_samples_of_a_class(files):
    data = Data(*files, "classification")
    data.load_batch(["r01f01"])
    rows, inner = data.splits["r01f01"]
    train = inner > 0
    settings = Settings("d", "m", {}, "classification", "brier", "none", 1)
    model, decision = refit_split(data, settings, SVC(), "r01f01", {})
    assert hasattr(model, "predict_proba") and len(decision) == train.sum()
    # One inner fold is of all samples of a class.
    fold_of_class = np.where(data.truth[rows] == LABELS["AML"], 1, 2)
    data.splits["r01f01"] = rows, np.where(train, fold_of_class, 0)
    model, decision = refit_split(data, settings, SVC(), "r01f01", {})
    assert not hasattr(model, "predict_proba") and decision is None


@pytest.mark.parametrize(
    "spec",
    [
        {"estimator": "sklearn.svm.SVC", "grid": {"C": [0.1, 1]}},
        {"estimator": "sklearn.svm.SVC"},
        {
            "estimator": "xgboost.XGBClassifier",
            "params": {"n_estimators": 5},
            "grid": {"max_depth": [1, 2]},
        },
    ],
)
@pytest.mark.parametrize("imbalance", ["none", "weights"])
@pytest.mark.parametrize(("folds", "lacks"), [([1], False), ([1, 2], False), ([], True)])
def test_a_class_that_is_in_few_inner_folds_or_only_tested(tmp_path, spec, imbalance, folds, lacks):
    """Training samples may lack the second of three classes."""
    x = np.random.default_rng(1).normal(size=(60, 30))
    data = Data(*write_study(tmp_path, x, [f"c{i % 3}" for i in range(60)]), "classification")
    data.load_batch(["r01f01"])
    rows, inner = data.splits["r01f01"]
    rare = np.flatnonzero((data.truth[rows] == "c1") & (inner > 0))
    inner[rare] = np.resize(folds or [0], len(rare))
    spec = {"name": "m", "params": {}, "grid": None, "size": 9, **spec}
    settings = Settings("d", "m", spec, "classification", "brier", imbalance, 1)
    settings = replace(settings, inner_predictions=True)
    estimator = models.build(spec, "classification", imbalance, "models.python[0]")
    result = train_split(data, settings, estimator, "r01f01")
    assert result.failures == [] and len(result.predictions) == np.count_nonzero(inner == 0)
    assert len(result.inner_predictions) == np.count_nonzero(inner)
    assert len(result.tuning) == (6 if spec["grid"] else 0)
    prob = [row[-3:] for row in result.predictions]
    if folds == [1] and "SVC" in spec["estimator"]:
        assert {*map(tuple, prob)} == {("", "", "")}
    else:
        assert {float(row[1]) == 0 for row in prob} == {lacks}
        assert all(abs(sum(map(float, row)) - 1) < 1e-6 for row in prob)


def test_weights(files, tmp_path):
    spec = {"estimator": "sklearn.naive_bayes.GaussianNB"}
    plain = run(files, tmp_path, spec)[0]["predictions"]
    weighted = run(files, tmp_path, spec, imbalance="weights")[0]["predictions"]
    assert plain != weighted


def test_a_larger_grid_is_sampled_with_its_seed():
    spec = {"grid": {"a": list(range(10)), "b": list(range(10))}, "size": 7}
    drawn = grids.candidates(spec, 5)
    assert len(drawn) == 7 and drawn == grids.candidates(spec, 5)
    in_order = [c for c in grids.ParameterGrid(spec["grid"]) if c in drawn]
    assert drawn == in_order
    assert drawn != grids.candidates(spec, 6)


def test_a_grid_that_is_too_large_to_list_is_sampled():
    grid = {name: list(range(20)) for name in "hgfedcba"}
    drawn = grids.candidates({"grid": grid, "size": 9}, 5, 30, 30)
    assert len(drawn) == 9 and all(list(candidate) == list("abcdefgh") for candidate in drawn)
    assert all(0 <= value < 20 for candidate in drawn for value in candidate.values())


def test_seeds_are_the_twin_of_r():
    assert fit_seed(2022, "leukemia", "r", "glmnet", "r01f01", 0) == 231949959
