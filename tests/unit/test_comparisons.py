"""Comparisons of models against numbers worked by hand and against other programs."""

import numpy as np
import pytest
from scipy.stats import t

from omc.comparisons import corrected_t, holm, pairs


def test_corrected_t_by_hand():
    differences = np.array([0.1, 0.0, 0.1, 0.4])
    error = np.sqrt(differences.var(ddof=1) * (1 / 4 + 0.25))
    half = t.ppf(0.975, 3) * error
    expected = [0.15, 0.15 - half, 0.15 + half, 2 * t.sf(0.15 / error, 3)]
    assert corrected_t(differences, 0.25) == pytest.approx(expected)
    # Without overlap it is the paired t-test.
    plain = t.sf(0.15 / (differences.std(ddof=1) / 2), 3) * 2
    assert corrected_t(differences, 0)[-1] == pytest.approx(plain)


def test_differences_that_never_vary_have_no_interval():
    mean, low, high, p = corrected_t(np.zeros(25), 0.25)
    assert (mean, p) == (0, 1) and np.isnan([low, high]).all()
    mean, low, high, p = corrected_t(np.array([0.3 - 0.2, 0.2 - 0.1, 0.1]), 0.25)
    assert mean == pytest.approx(0.1) and p == 0.25 and np.isnan([low, high]).all()


def test_one_split_compares_nothing():
    mean, *rest = corrected_t(np.array([0.2]), 0.25)
    assert mean == 0.2 and np.isnan(rest).all()
    assert np.isnan(corrected_t(np.array([]), 0.25)).all()


def test_holm_by_hand_and_monotone():
    assert holm([0.04, np.nan, 0.01, 0.03]) == pytest.approx(
        [0.06, np.nan, 0.03, 0.06], nan_ok=True
    )
    p = np.random.default_rng(0).uniform(size=50) ** 3
    adjusted = holm(p)
    assert (adjusted >= p).all() and (adjusted <= 1).all()
    assert (np.diff(adjusted[np.argsort(p)]) >= 0).all()
    assert np.isnan(holm([np.nan])).all()


def test_splits_where_one_of_both_failed_are_left_out_of_their_pairs_only():
    values = np.array([[0.9, 0.8, np.nan], [0.7, 0.7, 0.5]])
    found = {(a, b): list(differences) for a, b, differences in pairs(values)}
    assert list(found) == [(0, 1), (0, 2), (1, 2)]
    assert found[0, 1] == pytest.approx([0.1, 0])
    assert found[0, 2] == found[1, 2] == pytest.approx([0.2])
