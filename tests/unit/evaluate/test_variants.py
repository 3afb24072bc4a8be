"""Differences between a data set and its variants, against hand calculations."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from omc.evaluate.design import Design
from omc.evaluate.design import test_train_ratio as ratio_of
from omc.evaluate.pooled import read_cohorts
from omc.evaluate.variants import changes, compare, compare_pooled

DESIGN = Design("repeated_kfold", 0.5, 40)


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
    parent, layer = metrics([[0.9, 0.8], [0.7, 1.0]]), metrics([[0.8, 0.8], [0.6, 0.6]])
    (row,) = compare(parent, layer, "layer", DESIGN)
    differences = np.array([0.1, 0.0, 0.1, 0.4])
    df = DESIGN.degrees_of_freedom(4, "difference")
    error = np.sqrt(differences.var(ddof=1) * (1 / 4 + 0.5))
    half, p = t.ppf(0.975, df) * error, 2 * t.sf(0.15 / error, df)
    assert row[:3] == ("r", "m", "auc") and row[9:] == ("nadeau_bengio", 4)
    assert row[3:9] == pytest.approx([0.85, 0.7, 0.15, 0.15 - half, 0.15 + half, p])


def test_groups_ignored_are_paired_by_repeat():
    grouped = metrics([[0.7, 0.9], [0.6, 0.6], [0.8, 0.8]])
    ungrouped = metrics([[0.9, 0.9], [0.8, 0.8], [0.7, 0.9]])
    (row,) = compare(grouped, ungrouped, "ungrouped", DESIGN)
    differences = np.array([-0.1, -0.2, 0.0])
    half = t.ppf(0.975, 2) * differences.std(ddof=1) / np.sqrt(3)
    assert row[9:] == ("t_over_repeats", 3)
    assert row[3:8] == pytest.approx([2.2 / 3, 2.5 / 3, -0.1, -0.1 - half, -0.1 + half])


def test_only_pairs_count_and_the_order_is_that_of_the_metrics():
    parent = pd.concat([metrics([[0.5, np.nan, 0.7]], "z"), metrics([[np.nan] * 3], "a")])
    other = pd.concat([metrics([[0.4, 0.1, np.nan]], "z"), metrics([[0.5] * 3], "a")])
    rows = list(compare(parent, other, "layer", DESIGN))
    assert [row[1] for row in rows] == ["z", "a"] and [row[-1] for row in rows] == [1, 0]
    assert rows[0][3:6] == pytest.approx([0.5, 0.4, 0.1])
    assert np.isnan(rows[0][6:9]).all() and np.isnan(rows[1][3:9]).all()


def test_external_cohorts_are_left_out():
    cohort = metrics([[0.1]]).assign(cohort="other", split="final", repeat="")
    parent = pd.concat([metrics([[0.5, 0.7]]), cohort])
    (row,) = compare(parent, parent, "layer", DESIGN)
    assert row[3:6] == pytest.approx([0.6, 0.6, 0]) and row[-1] == 2


def test_evidence_is_adjusted_for_all_that_is_looked_at():
    def row(difference, p, metric="roc_auc"):
        return {"metric": metric, "difference": difference, "p_value": p}

    rows = [row("0.2", "0.001"), row("-0.2", "0.002"), row("0.1", "0.04"), row("", "")]
    assert changes([*rows, row("0.1", "0.3")]) == [1, -1, 0, None, 0]
    assert changes([row("0.2", "0.001", "rmse"), row("-0.2", "0.04", "rmse")]) == [-1, 1]


def test_pooled_schemes_compare_what_is_scored_together(tmp_path):
    # Leave-one-out with these errors of eight samples; the variant lacks the last one.
    errors = {"whole": [3, 1, 1, 1, 2, 2, 1, 9], "variant": [4, 0, 2, 2, 2, 4, 1]}
    samples, paths = list("abcdefgh"), {}
    splits = [f"r01f{i:02d}" for i in range(1, 9)]
    for name, of in errors.items():
        table = pd.DataFrame({"split": splits, "sample": samples}).head(len(of))
        table = table.assign(language="r", model="m", cohort="development", truth=0, predicted=of)
        paths[name] = str(tmp_path / name)
        table.to_csv(paths[name], index=False)
    pd.DataFrame({"split": splits, "repeat": 1}).to_csv(tmp_path / "splits", index=False)
    sheet = pd.DataFrame({"sample": samples, "outcome": 0, "group": "", "cohort": "development"})
    sheet.to_csv(tmp_path / "samples", index=False, sep="\t")
    cohort = read_cohorts(
        paths["whole"], str(tmp_path / "splits"), str(tmp_path / "samples"),
        None, "leave_one_out", paths["variant"],
    )["development"]  # fmt: skip
    names = [metrics([[1]], model, metric) for model in ("m", "gone") for metric in ("rmse", "mae")]
    rows = list(compare_pooled(cohort, pd.concat(names), seed=1))
    assert [row[1:3] for row in rows] == [
        ("m", "rmse"), ("m", "mae"), ("gone", "rmse"), ("gone", "mae")
    ]  # fmt: skip
    # A mean over splits of RMSEs of single samples would be the MAE.
    assert rows[0][3:6] == pytest.approx([3**0.5, (45 / 7) ** 0.5, 3**0.5 - (45 / 7) ** 0.5])
    differences = np.array([-1, 1, -1, -1, 0, -2, 0])
    half = t.ppf(0.975, 6) * differences.std(ddof=1) * np.sqrt(1 / 7 + 1 / 6)
    *_, difference, low, high, p, method, units = rows[1]
    assert difference == pytest.approx(-4 / 7) and (method, units) == ("sample_bootstrap", 7)
    assert high - low == pytest.approx(2 * half, rel=0.05) and 0.05 < p < 1
    assert np.isnan(rows[2][3:9]).all() and rows[2][-1] == 0


def test_the_ratio_counts_a_sample_once():
    rows = [("r01f01", "train")] * 4 + [("r01f01", "test")] + [("final", "train")] * 5
    splits = pd.DataFrame(rows, columns=["split", "role"])
    splits["sample"] = ["a", "b", "c", "c", "d", "a", "b", "c", "d", "e"]
    assert ratio_of(splits) == pytest.approx(1 / 3)
