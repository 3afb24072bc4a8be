"""data.h5ad: dense and sparse matrices are read back as written, also by anndata."""

import anndata
import numpy as np
import pytest
from scipy import sparse

from omc.data import matrix

SAMPLES, FEATURES = [f"s{i}" for i in range(6)], [f"g{i}" for i in range(25)]


def values():
    x = np.random.default_rng(0).poisson(0.4, size=(6, 25)) / 3
    x[2, 3] = np.nan
    return x


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix, sparse.csc_array])
@pytest.mark.parametrize("block_bytes", [100, 1 << 20])
def test_rows_and_columns_come_as_asked_for(tmp_path, monkeypatch, form, block_bytes):
    monkeypatch.setattr(matrix, "BLOCK_BYTES", block_bytes)
    path, x = str(tmp_path / "data.h5ad"), values()
    matrix.write_h5ad(path, form(x), SAMPLES, FEATURES, ["a"] * 20 + ["b"] * 5)
    rows, columns = [4, 2, 0], [0, 3, 4, 17, 24]
    names = [SAMPLES[row] for row in rows]
    np.testing.assert_array_equal(
        matrix.read_columns(path, names, columns), x[np.ix_(rows, columns)]
    )
    assert matrix.read_columns(path, names, []).shape == (3, 0)
    kept = matrix.read_columns(path, names, columns, dense=False)
    assert sparse.issparse(kept) == (form is not np.asarray)
    if sparse.issparse(kept):
        np.testing.assert_array_equal(kept.toarray(), x[np.ix_(rows, columns)])
        assert matrix.read_columns(path, names, [], dense=False).shape == (3, 0)
    data = anndata.read_h5ad(path)
    result = data.X.toarray() if sparse.issparse(data.X) else data.X
    np.testing.assert_array_equal(result, x)
    assert list(data.obs_names) == SAMPLES and list(data.var["layer"]) == ["a"] * 20 + ["b"] * 5


def test_single_precision_only_where_it_loses_nothing(tmp_path):
    for x, kind in ((values() * 3, np.float32), (values(), np.float64)):
        for form in (np.asarray, sparse.csc_array):
            path = str(tmp_path / f"{kind.__name__}{form.__name__}.h5ad")
            matrix.write_h5ad(path, form(x), SAMPLES, FEATURES, ["a"] * 25)
            assert anndata.read_h5ad(path).X.dtype == kind
