"""Requirements for every transform of the registry."""

import numpy as np
import pytest
from scipy import sparse

from omc.core.errors import UserError
from omc.core.registry import entries
from omc.data.transforming import transform

TRANSFORMS = entries("omc.data.transforms")
SAMPLES, FEATURES = [f"S{i}" for i in range(5)], [f"g{i}" for i in range(7)]

every_transform = pytest.mark.parametrize("kind", TRANSFORMS)


def numbers(kind):
    """(5, 7) numbers in the domain of a transform, one of them missing."""
    values = np.random.default_rng(3).uniform(0.1, 0.9, (5, 7))
    assert TRANSFORMS[kind].inside(values).all()
    values[1, 2] = np.nan
    return values


def call(values, kind, **more):
    return transform(values, kind, SAMPLES, FEATURES, "layers.x.transform: x.tsv", **more)


@every_transform
def test_it_says_what_it_takes(kind):
    how = TRANSFORMS[kind]
    assert how.DOMAIN and how.__doc__
    assert isinstance(how.KEEPS_ZERO, bool) and isinstance(how.COMPOSITIONAL, bool)


@every_transform
def test_missing_values_stay_missing_and_others_become_finite(kind):
    values = numbers(kind)
    np.testing.assert_array_equal(np.isnan(call(values, kind)), np.isnan(values))
    assert np.isfinite(call(values, kind)[~np.isnan(values)]).all()


@every_transform
def test_the_values_given_are_not_changed_unless_asked_for(kind):
    values = numbers(kind)
    before = values.copy()
    result = call(values, kind)
    np.testing.assert_array_equal(values, before)
    np.testing.assert_array_equal(call(values, kind, copy=False), result)


@every_transform
def test_a_sample_alone_gives_what_it_gives_among_others(kind):
    values = numbers(kind)
    alone = transform(values[2:3], kind, ["S2"], FEATURES, "")
    np.testing.assert_array_equal(alone[0], call(values, kind)[2])


@every_transform
def test_a_feature_matters_to_others_only_where_the_transform_is_compositional(kind):
    values = numbers(kind)
    changed = values.copy()
    changed[0, 0] = 0.5
    same = np.array_equal(call(values, kind)[0, 1:], call(changed, kind)[0, 1:])
    assert same != TRANSFORMS[kind].COMPOSITIONAL


@every_transform
def test_zero_stays_zero_where_sparse_stays_sparse(kind):
    if not TRANSFORMS[kind].KEEPS_ZERO:
        pytest.skip("zero does not stay zero")
    values = np.nan_to_num(numbers(kind))
    values[:, 3] = 0
    result = call(sparse.csc_array(values), kind)
    assert sparse.issparse(result)
    np.testing.assert_array_equal(result.toarray(), call(values, kind))
    assert (result.toarray()[:, 3] == 0).all()


@every_transform
def test_a_number_outside_the_domain_is_named(kind):
    values = numbers(kind)
    values[4, 6] = -np.inf
    with pytest.raises(UserError) as error:
        call(values, kind)
    for part in ("layers.x.transform: x.tsv", kind, TRANSFORMS[kind].DOMAIN, "'S4'", "'g6'"):
        assert part in str(error.value)
