"""Differences between a data set and its variants, against numbers worked by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from omc.estimates import test_train_ratio as ratio_of
from omc.variants import compare


def metrics(values, model="m", metric="auc"):
    """Rows of metrics.csv of one model: values by repeat and fold."""
    rows = [
        [f"r{r:02d}f{f:02d}", str(r), str(f), value]
        for r, folds in enumerate(values, start=1)
        for f, value in enumerate(folds, start=1)
    ]
    table = pd.DataFrame(rows, columns=["split", "repeat", "fold", "value"])
    return table.assign(language="r", model=model, cohort="development", metric=metric)


def test_a_layer_is_paired_by_split():
    whole, layer = metrics([[0.9, 0.8], [0.7, 1.0]]), metrics([[0.8, 0.8], [0.6, 0.6]])
    (row,) = compare(whole, layer, "layer", 0.5)
    differences = np.array([0.1, 0.0, 0.1, 0.4])
    half = t.ppf(0.975, 3) * np.sqrt(differences.var(ddof=1) * (1 / 4 + 0.5))
    assert row[:3] == ("r", "m", "auc") and row[8:] == ("nadeau_bengio", 4)
    assert row[3:8] == pytest.approx([0.85, 0.7, 0.15, 0.15 - half, 0.15 + half])


def test_groups_ignored_are_paired_by_repeat():
    grouped = metrics([[0.7, 0.9], [0.6, 0.6], [0.8, 0.8]])
    ungrouped = metrics([[0.9, 0.9], [0.8, 0.8], [0.7, 0.9]])
    (row,) = compare(grouped, ungrouped, "ungrouped", 0.5)
    differences = np.array([-0.1, -0.2, 0.0])
    half = t.ppf(0.975, 2) * differences.std(ddof=1) / np.sqrt(3)
    assert row[8:] == ("t_over_repeats", 3)
    assert row[3:8] == pytest.approx([2.2 / 3, 2.5 / 3, -0.1, -0.1 - half, -0.1 + half])


def test_only_pairs_count_and_the_order_is_that_of_the_metrics():
    whole = pd.concat([metrics([[0.5, np.nan, 0.7]], "z"), metrics([[np.nan] * 3], "a")])
    other = pd.concat([metrics([[0.4, 0.1, np.nan]], "z"), metrics([[0.5] * 3], "a")])
    rows = list(compare(whole, other, "layer", 0.5))
    assert [row[1] for row in rows] == ["z", "a"] and [row[-1] for row in rows] == [1, 0]
    assert rows[0][3:6] == pytest.approx([0.5, 0.4, 0.1])
    assert np.isnan(rows[0][6:8]).all() and np.isnan(rows[1][3:8]).all()


def test_external_cohorts_are_left_out():
    cohort = metrics([[0.1]]).assign(cohort="other", split="final", repeat="")
    whole = pd.concat([metrics([[0.5, 0.7]]), cohort])
    (row,) = compare(whole, whole, "layer", 0.5)
    assert row[3:6] == pytest.approx([0.6, 0.6, 0]) and row[-1] == 2


def test_the_ratio_counts_a_sample_once():
    rows = [("r01f01", "train")] * 4 + [("r01f01", "test")] + [("final", "train")] * 5
    splits = pd.DataFrame(rows, columns=["split", "role"])
    splits["sample"] = ["a", "b", "c", "c", "d", "a", "b", "c", "d", "e"]
    assert ratio_of(splits) == pytest.approx(1 / 3)
