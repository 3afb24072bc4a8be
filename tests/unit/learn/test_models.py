"""Presets and estimators: the code does what the tables say."""

import json
import warnings

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from omc.core.errors import UserError
from omc.learn import grids, models
from omc.study.jobs import COSTS
from omc.study.models import read_presets, resolve_models
from omc.study.schema import complete
from tests.conftest import ROOT

TABLES = read_presets()
CLASSIFIERS = list(TABLES["python"]["classification"])
REGRESSORS = list(TABLES["python"]["regression"])
# The presets in config/README.md.
CALIBRATED = {"ridge", "svm_linear", "svm_rbf"}
WITHOUT_WEIGHTS = {"knn", "lda", "nearest_centroid"}


def resolved(name, task="classification", **entry):
    """The specification of a line of the configuration; forests with few trees."""
    if name in ("random_forest", "extra_trees", "xgboost", "lightgbm"):
        entry = {"params": {"n_estimators": 20}, **entry}
    config = {
        "datasets": {
            "d": {
                "layers": {"l": {"table": "t.tsv"}},
                "samples": "s.tsv",
                "outcome": {"column": "o", "task": task},
            }
        },
        "models": {"python": [{"name": name, **entry}]},
    }
    schema = ROOT / "workflow" / "schemas" / "config.schema.yaml"
    config = complete(config, str(schema))
    # In JSON, as the training job gets it.
    return json.loads(resolve_models(config, task, TABLES)[0].spec_text)


def build(name, task="classification", imbalance="none", **entry):
    return models.build(resolved(name, task, **entry), task, imbalance, "models.python[0]")


@pytest.fixture(scope="module")
def study():
    """(x, y, inner folds): 36 samples with 20 features, two overlapping classes of unequal size."""
    random = np.random.default_rng(3)
    y = np.repeat([0, 1], [26, 10])
    x = random.normal(size=(36, 20)) + 0.5 * y[:, None]
    return x, y, list(StratifiedKFold(3, shuffle=True, random_state=1).split(x, y))


def fitted(estimator, spec, study, imbalance="none", classes=2, folds=None):
    x, y, own = study
    candidate = grids.candidates(spec, 1, 24, 20)[0]
    return models.fit_model(estimator, candidate, x, y, classes, folds or own, 1, imbalance)


@pytest.mark.parametrize("language", TABLES)
@pytest.mark.parametrize("task", ["classification", "regression"])
def test_the_tables_are_complete(language, task):
    kind = "estimator" if language == "python" else "method"
    for name, preset in TABLES[language][task].items():
        needed = {kind, "params", "cost"}
        assert needed <= set(preset) <= needed | {"grid", "baseline"}, name
        assert preset["cost"] in COSTS, name
        size = np.prod([len(values) for values in (preset.get("grid") or {}).values()])
        assert size <= 9, name
    baselines = [n for n, preset in TABLES[language][task].items() if preset.get("baseline")]
    assert baselines == ["dummy" if language == "python" else "null"]


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_every_classifier_gives_probabilities_its_own_or_calibrated_ones(name, study):
    model = fitted(build(name), resolved(name), study)
    assert models.predict_model(model, study[0], 2)[1] is not None
    assert isinstance(model, CalibratedClassifierCV) == (name in CALIBRATED)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_weights_change_a_classifier_or_are_refused(name, study):
    if name in WITHOUT_WEIGHTS:
        with pytest.raises(UserError, match=rf"models.python\[0\]: '{name}' takes no weights"):
            build(name, imbalance="weights")
        return
    estimator = build(name, imbalance="weights")
    x = np.random.default_rng(4).normal(size=(200, 20)) + 0.25
    prob = [
        models.predict_model(fitted(estimator, resolved(name), study, how), x, 2)[1][:, 1]
        for how in ("none", "weights")
    ]
    assert not np.allclose(*prob)
    # The rarer class gains, except in trees that grow until their leaves are pure.
    if name not in ("random_forest", "extra_trees"):
        assert prob[1].mean() > prob[0].mean() + 0.02


def test_weights_concern_classes_only():
    build("knn", "regression", "weights")


@pytest.mark.parametrize("name", CLASSIFIERS)
@pytest.mark.parametrize("inner", [(24, 20), (6, 2)])
def test_every_candidate_of_a_classifier_fits(name, inner, study):
    check_candidates(name, "classification", inner, study[0], study[1])


@pytest.mark.parametrize("name", REGRESSORS)
@pytest.mark.parametrize("inner", [(24, 20), (6, 2)])
def test_every_candidate_of_a_regressor_fits(name, inner, study):
    x = study[0]
    # An outcome far from 0 and 1.
    check_candidates(name, "regression", inner, x, 1000 + 100 * x[:, 0])


def check_candidates(name, task, inner, x, y):
    rows, columns = inner
    x, y, folds, classes = x[-rows:, :columns], y[-rows:], [], 0
    if task == "classification":
        # The study ends with ten samples of its second class.
        y, classes = np.where(np.arange(rows) < 3, 0, y), 2
        folds = list(StratifiedKFold(2).split(x, y))
    spec, estimator = resolved(name, task), build(name, task)
    for candidate in grids.candidates(spec, 1, rows, columns):
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)
            warnings.simplefilter("error", DeprecationWarning)
            fits = [
                models.fit_model(estimator, candidate, x, y, classes, folds, 5, "none")
                for _ in "ab"
            ]
        predicted, prob = zip(*(models.predict_model(fit, x, classes) for fit in fits), strict=True)
        values = predicted if task == "regression" else prob
        assert np.all(np.isfinite(values[0])) and np.array_equal(*values), candidate


def test_candidates_are_lowered_to_what_the_smallest_fit_can_do():
    def capped(grid, rows, columns):
        return grids.candidates({"grid": grid, "size": 9}, 1, rows, columns)

    neighbours = {"n_neighbors": [9, 7, 5, 3]}
    assert capped(neighbours, 6, 50) == [{"n_neighbors": k} for k in (6, 5, 3)]
    assert capped(neighbours, 9, 50) == [{"n_neighbors": k} for k in (9, 7, 5, 3)]
    components = {"regressor__n_components": [1, 2, 8, 10]}
    assert [c["regressor__n_components"] for c in capped(components, 9, 20)] == [1, 2, 8]
    assert [c["regressor__n_components"] for c in capped(components, 20, 5)] == [1, 2, 5]
    # 1.0 is a share of the columns, 1 a number of columns.
    features = {"max_features": ["sqrt", 1, 1.0, 40, None]}
    result = [c["max_features"] for c in capped(features, 20, 5)]
    assert [repr(v) for v in result] == ["'sqrt'", "1", "1.0", "5", "None"]


def test_without_two_folds_there_is_no_calibration(study):
    spec, estimator = resolved("svm_rbf"), build("svm_rbf")
    model = fitted(estimator, spec, study, folds=study[2][:1])
    predicted, prob = models.predict_model(model, study[0], 2)
    assert prob is None and set(predicted) <= {0, 1}


@pytest.mark.parametrize("name", sorted(CALIBRATED))
@pytest.mark.parametrize("imbalance", ["none", "weights"])
def test_without_a_class_in_every_fold_there_is_no_calibration(name, imbalance, study):
    x, y, _ = study
    # One fold has all samples of the second class.
    fold = np.where(y == 1, 2, np.arange(len(y)) % 2)
    folds = [(np.flatnonzero(fold != j), np.flatnonzero(fold == j)) for j in range(3)]
    estimator, spec = build(name, imbalance=imbalance), resolved(name)
    (predicted, prob), (expected, _) = (
        models.predict_model(fitted(estimator, spec, study, imbalance, folds=some), x, 2)
        for some in (folds, folds[:1])
    )
    assert prob is None and np.array_equal(predicted, expected)


class Strict(ClassifierMixin, BaseEstimator):
    """Refuses classes with gaps, as XGBoost does; predicts labels only."""

    def fit(self, x, y, sample_weight=None):
        if not np.array_equal(np.unique(y), np.arange(y.max() + 1)):
            raise ValueError(f"Invalid classes inferred: {np.unique(y)}")
        self.model_ = LogisticRegression().fit(x, y, sample_weight)
        return self

    def predict(self, x):
        return self.model_.predict(x)


class StrictDecision(Strict):
    """Has decision values too, and so can be calibrated."""

    def fit(self, x, y, sample_weight=None):
        super().fit(x, y, sample_weight)
        self.classes_ = self.model_.classes_
        return self

    def decision_function(self, x):
        return self.model_.decision_function(x)


@pytest.mark.parametrize("imbalance", ["none", "weights"])
@pytest.mark.parametrize("present", [(0, 2), (1, 2), (0, 1), (1, 4)])
@pytest.mark.parametrize("name", [*CLASSIFIERS, "Strict", "StrictDecision"])
def test_a_class_that_the_training_samples_lack_changes_nothing_else(
    name, present, imbalance, study
):
    entry = {} if name in CLASSIFIERS else {"estimator": f"{__name__}.{name}"}
    if name in WITHOUT_WEIGHTS:
        imbalance = "none"
    x, y, folds = study
    spec, estimator = resolved(name, **entry), build(name, imbalance=imbalance, **entry)
    plain = fitted(estimator, spec, study, imbalance)
    model = fitted(estimator, spec, (x, np.array(present)[y], folds), imbalance, classes=5)
    predicted, prob = models.predict_model(model, x, 5)
    expected, expected_prob = models.predict_model(plain, x, 2)
    assert np.array_equal(predicted, np.array(present)[expected])
    assert (prob is None) == (expected_prob is None) == (name == "Strict")
    if prob is not None:
        assert np.array_equal(prob[:, list(present)], expected_prob)
        assert not np.delete(prob, present, axis=1).any()


@pytest.mark.parametrize(("imbalance", "share"), [("none", 10 / 36), ("weights", 0.5)])
def test_a_sigmoid_that_would_fall_keeps_the_order(study, imbalance, share):
    x, y, _ = study
    model = models.fit_model(build("svm_linear"), {"C": 0.01}, x, y, 2, [], 1, "none")
    value = model.decision_function(x)
    for decision, least in ((value, 0.2), (-value, 0)):
        calibrated = models.calibrate(model, x, y, decision[:, None], imbalance)
        prob = models.predict_model(calibrated, x, 2)[1][:, 1]
        assert np.array_equal(np.argsort(prob), np.argsort(value))
        assert np.ptp(prob) > least
    np.testing.assert_allclose(prob, share, atol=1e-3)


def test_an_estimator_inside_an_estimator():
    params = {
        "estimator": {"estimator": "sklearn.tree.DecisionTreeClassifier", "params": {"n_jobs": 2}}
    }
    entry = {"estimator": "sklearn.ensemble.BaggingClassifier", "params": params}
    with pytest.raises(UserError, match=r"models.python\[0\].params.estimator.params: .*n_jobs"):
        build("bagging", **entry)
    params["estimator"] = {"estimator": "sklearn.ensemble.RandomForestClassifier"}
    params["estimator"]["params"] = {"n_jobs": 2, "n_estimators": 3}
    params["estimator__max_depth"] = 2
    estimator = build("bagging", **entry)
    assert estimator.get_params()["estimator__n_jobs"] == 1
    assert estimator.estimator.max_depth == 2
    x, y = np.random.default_rng(1).normal(size=(30, 4)), np.arange(30) % 2
    prob = [
        models.predict_model(models.fit_model(estimator, {}, x, y, 2, [], seed, "none"), x, 2)[1]
        for seed in (1, 1, 2)
    ]
    assert np.array_equal(prob[0], prob[1]) and not np.array_equal(prob[0], prob[2])
    params["estimator__max_depht"] = 2
    with pytest.raises(UserError, match="max_depht"):
        build("bagging", **entry)


@pytest.mark.parametrize(
    ("estimator", "params", "key"),
    [
        ("sklearn.ensemble.BaggingClassifier", {"estimator__C": 3}, ".params: 'estimator__C'"),
        (
            "sklearn.ensemble.BaggingClassifier",
            {"estimator": {"estimator": 3}},
            ".params.estimator",
        ),
        (
            "sklearn.ensemble.BaggingClassifier",
            {"estimator": {"estimator": "sklearn.svm.SVC", "params": [1]}},
            ".params.estimator.params",
        ),
        ("..svm.SVC", {}, ""),
    ],
)
def test_what_cannot_be_built_is_a_sentence(estimator, params, key):
    with pytest.raises(UserError) as error:
        build("a", estimator=estimator, params=params)
    assert str(error.value).startswith(f"models.python[0]{key}")


def test_a_setting_of_the_user_takes_the_place_of_the_presets():
    assert resolved("knn", params={"n_neighbors": 3})["grid"] == {"n_neighbors": [3]}
    spec = resolved("svr_rbf", "regression", params={"regressor__C": 2, "regressor__epsilon": 0.5})
    assert spec["grid"] == {"regressor__C": [2]}
    estimator = models.build(spec, "regression", "none", "key")
    assert estimator.regressor.epsilon == 0.5


def test_predictions_of_a_regression_follow_the_outcomes_scale(study):
    x = study[0]
    y = x[:, 0] - x[:, 1]
    for name in ("elastic_net", "svr_linear", "svr_rbf"):
        spec, estimator = resolved(name, "regression"), build(name, "regression")
        candidate = grids.candidates(spec, 1)[-1]
        predicted = [
            models.predict_model(
                models.fit_model(estimator, candidate, x, z, 0, [], 1, "none"), x, 0
            )[0]
            for z in (y, 1000 + 50 * y)
        ]
        np.testing.assert_allclose(predicted[1], 1000 + 50 * predicted[0], rtol=1e-4)


@pytest.mark.parametrize("name", REGRESSORS + CLASSIFIERS)
def test_importance_has_a_number_for_each_column(name, study):
    task = "regression" if name in REGRESSORS else "classification"
    x, y, _ = study
    outcome, classes = (x[:, 0], 0) if task == "regression" else (y, 2)
    candidate = grids.candidates(resolved(name, task), 1)[-1]
    model = models.fit_model(build(name, task), candidate, x, outcome, classes, [], 1, "none")
    value, kind = models.own_importance(model, 20)
    linear = {"elastic_net", "ridge", "svr_linear", "svm_linear", "pls", "lda"}
    expected = "coefficient" if name in linear | {"logistic_regression"} else ""
    if name in ("random_forest", "extra_trees", "xgboost", "lightgbm"):
        expected = "impurity"
    assert kind == expected
    assert value is None if kind == "" else value.shape == (20,) and (value >= 0).all()


def test_boosting_learns_from_what_many_features_share():
    """24 samples are too few for a leaf of scikit-learn's own 20."""
    rng = np.random.default_rng(2)
    y = np.arange(48) % 2
    x = rng.normal(size=(48, 200))
    x[:, :100] += 0.6 * y[:, None]
    spec = resolved("gradient_boosting")
    model = models.fit_model(
        build("gradient_boosting"), {"max_depth": 1, "max_iter": 100}, x[:24], y[:24], 2, [], 1,
        "none",
    )  # fmt: skip
    prob = models.predict_model(model, x[24:], 2)[1][:, 1]
    plain = HistGradientBoostingClassifier().fit(x[:24], y[:24]).predict_proba(x[24:])[:, 1]
    assert roc_auc_score(y[24:], prob) > 0.85 > 0.6 > roc_auc_score(y[24:], plain)
    assert spec["grid"] == {"max_depth": [1, 3], "max_iter": [50, 100, 200]}
