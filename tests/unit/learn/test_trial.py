"""The small part of a data set on which a check tries every model."""

import numpy as np

from omc.learn.cutting import cut_columns, cut_rows
from omc.learn.preprocessing import Fit


def rows_of(counts):
    """Rows of a split with 5 inner folds; counts: samples per class, the last 10 for testing."""
    rows, classes = [], {}
    for label, count in counts.items():
        for i in range(count):
            sample = f"{label}{i}"
            classes[sample] = label
            train = i < count - 10
            fold = str(i % 5 + 1) if train else ""
            rows.append(
                {"sample": sample, "role": "train" if train else "test", "inner_fold": fold}
            )
    return rows, classes


def counted(rows, classes):
    cells = {}
    for row in rows:
        cell = row["role"], row["inner_fold"], classes[row["sample"]]
        cells[cell] = cells.get(cell, 0) + 1
    return cells


def test_a_cut_has_every_class_in_every_fold():
    rows, classes = rows_of({"a": 1000, "b": 25})
    cells = counted(cut_rows(rows, classes), classes)
    train = {cell: n for cell, n in cells.items() if cell[0] == "train"}
    assert {cell[1] for cell in train} == {"1", "2", "3"}
    assert {n for cell, n in train.items() if cell[2] == "a"} == {7}
    assert {n for cell, n in train.items() if cell[2] == "b"} == {3}
    assert cells["test", "", "a"] == cells["test", "", "b"] == 5


def test_many_classes_keep_two_samples_in_each_fold():
    rows, classes = rows_of({f"class{i}_": 30 for i in range(30)})
    cells = counted(cut_rows(rows, classes), classes)
    assert len(cells) == 30 * 4 and set(cells.values()) == {2}


def test_a_regression_is_cut_as_one_class():
    rows, classes = rows_of({"": 500})
    assert set(counted(cut_rows(rows, classes), classes).values()) == {14, 10}


def test_columns_are_the_best_ones_in_ascending_order():
    index = np.arange(100, 150)
    fit = Fit(index, index / 1, index / 2, index / 3, np.arange(50, 0, -1))
    cut = cut_columns(fit)
    np.testing.assert_array_equal(cut.index, np.arange(130, 150))
    np.testing.assert_array_equal(cut.scale, cut.index / 3)
    unranked = cut_columns(Fit(index, index, index, index, np.zeros(50, dtype=int)))
    np.testing.assert_array_equal(unranked.index, np.arange(100, 120))
