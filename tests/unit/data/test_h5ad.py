"""AnnData files whose content contradicts itself or lies elsewhere are refused, not followed."""

import os
import signal

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from omc.core.errors import UserError
from omc.data import child
from omc.data.importing import column
from omc.data.reading import read_sheet, read_table

X = np.array([[0, 1.5, 0], [2, 0, 3]])
SHEET = pd.DataFrame({"class": ["a", "b"], "age": [53, 85.3]}, index=["S1", "S2"])


def set_to(name, value):
    def change(file):
        attributes = file[name].attrs.items()
        attributes = dict(attributes)
        del file[name]
        file[name] = value
        file[name].attrs.update(attributes)

    return change


def other_shape(file):
    file["X"].attrs["shape"] = [2, 10**9]


def external(file):
    with h5py.File("other.h5", "w") as other:
        other["X"] = X
    del file["X"]
    file["X"] = h5py.ExternalLink("other.h5", "X")


def external_storage(file):
    X.tofile("other.bin")
    del file["X"]
    file.create_dataset("X", (2, 3), "f8", external=[("other.bin", 0, 48)])


def virtual(file):
    layout = h5py.VirtualLayout((2, 3), "f8")
    layout[:] = h5py.VirtualSource("other.h5", "X", (2, 3))
    del file["X"]
    file.create_virtual_dataset("X", layout)


def soft(file):
    del file["X"]
    file["X"] = h5py.SoftLink("/X")


def loop(file):
    file["X/data_of"] = file["X"]


def huge(file):
    del file["X"]
    file.create_dataset("X", (2, 10**9), "f8", chunks=(2, 1000))


def many_chunks(file):
    del file["X/indptr"]
    file["X"].create_dataset("indptr", (10**6,), "i4", chunks=(4,))


def rows_of_var(file):
    set_to("var/_index", np.array([b"g1", b"g2"]))(file)


WRONG = {
    "indices": (set_to("X/indices", [0, 1, 99]), "out of range"),
    "negative": (set_to("X/indices", [0, 1, -1]), "out of range"),
    "indptr": (set_to("X/indptr", [0, 1, 10**6]), "out of range"),
    "falling": (set_to("X/indptr", [0, 5, 3]), "out of range"),
    "short indptr": (set_to("X/indptr", [0, 3]), "out of range"),
    "twice": (set_to("X/indices", [1, 2, 2]), "name a place twice"),
    "words": (set_to("X/data", np.array([b"a", b"b", b"c"])), "holds .S1, not numbers"),
    "shape": (other_shape, r"shape \(2, 1000000000\), but there are 2 samples .* 3 features"),
    "features": (rows_of_var, r"shape \(2, 3\), but there are 2 samples .* 2 features"),
    "cube": (set_to("X", np.zeros((2, 3, 1))), r"shape \(2, 3, 1\)"),
    "scalar": (set_to("X", 1.0), r"shape \(\), but"),
    "external link": (external, "'X' in / is a link to another place or file"),
    "external storage": (external_storage, "values of '/X' lie in another file"),
    "virtual": (virtual, "values of '/X' lie in another file"),
    "soft link": (soft, "'X' in / is a link to another place"),
    "loop": (loop, "group '.*' contains itself"),
    "chunks": (many_chunks, "this file of .* would take more than"),
    "huge": (huge, "this file of .* would take more than"),
}


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = anndata.AnnData(sparse.csr_matrix(X), SHEET, pd.DataFrame(index=["g1", "g2", "g3"]))
    data.write_h5ad("t.h5ad")
    return "t.h5ad"


@pytest.mark.parametrize("kind", WRONG)
def test_what_contradicts_itself_or_lies_elsewhere_is_refused(path, kind):
    change, message = WRONG[kind]
    with h5py.File(path, "r+") as file:
        change(file)
    with pytest.raises(UserError, match=f"^t.h5ad: .*{message}"):
        read_table(path)


def test_a_column_of_a_new_kind_is_refused_only_where_it_is_needed(path):
    with h5py.File(path, "r+") as file:
        file["obs/class"].attrs["encoding-type"] = "ragged-array"
    np.testing.assert_array_equal(read_table(path), X)
    sheet = read_sheet(path)
    assert sheet["age"].tolist() == ["53", "85.3"] and "class" not in sheet
    assert column(sheet, "age", "k", path).tolist() == ["53", "85.3"]
    with pytest.raises(UserError, match="k: column 'class' of t.h5ad is stored as 'ragged-array'"):
        column(sheet, "class", "k", path)


def test_a_crash_or_a_hang_of_a_library_is_told(path, monkeypatch):
    def crash(path):
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(UserError, match="t.h5ad: reading it ends the process .signal SIGKILL"):
        child.try_in_child(path, crash)
    monkeypatch.setattr(child, "SECONDS", 0.1)
    with pytest.raises(UserError, match="t.h5ad: reading it takes more than 0 s"):
        child.try_in_child(path, lambda path: signal.pause())


def test_an_encoding_that_anndata_does_not_know_is_named(tmp_path):
    path = str(tmp_path / "t.h5ad")
    anndata.AnnData(X, SHEET).write_h5ad(path)
    with h5py.File(path, "a") as file:
        file["var/_index"].attrs["encoding-version"] = "9.0"
    with pytest.raises(UserError, match="'var/_index' is stored as 'string-array' of version '9"):
        read_table(path)
