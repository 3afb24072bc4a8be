"""Metrics against scikit-learn, and against caret and pROC in R, on the same predictions."""

import csv
import subprocess

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn import metrics as sk

from omc.evaluate.scoring import score
from tests.predicted import predicted as make_predictions

IN_R = """
suppressPackageStartupMessages(library(caret))
args <- commandArgs(TRUE)
data <- read.csv(args[1])
data$obs <- factor(data$obs, c("case", "control"))
data$pred <- factor(data$pred, c("case", "control"))
two <- twoClassSummary(data, levels(data$obs))
table <- confusionMatrix(data$pred, data$obs, positive = "case")
numbers <- defaultSummary(data.frame(obs = data$x, pred = data$y))
curve <- pROC::roc(data$obs, data$case, levels = c("control", "case"), direction = "<")
values <- c(
  roc_auc = as.numeric(pROC::auc(curve)), sensitivity = two[["Sens"]], specificity = two[["Spec"]],
  accuracy = table$overall[["Accuracy"]], balanced_accuracy = table$byClass[["Balanced Accuracy"]],
  f1 = table$byClass[["F1"]], log_loss = mnLogLoss(data, levels(data$obs))[["logLoss"]],
  rmse = numbers[["RMSE"]], mae = numbers[["MAE"]]
)
write.csv(data.frame(metric = names(values), value = sprintf("%.17g", values)), args[2])
"""


@pytest.fixture(scope="module")
def predictions():
    """(truth, predicted, probability of case), with ties; (numbers, predicted numbers)."""
    rng = np.random.default_rng(11)
    case = rng.random(90) < 0.4
    prob = np.round(1 / (1 + np.exp(-rng.normal(1.5 * case - 0.5, 1.2))), 2)
    x = rng.normal(size=90)
    labels = [np.where(of, "case", "control") for of in (case, prob >= 0.5)]
    return *labels, prob, x, x + rng.normal(size=90)


@pytest.fixture(scope="module")
def our_scores(predictions):
    truth, predicted, prob, x, y = predictions
    both = np.column_stack([prob, 1 - prob])
    values = score(make_predictions(truth, predicted, both, ["case", "control"], "case"))
    return values | score(make_predictions(x, y))


def test_scikit_learn(predictions, our_scores):
    truth, predicted, prob, x, y = predictions
    case = truth == "case"
    expected = {
        "roc_auc": sk.roc_auc_score(case, prob),
        "average_precision": sk.average_precision_score(case, prob),
        "log_loss": sk.log_loss(case, prob),
        "brier": sk.brier_score_loss(case, prob),
        "balanced_accuracy": sk.balanced_accuracy_score(truth, predicted),
        "accuracy": sk.accuracy_score(truth, predicted),
        "mcc": sk.matthews_corrcoef(truth, predicted),
        "f1": sk.f1_score(truth, predicted, pos_label="case"),
        "sensitivity": sk.recall_score(truth, predicted, pos_label="case"),
        "specificity": sk.recall_score(truth, predicted, pos_label="control"),
        "rmse": sk.root_mean_squared_error(x, y),
        "mae": sk.mean_absolute_error(x, y),
        "r2": sk.r2_score(x, y),
        "spearman": spearmanr(x, y).statistic,
    }
    assert our_scores == pytest.approx(expected, abs=1e-8)


def test_caret_and_proc(predictions, our_scores, tmp_path):
    truth, predicted, prob, x, y = predictions
    with open(tmp_path / "data.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["obs", "pred", "case", "control", "x", "y"])
        writer.writerows(zip(truth, predicted, prob, 1 - prob, x, y, strict=True))
    (tmp_path / "metrics.R").write_text(IN_R)
    command = ["Rscript", "metrics.R", "data.csv", "values.csv"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    with open(tmp_path / "values.csv", newline="") as file:
        expected = {row["metric"]: float(row["value"]) for row in csv.DictReader(file)}
    assert {metric: our_scores[metric] for metric in expected} == pytest.approx(expected, abs=1e-8)
