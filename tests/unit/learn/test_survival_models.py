"""Survival models: the numbers of others, risks and probabilities, folds with events."""

import numpy as np
import pandas as pd
import pytest
from sksurv.ensemble import ComponentwiseGradientBoostingSurvivalAnalysis
from sksurv.metrics import concordance_index_censored, integrated_brier_score
from sksurv.svm import FastSurvivalSVM

from omc.core.checksums import sha256_file
from omc.core.errors import UserError
from omc.core.survival import outcomes, written
from omc.learn import grids
from omc.learn.cox import score_statistics
from omc.learn.estimators.survival import CoxElasticNet, KaplanMeier
from omc.learn.losses import tuning_value
from omc.learn.models import build, fit_model, predict_model
from omc.learn.saving import load_model, predict_saved, save_model
from omc.learn.splits import samples_of, splits_of
from omc.study.models import read_presets

HORIZONS = [1825.0, 3650.0]
PRESETS = read_presets()["python"]["survival"]


@pytest.fixture(scope="module")
def patients(root):
    """(x, y): 198 patients, 76 standardised genes, 51 metastases."""
    folder = root / "resources" / "breast_cancer"
    x = pd.read_csv(folder / "expression.tsv.gz", sep="\t", index_col=0).T
    sheet = pd.read_csv(folder / "samples.tsv", sep="\t", dtype=str).set_index("sample")
    events = sheet["metastasis"] == "1"
    y = outcomes([written(*row) for row in zip(sheet["days"], events, strict=True)])
    return ((x - x.mean()) / x.std(ddof=0)).loc[sheet.index].to_numpy(), y


def test_the_score_statistics_are_those_of_r(patients):
    # survival: coxph(Surv(days, metastasis) ~ gene, ties = "breslow")$score of the first genes
    x, y = patients
    np.testing.assert_allclose(
        score_statistics(x, y)[:3], [0.47342148, 1.99569052, 4.03282533], rtol=1e-6
    )


def test_ties_and_constant_features_have_a_score_statistic():
    # survival: the same with these numbers
    y = outcomes(["1", "2", "2", "2+", "3", "4+", "4"])
    x = np.column_stack([[3, 1, 4, 1, 5, 9, 2], np.ones(7)])
    found = score_statistics(x.astype(float), y)
    np.testing.assert_allclose(found[0], 1.05423265, rtol=1e-6)
    assert found[1] == -np.inf


def test_an_unpenalised_column_has_the_coefficient_of_a_plain_cox_regression(patients):
    x, y = patients
    alone = CoxElasticNet(unpenalised=[0, 1]).fit(x[:, :2], y).coef_
    # A penalty that lets no other column in.
    beside = CoxElasticNet(alpha=5, l1_ratio=1, unpenalised=[0, 1]).fit(x[:, :20], y).coef_
    np.testing.assert_allclose(beside[:2], alone, rtol=1e-3)
    assert not beside[2:].any() and np.abs(alone).min() > 0.01


def fitted(name, patients, **params):
    preset = PRESETS[name]
    spec = {
        "name": name, "estimator": preset["estimator"], "grid": preset.get("grid", {}), "size": 9,
        "params": {**preset["params"], **params},
    }  # fmt: skip
    estimator = build(spec, "survival", "none", "models.python[0]")
    candidate = grids.candidates(spec, 1)[-1]
    x, y = patients
    return fit_model(estimator, candidate, x[:, :10], y, 0, [], 1, "none")


@pytest.mark.parametrize("name", [name for name in PRESETS if name != "dummy"])
def test_every_preset_gives_early_events_higher_risks(name, patients):
    few = {"n_estimators": 30} if name == "random_forest" else {}
    model = fitted(name, patients, **few)
    x, y = patients
    risk, survival = predict_model(model, x[:, :10], 0, HORIZONS)
    assert tuning_value("concordance", y, risk, survival) > 0.6
    if name == "svm_linear":
        assert survival is None
        return
    assert ((survival[:, 0] >= survival[:, 1]) & (survival[:, 1] > 0)).all()
    assert np.corrcoef(risk, survival[:, 1])[0, 1] < -0.5


def test_a_predicted_time_becomes_a_risk(patients):
    x, y = patients
    model = ComponentwiseGradientBoostingSurvivalAnalysis(loss="ipcwls", random_state=0)
    risk, survival = predict_model(model.fit(x, y), x, 0, HORIZONS)
    assert survival is None and tuning_value("concordance", y, risk, None) > 0.6
    regression = FastSurvivalSVM(rank_ratio=0.0, random_state=0).fit(x[:, :10], y)
    risk, _ = predict_model(regression, x[:, :10], 0, HORIZONS)
    assert tuning_value("concordance", y, risk, None) > 0.55


def test_the_baseline_is_the_kaplan_meier_estimate(patients):
    x, y = patients
    risk, survival = predict_model(KaplanMeier().fit(x, y), x[:3], 0, [0.5, *HORIZONS])
    assert not risk.any()
    # survival: summary(survfit(Surv(days, metastasis) ~ 1), times = c(1825, 3650))$surv
    np.testing.assert_allclose(survival, [[1, 0.821198189, 0.786733069]] * 3, rtol=1e-6)


def test_the_losses_are_those_of_scikit_survival(patients):
    x, y = patients
    model = CoxElasticNet(alpha=0.05).fit(x[:150], y[:150])
    horizons = np.linspace(500, 4000, 30)
    risk, survival = predict_model(model, x[150:], 0, horizons)
    expected = concordance_index_censored(y["event"][150:], y["time"][150:], risk)[0]
    assert tuning_value("concordance", y[150:], risk, survival) == pytest.approx(expected)
    expected = integrated_brier_score(y[:150], y[150:], survival, horizons)
    found = tuning_value("integrated_brier", y[150:], risk, survival, y[:150], horizons)
    assert found == pytest.approx(expected)


def test_a_fold_in_which_nobody_can_be_compared_says_nothing():
    y = outcomes(["1+", "2+", "3"])
    assert tuning_value("concordance", y, np.array([3.0, 2, 1]), None) == 0.5
    with pytest.raises(UserError, match="no survival probabilities: set tuning.metric.survival"):
        tuning_value("integrated_brier", y, np.zeros(3), None, y, [1.5])


@pytest.mark.parametrize(
    ("estimator", "kind"),
    [("sklearn.svm.SVC", "classifier"), ("sklearn.linear_model.Ridge", "regressor")],
)
def test_models_of_other_tasks_are_refused(estimator, kind):
    spec = {"name": "m", "estimator": estimator, "params": {}, "grid": {}, "size": 9}
    with pytest.raises(UserError, match=f"is a {kind}, and the task is survival"):
        build(spec, "survival", "none", "models.python[0]")


class Wrong(KaplanMeier):
    """Survival probabilities above 1."""

    def predict_survival_function(self, x):
        functions = super().predict_survival_function(x)
        functions[0].y = functions[0].y * 2
        return functions


def test_probabilities_that_are_none_are_refused(patients):
    x, y = patients
    with pytest.raises(UserError, match="survival probabilities go from .* not from 0 to 1"):
        predict_model(Wrong().fit(x, y), x[:2], 0, HORIZONS)


@pytest.mark.parametrize("name", ["cox_elastic_net", "random_forest"])
def test_a_saved_model_predicts_the_same(name, patients, tmp_path):
    few = {"n_estimators": 5} if name == "random_forest" else {}
    model = fitted(name, patients, **few)
    x, _ = patients
    names = [f"g{i}" for i in range(10)]
    zeros, ones = np.zeros(10), np.ones(10)
    save_model(
        {"estimator": model, "features": names, "fill": zeros, "center": zeros, "scale": ones,
         "classes": [], "horizons": HORIZONS},
        str(tmp_path),
    )  # fmt: skip
    (path,) = tmp_path.iterdir()
    saved = load_model(str(path), sha256_file(str(path)))
    expected = predict_model(model, x[:5, :10], 0, HORIZONS)
    for found, wanted in zip(predict_saved(saved, x[:5, :10], names), expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-12)


def sheet(events, count=60, group=lambda i: ""):
    return [
        {"sample": f"s{i}", "outcome": f"{i + 1}{'' if i < events else '+'}", "group": group(i),
         "cohort": "development"}
        for i in range(count)
    ]  # fmt: skip


RESAMPLING = {"scheme": "repeated_kfold", "folds": 5, "repeats": 2, "inner_folds": 3}


def test_folds_are_balanced_over_events():
    samples = samples_of(sheet(20), "d", RESAMPLING, "survival", 1)
    for split in splits_of(samples, RESAMPLING, 1)[:-1]:
        assert (split.test < 20).sum() == 4
        for fold in (1, 2, 3):
            assert 5 <= (split.train[split.inner_fold == fold] < 20).sum() <= 6


def test_every_fold_needs_an_event_but_no_censored_sample():
    # Three censored samples are fewer than the folds.
    assert (
        len(splits_of(samples_of(sheet(57), "d", RESAMPLING, "survival", 1), RESAMPLING, 1)) == 11
    )
    assert (
        len(splits_of(samples_of(sheet(60), "d", RESAMPLING, "survival", 1), RESAMPLING, 1)) == 11
    )
    with pytest.raises(UserError, match="only 4 samples of the smallest class, 'event'"):
        splits_of(samples_of(sheet(4), "d", RESAMPLING, "survival", 1), RESAMPLING, 1)


def test_groups_stay_together_in_folds_with_events():
    rows = sheet(20, group=lambda i: f"g{i % 15}")
    for split in splits_of(samples_of(rows, "d", RESAMPLING, "survival", 1), RESAMPLING, 1)[:-1]:
        assert not {i % 15 for i in split.test} & {i % 15 for i in split.train}
        assert 2 <= (split.test < 20).sum() <= 7
