"""Splits: stratified, grouped, nested and reproducible."""

from collections import Counter

import numpy as np
import pytest
from sklearn.model_selection import StratifiedGroupKFold

from omc.core.errors import UserError
from omc.learn.splits import (
    further_columns,
    make_splits,
    samples_of,
    split_rows,
    strata_rows,
    without_groups,
)
from omc.learn.splits import splits_of as splits_of_samples

SCHEME = {"scheme": "repeated_kfold", "folds": 5, "repeats": 2, "inner_folds": 3}


def splits_of(classes, groups=None, seed=1, **scheme):
    strata = [""] * 30 if classes is None else classes
    return make_splits(classes, strata, groups, "d", {**SCHEME, **scheme}, seed)


def table_of(*arguments, **more):
    """Rows of splits.csv, samples named by their row number."""
    splits = splits_of(*arguments, **more)
    return list(split_rows(splits, [str(row) for row in range(200)]))


def test_each_sample_is_tested_once_per_repeat(leukemia):
    _, labels = leukemia
    splits = splits_of(list(labels))
    assert [s.name for s in splits][:2] == ["r01f01", "r01f02"] and splits[-1].name == "final"
    for repeat in (1, 2):
        tested = np.concatenate([s.test for s in splits if s.repeat == repeat])
        assert sorted(tested) == list(range(38))
    assert list(splits[-1].train) == list(range(38))


def test_classes_are_balanced_inside_and_outside(leukemia):
    _, labels = leukemia
    for split in splits_of(list(labels)):
        parts = [split.train[split.inner_fold == fold] for fold in np.unique(split.inner_fold)]
        for part in [*parts, split.test] if len(split.test) else parts:
            assert 1 <= (labels[part] == "AML").sum() <= 4


SCHEMES = ["repeated_kfold", "leave_one_group_out", "bootstrap"]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_group_never_stands_on_both_sides(scheme):
    groups = np.array([f"g{i // 3}" for i in range(60)])
    classes = ["a" if i // 3 % 2 else "b" for i in range(60)]
    for split in splits_of(classes, groups, scheme=scheme):
        assert not set(groups[split.train]) & set(groups[split.test])
        for group in set(groups[split.train]):
            assert len(set(split.inner_fold[groups[split.train] == group])) == 1


def test_regression_without_classes():
    splits = splits_of(None)
    assert sum(0 in s.test for s in splits) == 2


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_same_seed_gives_the_same_splits(leukemia, scheme):
    classes, groups = list(leukemia[1]), [f"g{i % 19}" for i in range(38)]
    first = table_of(classes, groups, scheme=scheme)
    assert table_of(classes, groups, scheme=scheme) == first
    assert table_of(classes, groups, scheme=scheme, seed=2) != first


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        ({"folds": 12}, ["resampling.folds", "12", "'AML'", "at most 11"]),
        ({"inner_folds": 9}, ["resampling.inner_folds", "9", "'AML'", "at most 8"]),
        (
            {"scheme": "leave_one_out", "inner_folds": 11},
            ["resampling.inner_folds", "11", "'AML'", "at most 10"],
        ),
        ({"scheme": "bootstrap", "inner_folds": 39}, ["bootstrap", "39 inner folds", "too few"]),
    ],
)
def test_more_folds_than_can_be(leukemia, scheme, expected):
    with pytest.raises(UserError) as error:
        splits_of(list(leukemia[1]), **scheme)
    for part in expected:
        assert part in str(error.value)


@pytest.mark.parametrize(
    ("scheme", "key", "most"),
    [("repeated_kfold", "folds", 4), ("leave_one_group_out", "inner_folds", 3)],
)
def test_more_folds_than_groups(scheme, key, most):
    groups = [f"g{i // 5}" for i in range(20)]
    with pytest.raises(UserError, match=rf"resampling.{key}: 5 folds.*only {most} groups"):
        splits_of(["a", "b"] * 10, groups, scheme=scheme, inner_folds=5)


def test_repeats_of_unequal_groups_have_other_folds_as_balanced_as_those_of_scikit_learn():
    groups = np.repeat(list("abcdefgh"), [30, 41, 52, 18, 25, 37, 60, 22])
    positive = np.random.default_rng(0).random(len(groups)) < 0.35
    splits = splits_of(np.where(positive, "x", "y").tolist(), list(groups), repeats=5)[:-1]
    parts = {frozenset(tuple(s.test) for s in splits if s.repeat == r) for r in range(1, 6)}
    assert len(parts) == 5
    other = StratifiedGroupKFold(5).split(groups, positive, groups)
    spread, others = (
        sum(np.std([y[test].sum() / y.sum() for test in tests]) for y in (positive, ~positive))
        for tests in ([s.test for s in splits], [test for _, test in other])
    )
    assert spread <= others


@pytest.mark.parametrize("classes", [["a", "b"] * 15, None])
def test_more_repeats_than_divisions(classes, monkeypatch):
    monkeypatch.setattr("omc.learn.schemes.repeated_kfold.DRAWS", 20)
    groups = [f"g{i // 6}" for i in range(30)]
    assert len(splits_of(classes, groups, repeats=1)) == 6
    with pytest.raises(UserError, match=r"resampling.repeats: 2 .* 1 different .* at most 1,"):
        splits_of(classes, groups)


def test_more_folds_than_groups_of_a_class():
    # Five of twenty subjects have the positive samples.
    groups = np.repeat([f"p{i}" for i in range(20)], [9, 1, 1, 1, 1] + [5] * 15)
    classes = ["pos"] * 13 + ["neg"] * 75
    for split in splits_of(classes, list(groups))[:-1]:
        assert "pos" in {classes[row] for row in split.test}
    for scheme in ({"folds": 6}, {"inner_folds": 5}):
        key, most = next(iter(scheme)), 5 if "folds" in scheme else 4
        said = (
            rf"resampling.{key}: . folds.*only {most} groups that hold class 'pos'.*at most {most}"
        )
        with pytest.raises(UserError, match=said):
            splits_of(classes, list(groups), **scheme)
    with pytest.raises(UserError, match=r"only 1 groups .* class 'pos' in .*: give more groups"):
        splits_of(["pos"] * 9 + ["neg"] * 79, list(groups))


def test_leave_one_group_out_tests_each_group_alone():
    """Also a group with all but a few samples of a class."""
    groups = np.array(["s1"] * 4 + ["s3"] * 9 + ["s2"] * 8 + ["s4"] * 3)
    classes = ["a"] * 4 + ["b"] * 9 + ["a", "b"] * 4 + ["b"] * 3
    *splits, final = splits_of(classes, groups, scheme="leave_one_group_out")
    assert [s.name for s in splits] == ["r01f01", "r01f02", "r01f03", "r01f04"]
    assert [set(groups[s.test]) for s in splits] == [{"s1"}, {"s3"}, {"s2"}, {"s4"}]
    assert all(len(s.train) + len(s.test) == 24 for s in splits) and len(final.train) == 24


def test_leave_one_out_tests_each_sample_alone():
    splits = splits_of(None, scheme="leave_one_out", inner_folds=7)
    assert [list(s.test) for s in splits[:-1]] == [[i] for i in range(30)]
    assert {s.repeat for s in splits[:-1]} == {1}
    assert all(len(set(s.inner_fold)) == 7 for s in splits)


def test_bootstrap_draws_samples_with_replacement():
    splits = splits_of(None, scheme="bootstrap", repeats=200)
    assert splits[0].name == "r01f01" and splits[199].name == "r200f01" and len(splits) == 201
    drawn = [s for s in splits if s.name != "final"]
    for split in drawn:
        assert len(split.train) == 30
        assert sorted({*split.train, *split.test}) == list(range(30))
        # The copies of a sample share their inner fold.
        assert len(set(zip(split.train, split.inner_fold, strict=True))) == len(set(split.train))
    left_out = np.mean([len(s.test) / 30 for s in drawn])
    assert left_out == pytest.approx((1 - 1 / 30) ** 30, abs=0.01)
    times = np.bincount(np.concatenate([s.train for s in drawn]), minlength=30)
    assert (np.abs(times - 200) < 60).all()


def test_bootstrap_draws_within_each_class(leukemia):
    labels = leukemia[1]
    for split in splits_of(list(labels), scheme="bootstrap", repeats=20):
        assert (labels[split.train] == "AML").sum() == 11
    # Groups with one class are drawn within it; groups with several classes cannot be.
    groups = np.repeat(np.arange(20), 3)
    classes = np.where(groups < 6, "a", "b")
    splits = splits_of(list(classes), list(groups), scheme="bootstrap", repeats=20)
    assert {(classes[s.train] == "a").sum() for s in splits} == {18}
    classes[0] = "b"
    splits = splits_of(list(classes), list(groups), scheme="bootstrap", repeats=20)
    assert len({(groups[s.train] < 6).sum() for s in splits}) > 1


def test_bootstrap_lists_a_row_as_often_as_it_was_drawn(leukemia):
    rows = table_of(list(leukemia[1]), scheme="bootstrap", repeats=1)
    rows = [row for row in rows if row[0] == "r01f01"]
    times = Counter(row[3] for row in rows if row[4] == "train")
    assert max(times.values()) > 1 and sum(times.values()) == 38
    tested = [row[3] for row in rows if row[4] == "test"]
    assert len(tested) == len(set(tested)) == 38 - len(times)


def test_bootstrap_of_groups_draws_whole_groups():
    groups = np.array([f"g{i // 3}" for i in range(60)])
    for split in splits_of(["a", "b"] * 30, groups, scheme="bootstrap")[:-1]:
        times = np.bincount(split.train, minlength=60).reshape(20, 3)
        assert (times == times[:, :1]).all() and times[:, 0].sum() == 20


def test_bootstrap_keeps_two_samples_of_a_small_class():
    classes = ["a"] * 57 + ["b"] * 3
    for split in splits_of(classes, scheme="bootstrap", repeats=50)[:-1]:
        assert len(set(split.train) & {57, 58, 59}) >= 2
    with pytest.raises(UserError, match="too few samples"):
        splits_of(["a"] * 59 + ["b"], scheme="bootstrap")


def test_splits_without_groups_have_their_sizes_and_not_their_members():
    groups = [f"g{i // 3}" for i in range(30)] + ["g9"] * 5
    mixed = without_groups(groups, "d", "leave_one_group_out", 1)
    assert Counter(mixed) == Counter(groups) and mixed != groups
    assert without_groups(groups, "d", "leave_one_group_out", 1) == mixed
    assert without_groups(groups, "d", "repeated_kfold", 1) is None


def sheet_of(classes, **columns):
    rows = zip(classes, *columns.values(), strict=True)
    names = ["outcome", *columns]
    return [
        {
            "sample": f"S{i}",
            "group": "",
            "cohort": "development",
            **dict(zip(names, row, strict=True)),
        }
        for i, row in enumerate(rows)
    ]


def split_and_record(sheet, **scheme):
    """Splits of a sheet, and the rows of strata.csv."""
    samples = samples_of(sheet, "d", {**SCHEME, **scheme}, "classification", 1)
    splits = splits_of_samples(samples, {**SCHEME, **scheme}, 1)
    return splits, list(strata_rows(samples, further_columns(sheet)))


def test_strata_that_are_too_small_fall_back_to_fewer_columns():
    classes = ["a", "b"] * 30
    site = [f"s{i // 20}" for i in range(60)]
    # Each doctor saw two patients, one of each class.
    doctor = [f"d{i // 2}" for i in range(60)]
    splits, rows = split_and_record(sheet_of(classes, site=site, doctor=doctor))
    assert rows == [
        ["inner", "outcome site", "doctor", 11], ["outer", "outcome site", "doctor", 2],
    ]  # fmt: skip
    expected, _ = split_and_record(sheet_of(classes, site=site))
    for split, other in zip(splits, expected, strict=True):
        np.testing.assert_array_equal(split.test, other.test)
        np.testing.assert_array_equal(split.inner_fold, other.inner_fold)
    for split in splits[:-1]:
        assert sum(row % 2 for row in split.test) == 6


def test_strata_that_are_large_enough_are_all_balanced_as_ever():
    classes = ["a", "b"] * 30
    site = [f"s{i // 20}" for i in range(60)]
    splits, rows = split_and_record(sheet_of(classes, site=site))
    assert [row[:3] for row in rows] == [
        ["inner", "outcome site", ""],
        ["outer", "outcome site", ""],
    ]
    both = ["|".join(pair) for pair in zip(classes, site, strict=True)]
    plain = make_splits(classes, both, None, "d", SCHEME, 1)
    for split, other in zip(splits, plain, strict=True):
        np.testing.assert_array_equal(split.train, other.train)
        np.testing.assert_array_equal(split.inner_fold, other.inner_fold)


def test_classes_are_balanced_whatever_the_strata():
    rng = np.random.default_rng(1)
    for _ in range(20):
        classes = np.where(rng.random(60) < rng.uniform(0.2, 0.8), "a", "b").tolist()
        site = [f"s{k}" for k in rng.integers(rng.integers(2, 40), size=60)]
        splits, _ = split_and_record(sheet_of(classes, site=site), folds=4)
        for split in splits[:-1]:
            for label in "ab":
                even = classes.count(label) / 4
                here = sum(classes[row] == label for row in split.test)
                assert abs(here - even) <= 0.5 * even + 1
