"""Transforms: definitions, domains, and identical results from sparse and dense values."""

import numpy as np
import pytest
from scipy import sparse

from omc.core.errors import UserError
from omc.data.transforming import transform

SAMPLES, FEATURES = ["S1", "S2", "S3"], ["g1", "g2", "g3", "g4"]
COUNTS = np.array([[0, 5, 10, np.nan], [1, 0, 0, 3], [0.1, 0.2, 0.3, 1e6]])


def call(values, kind, pseudo_count=0.5):
    return transform(values, kind, SAMPLES, FEATURES, "layers.x.transform: x.tsv", pseudo_count)


def test_definitions():
    positive = COUNTS + 1
    np.testing.assert_array_equal(call(COUNTS, "none"), COUNTS)
    np.testing.assert_allclose(call(positive, "log2"), np.log2(positive))
    np.testing.assert_allclose(call(COUNTS, "log1p"), np.log(COUNTS + 1))
    np.testing.assert_allclose(call(COUNTS, "arcsinh"), np.arcsinh(COUNTS))
    expected = np.log2(np.array([0, 5, 10, np.nan]) / 15 * 1e6 + 1)
    np.testing.assert_allclose(call(COUNTS, "cpm_log2")[0], expected)
    clr = call(COUNTS, "clr")
    assert clr[0, :3] == pytest.approx(np.log([0.5, 5.5, 10.5]) - np.log([0.5, 5.5, 10.5]).mean())
    np.testing.assert_allclose(np.nansum(clr, axis=1), 0, atol=1e-12)
    beta = np.array([[0.5, 0.8, np.nan, 0.2]] * 3)
    np.testing.assert_allclose(call(beta, "m_value")[0], [0, 2, np.nan, -2], atol=1e-12)


@pytest.mark.parametrize("kind", ["none", "log1p", "cpm_log2", "clr", "arcsinh"])
@pytest.mark.parametrize("form", [sparse.csc_array, sparse.csr_matrix])
def test_sparse_gives_the_bits_of_dense(kind, form):
    counts = np.random.default_rng(0).gamma(0.1, 9, size=(3, 4)) * (COUNTS != 0)
    before = counts.copy()
    result = call(form(counts), kind)
    assert sparse.issparse(result) == (kind != "clr")
    result = result.toarray() if kind != "clr" else result
    np.testing.assert_array_equal(result, call(np.asfortranarray(counts), kind))
    np.testing.assert_array_equal(counts, before)


def test_a_sample_alone_gives_what_it_gives_among_others():
    for kind in ("cpm_log2", "clr", "log1p"):
        alone = transform(COUNTS[1:2], kind, ["S2"], FEATURES, "", 0.5)
        np.testing.assert_array_equal(alone[0], call(COUNTS, kind)[1])


@pytest.mark.parametrize("form", [np.asarray, sparse.csc_array])
@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("none", np.inf, "finite numbers"),
        ("log2", 0, "numbers above 0"),
        ("log1p", -1, "numbers above -1"),
        ("cpm_log2", -2, "counts, from 0"),
        ("clr", -0.1, "parts of a whole"),
        ("arcsinh", -np.inf, "finite"),
        ("m_value", 1, "between 0 and 1"),
    ],
)
def test_a_value_outside_the_domain_is_named(kind, value, words, form):
    values = np.full((3, 4), 0.5)
    values[2, 1] = value
    with pytest.raises(UserError) as error:
        call(form(values), kind)
    for part in ("layers.x.transform: x.tsv", kind, words, "'g2'", "'S3'", f"is {value:g}:"):
        assert part in str(error.value)


def test_samples_without_a_composition():
    with pytest.raises(UserError, match="sample 'S2' is 0"):
        call(np.array([[1, 0, 0, 0], [0, 0, 0, np.nan], [1, 1, 1, 1.0]]), "cpm_log2")
    with pytest.raises(UserError, match="sample 'S1' has a zero: set pseudo_count above 0"):
        call(COUNTS, "clr", pseudo_count=0)
