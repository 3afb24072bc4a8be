"""Splits: stratified, grouped, nested and the same every time."""

import numpy as np
import pytest

from omc.errors import UserError
from omc.splits import make_splits, split_rows

SCHEME = {"folds": 5, "repeats": 2, "inner_folds": 3}


def splits_of(classes, groups=None, strata=None, **scheme):
    strata = classes if strata is None else strata
    return make_splits(classes, strata, groups, "d", {**SCHEME, **scheme}, seed=1)


def test_each_sample_is_tested_once_per_repeat(leukemia):
    _, labels = leukemia
    splits = splits_of(list(labels))
    assert [s.name for s in splits][:2] == ["r01f01", "r01f02"] and splits[-1].name == "final"
    for repeat in (1, 2):
        tested = sum((s.inner_fold == 0).astype(int) for s in splits if s.repeat == repeat)
        assert (tested == 1).all()
    assert (splits[-1].inner_fold > 0).all()


def test_classes_are_balanced_inside_and_outside(leukemia):
    _, labels = leukemia
    for split in splits_of(list(labels)):
        for fold in np.unique(split.inner_fold):
            assert 1 <= (labels[split.inner_fold == fold] == "AML").sum() <= 4


def test_a_group_never_stands_on_both_sides():
    groups = [f"g{i // 3}" for i in range(60)]
    classes = ["a" if i // 3 % 2 else "b" for i in range(60)]
    for split in splits_of(classes, groups):
        for group in set(groups):
            inside = split.inner_fold[[g == group for g in groups]]
            assert len(set(inside)) == 1


def test_regression_without_classes():
    splits = make_splits(None, [""] * 30, None, "d", SCHEME, seed=1)
    assert sum(s.inner_fold[0] == 0 for s in splits) == 2


def test_the_same_seed_gives_the_same_splits(leukemia):
    classes = list(leukemia[1])
    samples = [str(i) for i in range(len(classes))]
    assert list(split_rows(splits_of(classes), samples)) == list(
        split_rows(splits_of(classes), samples)
    )
    assert any(
        (a.inner_fold != b.inner_fold).any()
        for a, b in zip(
            splits_of(classes), make_splits(classes, classes, None, "d", SCHEME, 2), strict=True
        )
    )


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        ({"folds": 12}, ["resampling.folds", "12", "'AML'", "at most 11"]),
        ({"inner_folds": 9}, ["resampling.inner_folds", "9", "'AML'", "at most 8"]),
    ],
)
def test_more_folds_than_the_smallest_class(leukemia, scheme, expected):
    with pytest.raises(UserError) as error:
        splits_of(list(leukemia[1]), **scheme)
    for part in expected:
        assert part in str(error.value)


def test_more_folds_than_groups():
    with pytest.raises(UserError, match="only 4 groups"):
        splits_of(["a", "b"] * 10, [f"g{i // 5}" for i in range(20)])
