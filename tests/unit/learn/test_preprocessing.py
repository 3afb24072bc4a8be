"""Preprocessing: learned from training rows only, in the documented order."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from omc.core.csv_files import write_csv
from omc.core.errors import UserError
from omc.data.matrix import read_columns, write_h5ad
from omc.learn.preprocessing import apply_fit, learn, learn_all, read_fits, write_fits

SETTING = {
    "max_missing": 0.2, "impute": "median", "scale": "standard", "method": "anova", "features": 5,
}  # fmt: skip


def layer(p, top=None):
    return [{"name": "x", "columns": np.arange(p), "top_variance": top}]


def test_equals_a_scikit_learn_pipeline(leukemia):
    x, y = leukemia
    train = np.delete(np.arange(38), slice(0, 38, 3))
    fit = learn(x[train], y[train], layer(x.shape[1]), {**SETTING, "features": 50})
    pipeline = make_pipeline(StandardScaler(), SelectKBest(f_classif, k=50)).fit(x[train], y[train])
    assert list(fit.index) == list(pipeline[1].get_support(indices=True))
    np.testing.assert_allclose(apply_fit(x[:, fit.index], fit), pipeline.transform(x), atol=1e-12)
    assert sorted(fit.rank) == list(range(1, 51))
    scores = f_classif(x[train][:, fit.index], y[train])[0]
    assert list(np.argsort(-scores)) == list(np.argsort(fit.rank))


def test_filters_in_their_order():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20, 6)) * [1, 2, 3, 4, 5, 6]
    x[:, 5] = 0.1 + 0.2  # constant
    x[:5, 4] = np.nan  # too many missing
    x[0, 3] = np.nan
    y = np.array(["a", "b"] * 10)
    fit = learn(x, y, layer(6, top=2), {**SETTING, "method": "none"})
    assert list(fit.index) == [2, 3]
    assert fit.fill[1] == np.median(x[1:, 3])
    assert (fit.rank == 0).all()
    z = apply_fit(x[:, fit.index], fit)
    assert not np.isnan(z).any()
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(z.std(axis=0), 1)


@pytest.mark.parametrize(("scale", "center", "spread"), [("none", 0, 1), ("center", None, 1)])
def test_scaling_can_be_left_out(scale, center, spread):
    x = np.random.default_rng(0).normal(3, 2, size=(20, 4))
    fit = learn(x, np.arange(20.0), layer(4), {**SETTING, "scale": scale, "method": "f_regression"})
    np.testing.assert_allclose(fit.center, x.mean(axis=0) if center is None else center)
    np.testing.assert_allclose(fit.scale, spread)


def test_nothing_of_the_test_rows_is_seen(leukemia):
    x, y = leukemia
    train = np.arange(30)
    changed = x.copy()
    changed[30:] = 1e6
    before = learn(x[train], y[train], layer(x.shape[1]), SETTING)
    after = learn(changed[train], y[train], layer(x.shape[1]), SETTING)
    for name in ("index", "fill", "center", "scale", "rank"):
        np.testing.assert_array_equal(getattr(before, name), getattr(after, name))


@pytest.mark.parametrize("impute", ["median", "mean", "zero"])
@pytest.mark.parametrize("top", [None, 9])
def test_sparse_gives_the_bits_of_dense_in_blocks_or_not(tmp_path, monkeypatch, impute, top):
    rng = np.random.default_rng(0)
    x = rng.poisson(0.5, size=(31, 40)) * rng.gamma(2, size=(31, 40))
    x[rng.random(x.shape) < 0.05] = np.nan
    x[:, 7] = 0
    y = np.array(["a", "b", "c"] * 11)[:31]
    path = str(tmp_path / "data.h5ad")
    samples, features = [f"s{i}" for i in range(31)], [f"g{i}" for i in range(40)]
    write_h5ad(path, sparse.csr_array(x), samples, features, ["l"] * 40)
    stored = read_columns(path, samples, np.arange(40), dense=False)
    assert sparse.issparse(stored)
    setting = {**SETTING, "impute": impute}
    expected = learn(x, y, layer(40, top), setting)
    monkeypatch.setattr("omc.learn.blocks.BLOCK_NUMBERS", 31 * 6)
    for values in (x, stored):
        result = learn(values, y, layer(40, top), setting)
        for name in ("index", "fill", "center", "scale", "rank"):
            np.testing.assert_array_equal(getattr(result, name), getattr(expected, name))


@pytest.mark.parametrize("store", [np.asarray, sparse.csr_array])
def test_all_fits_of_a_file_are_those_of_their_rows_alone(tmp_path, store):
    """Dense ones share memory: nothing of one may be left in another, of more rows or of fewer."""
    rng = np.random.default_rng(3)
    x = rng.poisson(1, size=(24, 30)) * rng.gamma(2, size=(24, 30))
    x[rng.random(x.shape) < 0.1] = np.nan
    y = np.array(["a", "b"] * 12)
    names = [f"s{i:02}" for i in range(24)]
    data, samples, splits = (str(tmp_path / name) for name in ("x.h5ad", "s.tsv", "splits.csv"))
    write_h5ad(data, store(x), names, [f"g{i}" for i in range(30)], ["layer"] * 30)
    header = ["sample", "outcome", "cohort"]
    rows = ([n, label, "development"] for n, label in zip(names, y, strict=True))
    write_csv(samples, header, rows, delimiter="\t")
    inner = {
        "few": np.arange(9) % 3 + 1,
        "final": np.arange(24) % 3 + 1,
        "some": np.arange(15) % 2 + 1,
    }
    rows = (
        [split, names[i], "train", fold]
        for split, folds in inner.items()
        for i, fold in enumerate(folds)
    )
    write_csv(splits, ["split", "sample", "role", "inner_fold"], rows)
    setting = {**SETTING, "top_variance": {"layer": 20}}
    learn_all(data, samples, splits, setting, "classification", str(tmp_path / "p.h5"))
    fits, _ = read_fits(str(tmp_path / "p.h5"))
    assert len(fits) == 4 + 4 + 3
    for (split, fold), fit in fits.items():
        inside = np.flatnonzero(inner[split] != fold)
        alone = learn(x[inside], y[inside], layer(30, 20), SETTING)
        for name in ("index", "fill", "center", "scale", "rank"):
            np.testing.assert_array_equal(getattr(fit, name), getattr(alone, name))


def test_no_feature_left():
    with pytest.raises(UserError, match="no feature is left"):
        learn(np.ones((4, 2)), np.array(["a", "b"] * 2), layer(2), SETTING)


def test_the_file_gives_back_what_was_learned(tmp_path, leukemia):
    x, y = leukemia
    fits = {
        ("r01f01", 0): learn(x[18:], y[18:], layer(x.shape[1]), SETTING),
        ("final", 1): learn(x, y, layer(x.shape[1]), {**SETTING, "features": 7}),
    }
    path = str(tmp_path / "p.h5")
    write_fits(path, fits, {"splits_sha256": "a", "data_sha256": "b"})
    result, attributes = read_fits(path)
    assert attributes == {"splits_sha256": "a", "data_sha256": "b"}
    assert list(result) == list(fits)
    for key, fit in fits.items():
        np.testing.assert_array_equal(result[key].index, fit.index)
        np.testing.assert_array_equal(result[key].scale, fit.scale)
    assert list(read_fits(path, {"final"})[0]) == [("final", 1)]


def test_samples_without_a_layer_do_not_cost_its_features():
    """An outer join: half of the samples lack the layer, half of the rest a feature."""
    x = np.random.default_rng(1).normal(size=(20, 3))
    x[10:] = np.nan
    x[:5, 2] = np.nan
    setting = {**SETTING, "method": "none"}
    fit = learn(x, np.array(["a", "b"] * 10), layer(3), setting)
    assert list(fit.index) == [0, 1]
    np.testing.assert_array_equal(fit.fill, np.median(x[:10, :2], axis=0))
    with pytest.raises(UserError, match="layer x: no training sample"):
        learn(x[10:], np.array(["a", "b"] * 5), layer(3), setting)


def two_layers(x, first):
    columns = np.arange(x.shape[1])
    return [
        {"name": "a", "columns": columns[:first], "top_variance": None},
        {"name": "b", "columns": columns[first:], "top_variance": None},
    ]


def test_layers_select_and_weigh_by_themselves(leukemia):
    x, y = leukemia[0][:, :100], leukemia[1]
    fit = learn(x, y, two_layers(x, 97), SETTING)
    inside = fit.index < 97
    assert inside.sum() == 5 and (~inside).sum() == 3
    assert sorted(fit.rank[inside]) == [1, 2, 3, 4, 5] and sorted(fit.rank[~inside]) == [1, 2, 3]
    z = apply_fit(x[:, fit.index], fit)
    squares = (z**2).sum(axis=0)
    # Standardised features would have a sum of squares of 38 each; blocks of 5 and 3 now share it.
    assert squares[inside].sum() == pytest.approx(squares[~inside].sum()) == pytest.approx(4 * 38)
    alone = learn(x[:, :97], y, layer(97), SETTING)
    weight = np.sqrt(5) / np.sqrt(4)
    np.testing.assert_allclose(fit.scale[inside], alone.scale * weight, rtol=1e-15)
    np.testing.assert_array_equal(fit.center[inside], alone.center)


def test_one_layer_is_not_weighed(leukemia):
    x, y = leukemia[0][:, :50], leukemia[1]
    fit = learn(x, y, layer(50), {**SETTING, "features": 7})
    np.testing.assert_array_equal(fit.scale, x.std(axis=0)[fit.index])
