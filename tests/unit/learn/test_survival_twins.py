"""Survival in both languages: the same numbers on the breast cancer data."""

import json
import subprocess

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler
from sksurv.datasets import load_breast_cancer
from sksurv.linear_model import CoxPHSurvivalAnalysis
from sksurv.preprocessing import OneHotEncoder

from omc.core.survival import OUTCOME, Censoring, outcomes
from omc.data.reading import read_sheet, read_table
from omc.learn.estimators.survival import CoxElasticNet
from omc.learn.losses import tuning_value
from omc.learn.models import predict_model
from tests.conftest import ROOT

HORIZONS = [1825.0, 3650.0, 5000.0]
PENALTIES = [(0.03, 1.0), (0.01, 0.1)]
METRICS = ("concordance", "integrated_brier")

IN_R = """
source(commandArgs(TRUE))
use("losses", "models")
given <- jsonlite::fromJSON("given.json")
y <- outcomes(given$outcome)
train <- given$train
values <- lapply(given$metrics, function(metric) {
  tuning_value(metric, y[!train], given$risk, given$survival, y[train], given$horizons)
})
fitted <- function(method, x, y, param, grid) {
  colnames(x) <- paste0("f", seq_len(ncol(x)))
  spec <- list(method = method, params = list(), grid = grid)
  fit <- refit_model(spec, survival_methods()[[method]], x, y, param, "none", 1)
  predicted <- predict_train(fit, x, NULL, NULL, given$horizons)
  c(list(coefficients = unname(fit$finalModel$coefficients)), predicted)
}
net <- function(x, y, penalty) {
  param <- data.frame(alpha = penalty[2], lambda = penalty[1])
  fitted("glmnet", x, y, param, list(alpha = penalty[2], lambda = c(.3, .1, penalty[1])))
}
found <- list(
  values = unlist(values),
  uncensored = censoring(y[train])(c(y[!train, "time"], given$horizons)),
  nets = lapply(seq_len(nrow(given$penalties)), function(i) net(given$x, y, given$penalties[i, ])),
  cox = fitted("cox", given$x[, 1:6], y, data.frame(parameter = "none"), list()),
  published = net(
    given$published$x, survival::Surv(given$published$time, given$published$event), c(.0386, .9)
  )$coefficients
)
writeLines(jsonlite::toJSON(found, digits = NA), "found.json")
"""


@pytest.fixture(scope="module")
def given():
    """What both languages get: the data, and predictions of a third of the samples."""
    folder = ROOT / "resources" / "breast_cancer"
    sheet = read_sheet(str(folder / "samples.tsv"))
    table = read_table(str(folder / "expression.tsv.gz"), "features_in_rows")
    rng = np.random.default_rng(5)
    # Ties, and times that are a horizon.
    days = (sheet["days"].astype(int) // 365 + 1) * 365
    outcome = days.astype(str).str.cat(np.where(sheet["metastasis"] == "1", "", "+"))
    train = np.arange(len(sheet)) % 3 > 0
    falling = np.sort(rng.random((int((~train).sum()), len(HORIZONS))), axis=1)[:, ::-1]
    features, y = load_breast_cancer()
    clinical = OneHotEncoder().fit_transform(features).to_numpy(dtype=float)
    return {
        "x": StandardScaler().fit_transform(table.loc[sheet.index]).tolist(),
        "outcome": outcome.tolist(), "train": train.tolist(), "horizons": HORIZONS,
        "risk": rng.integers(0, 20, int((~train).sum())).tolist(), "survival": falling.tolist(),
        "metrics": METRICS, "penalties": PENALTIES,
        "published": {
            "x": clinical.tolist(), "time": y["t.tdm"].tolist(), "event": y["e.tdm"].tolist(),
        },
    }  # fmt: skip


@pytest.fixture(scope="module")
def in_r(given, tmp_path_factory):
    folder = tmp_path_factory.mktemp("r")
    (folder / "given.json").write_text(json.dumps(given))
    (folder / "twin.R").write_text(IN_R)
    command = ["Rscript", "--vanilla", "twin.R", str(ROOT / "workflow" / "R" / "use.R")]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return json.loads((folder / "found.json").read_text())


@pytest.fixture(scope="module")
def data(given):
    """x (n, p), y (n,) and whether a sample is for training."""
    return np.array(given["x"]), outcomes(given["outcome"]), np.array(given["train"])


def test_tuning_metrics_are_the_same(given, in_r, data):
    _, y, train = data
    risk, survival = np.array(given["risk"]), np.array(given["survival"])
    expected = [
        tuning_value(metric, y[~train], risk, survival, y[train], HORIZONS) for metric in METRICS
    ]
    assert in_r["values"] == pytest.approx(expected, abs=1e-9)


def test_probabilities_of_not_being_censored_are_the_same(in_r, data):
    _, y, train = data
    expected = Censoring(y[train]).at([*y["time"][~train], *HORIZONS])
    np.testing.assert_allclose(in_r["uncensored"], expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("i", range(len(PENALTIES)))
def test_the_elastic_net_is_the_same(i, in_r, data):
    x, y, _ = data
    model = CoxElasticNet(*PENALTIES[i]).fit(x, y)
    found = in_r["nets"][i]
    largest = np.abs(model.coef_).max()
    np.testing.assert_allclose(found["coefficients"], model.coef_, rtol=0, atol=1e-3 * largest)
    assert np.array_equal(np.array(found["coefficients"]) != 0, model.coef_ != 0)
    agree(found, predict_model(model, x, 0, HORIZONS), 1e-3)


def test_cox_regression_is_that_of_scikit_survival(in_r, data):
    x, y, _ = data
    model = CoxPHSurvivalAnalysis(ties="efron").fit(x[:, :6], y)
    np.testing.assert_allclose(in_r["cox"]["coefficients"], model.coef_, rtol=1e-6)
    agree(in_r["cox"], predict_model(model, x[:, :6], 0, HORIZONS), 1e-6)


def test_the_published_penalty_leaves_as_many_coefficients(given, in_r):
    """scikit-survival's guide to penalised Cox models: 22 of 82 coefficients."""
    published = given["published"]
    y = np.empty(len(published["time"]), dtype=OUTCOME)
    y["time"], y["event"] = published["time"], published["event"]
    model = CoxElasticNet(0.0386, 0.9).fit(np.array(published["x"]), y)
    assert np.count_nonzero(model.coef_) == np.count_nonzero(in_r["published"]) == 22


def agree(found, expected, limit):
    """Risks and survival probabilities of R and Python."""
    np.testing.assert_allclose(found["predicted"], expected[0], rtol=limit, atol=limit)
    np.testing.assert_allclose(found["prob"], expected[1], rtol=limit, atol=limit)
