"""Checks of the data: what they report, and what they ignore."""

import numpy as np
import pandas as pd
import pytest

from omc.core.errors import UserError
from omc.data.checks import (
    NEAR,
    Distances,
    check_batches,
    check_duplicates,
    check_positive,
    check_sheet,
    check_subjects,
    check_values,
)
from omc.data.reading import read_sheet


def statuses(rows):
    return [(row[0], row[1]) for row in rows]


def test_a_repeated_subject_is_found_in_obesity(root):
    sheet = read_sheet(str(root / "resources" / "obesity" / "samples.tsv"))
    rows = check_sheet(sheet, "bmi_class", None, "classification")
    subject = next(row for row in rows if row[0] == "subject")
    assert subject[1] == "warning" and subject[2].startswith("subject: 154 levels")
    assert "groups: subject" in subject[3]
    assert ("batch", "ok") in statuses(rows) and ("class_size", "ok") in statuses(rows)
    rows = check_sheet(sheet, "bmi_class", "subject", "classification")
    assert ("subject", "ok") in statuses(rows)


def test_a_positive_class_that_no_sample_has_is_refused():
    outcome = pd.Series(["AML", "ALL", "AML"])
    check_positive(None, outcome, "subtype", "datasets.a")
    check_positive("ALL", outcome, "subtype", "datasets.a")
    with pytest.raises(UserError, match=r"datasets\.a\.outcome\.positive: 'AMl'.* mean 'AML'"):
        check_positive("AMl", outcome, "subtype", "datasets.a")
    with pytest.raises(UserError, match="'True' is not a class .*AML.*write it in quotes"):
        check_positive("True", outcome, "subtype", "datasets.a")


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_a_batch_that_predicts_the_outcome_is_found(task):
    rng = np.random.default_rng(1)
    level = np.array(["x", "y"] * 30)
    columns = pd.DataFrame({"site": level, "day": rng.permutation(level)})
    if task == "classification":
        y = pd.Series(np.where(rng.random(60) < 0.9, level, "y"))
    else:
        y = pd.Series(rng.normal(size=60) + 4 * (level == "x"))
    rows = check_batches(columns, y, task)
    assert [row[1] for row in rows] == ["warning", "ok"]
    assert "groups: site" in rows[0][3] and rows[1][3] == ""


def test_measurements_and_names_are_no_subjects():
    rng = np.random.default_rng(1)
    y = pd.Series(rng.choice(["a", "b"], 100))
    columns = {"age": rng.integers(20, 60, 100), "id": np.arange(100), "site": ["s"] * 100}
    rows = check_subjects(pd.DataFrame(columns).astype(str), y, None, "classification")
    assert statuses(rows) == [("subject", "ok")]


def test_subjects_in_a_regression():
    level = np.repeat(np.arange(20), 3)
    columns = pd.DataFrame({"patient": level.astype(str)})
    y = pd.Series(level + np.tile([0, 0.1, 0.2], 20))
    rows = check_subjects(columns, y, None, "regression")
    assert statuses(rows) == [("subject", "warning")]


def test_small_classes_and_poor_features():
    sheet = pd.DataFrame({"y": ["a"] * 20 + ["b"] * 4})
    rows = check_sheet(sheet, "y", None, "classification")
    assert statuses(rows) == [("class_size", "warning"), ("batch", "skipped"), ("subject", "ok")]
    assert "b: 4 samples" in rows[0][2]
    rows = check_values(np.array([0, 5, 4]), np.array([True, False, False]), 10)
    assert [row[1:3] for row in rows] == [
        ["warning", "30.0% of the values"],
        ["warning", "33.3% of the features"],
    ]
    rows = check_values(np.array([0, 1, 0]), np.array([False] * 3), 10)
    assert [row[1:] for row in rows] == [
        ["ok", "3.3% of the values", ""],
        ["ok", "0.0% of the features", ""],
    ]


def near_pairs(values, block):
    distances = Distances(len(values))
    for first in range(0, values.shape[1], block):
        distances.add(values[:, first : first + block])
    return distances.near_pairs()


def test_near_duplicates_in_blocks_are_those_of_all_features_at_once():
    rng = np.random.default_rng(1)
    values = rng.normal(size=(40, 60)) * rng.uniform(0.1, 100, 60) + 7
    values[:, 3] = 5
    values[20] = values[4]
    for row, noise in ((21, 0.5), (22, 2.0)):
        # At half of the threshold from sample 5, and at twice the threshold.
        step = rng.normal(size=60)
        step *= noise * NEAR * np.sqrt(2 * 60) / np.linalg.norm(step)
        values[row] = values[5] + step * values.std(axis=0)
    values[7, 10] = values[8, 11] = np.nan
    with np.errstate(invalid="ignore"):
        z = (values - np.nanmean(values, axis=0)) / np.nanstd(values, axis=0)
    z = np.nan_to_num(z)
    squared = ((z[:, None] - z[None]) ** 2).sum(axis=2)
    upper = np.triu_indices(40, 1)
    direct = squared[upper] <= NEAR**2 * squared[upper].mean()
    expected = [(int(i), int(j)) for i, j, near in zip(*upper, direct, strict=True) if near]
    assert expected == [(4, 20), (5, 21)]
    assert near_pairs(values, 7) == near_pairs(values, 60) == expected


def test_near_duplicates_count_where_a_split_parts_them():
    rows = [("r01f01", "a", "train"), ("r01f01", "b", "test"), ("r01f02", "a", "test")]
    rows += [("r01f02", "b", "test"), ("r01f02", "c", "train"), ("r01f02", "d", "train")]
    rows += [("final", "d", "test"), ("final", "c", "train")]
    splits = [dict(zip(("split", "sample", "role"), row, strict=True)) for row in rows]
    assert check_duplicates([], splits)[1] == "ok"
    _, status, value, advice = check_duplicates([("a", "b"), ("c", "d")], splits)
    assert (status, value) == (
        "warning", "2 pairs nearly the same, 1 of them on both sides of a split (a and b)"
    )  # fmt: skip
    assert "put them in one group" in advice
    _, status, value, advice = check_duplicates([("c", "d")], splits)
    assert (status, advice) == ("ok", "")
    assert value == "1 pair nearly the same, 0 of them on both sides of a split (c and d)"
