"""Requirements for every resampling scheme of the registry."""

from collections import Counter

import pytest

from omc.core.names import FINAL
from omc.core.registry import entries
from omc.learn.splits import make_splits

SCHEMES = entries("omc.learn.schemes")
RESAMPLING = {"folds": 3, "repeats": 2, "inner_folds": 3}
CLASSES = ["a", "b"] * 12
GROUPS = [f"g{i // 2}" for i in range(24)]


def splits_of(name, groups, seed=2022):
    return make_splits(CLASSES, CLASSES, groups, "d", {"scheme": name, **RESAMPLING}, seed)


@pytest.fixture(params=[(name, grouped) for name in SCHEMES for grouped in (False, True)])
def scheme(request):
    """(name, groups) of every scheme, with and without groups if both suit it."""
    name, grouped = request.param
    if SCHEMES[name].refuse("subject" if grouped else None):
        pytest.skip("the scheme says that these data do not suit it")
    return name, GROUPS if grouped else None


def test_it_declares_what_the_rest_asks_for(scheme):
    module = SCHEMES[scheme[0]]
    flags = module.POOLED, module.BALANCED, module.RANKS
    assert all(isinstance(flag, bool) for flag in flags)
    assert module.repeats(RESAMPLING) >= 1
    assert module.split_count(RESAMPLING, lambda: 0) >= 1
    assert module.__doc__ and module.describe(RESAMPLING)


def test_a_sample_is_trained_on_or_tested_and_never_both(scheme):
    splits = splits_of(*scheme)
    for split in splits:
        assert not set(split.train) & set(split.test), split.name
        assert set(split.train) | set(split.test) == set(range(len(CLASSES))), split.name
    assert [split.name for split in splits].count(FINAL) == 1
    assert not len(splits[-1].test) and splits[-1].name == FINAL


def test_the_number_of_splits_is_the_one_that_jobs_are_made_for(scheme):
    name, groups = scheme
    units = len(set(groups or range(len(CLASSES))))
    expected = SCHEMES[name].split_count(RESAMPLING, lambda: units)
    assert len(splits_of(*scheme)) == expected + 1


def test_every_sample_is_tested_as_often_as_any_other_if_predictions_are_pooled(scheme):
    name, _ = scheme
    tested = Counter(row for split in splits_of(*scheme) for row in split.test.tolist())
    if SCHEMES[name].POOLED:
        assert set(tested.values()) == {1} and len(tested) == len(CLASSES)


def test_inner_folds_divide_the_training_rows(scheme):
    for split in splits_of(*scheme):
        assert len(split.inner_fold) == len(split.train)
        assert set(split.inner_fold) == {1, 2, 3}, split.name


def test_a_group_stands_on_one_side_and_in_one_inner_fold(scheme):
    name, groups = scheme
    if groups is None:
        pytest.skip("there are no groups")
    for split in splits_of(*scheme):
        assert not {groups[i] for i in split.train} & {groups[i] for i in split.test}
        folds = {}
        for row, fold in zip(split.train, split.inner_fold, strict=True):
            folds.setdefault(groups[row], set()).add(fold)
        assert all(len(of) == 1 for of in folds.values()), split.name


def test_the_same_seed_gives_the_same_splits(scheme):
    first, second = (
        [(s.name, s.train.tolist(), s.inner_fold.tolist()) for s in splits_of(*scheme)]
        for _ in range(2)
    )
    assert first == second
