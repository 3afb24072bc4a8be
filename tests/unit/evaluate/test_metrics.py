"""The catalog of metrics."""

import math

from omc.evaluate.metrics import METRICS, METRICS_OF


def test_the_catalog_says_direction_range_chance_and_unit():
    auc, rmse, brier = METRICS["roc_auc"], METRICS["rmse"], METRICS["brier"]
    assert (auc.label, auc.sign, auc.lowest, auc.highest, auc.chance) == ("ROC AUC", 1, 0, 1, 0.5)
    assert (rmse.sign, rmse.highest, rmse.unit) == (-1, math.inf, "outcome")
    assert math.isnan(rmse.chance) and not rmse.bounded
    # With more than two classes it reaches 2.
    assert (brier.highest, brier.unit, brier.bounded) == (2, "baseline", True)


def test_metrics_of_two_classes_are_not_for_several():
    assert METRICS_OF["binary"][-2:] == ["sensitivity", "specificity"]
    assert METRICS_OF["multiclass"] == METRICS_OF["binary"][:-2]
    assert METRICS_OF["regression"] == ["rmse", "mae", "r2", "spearman"]
