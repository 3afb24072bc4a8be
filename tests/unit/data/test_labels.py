"""Labels of features: from what came with a table, and from files."""

import anndata
import numpy as np
import pandas as pd
import pytest

from omc.core.errors import UserError
from omc.data.labels import labelled, labels_of, read_labels
from omc.data.reading import read_table


def table_with(**annotation):
    table = pd.DataFrame(np.zeros((1, 3)), columns=["g1", "g2", "g3"])
    table.attrs["annotation"] = annotation
    return table


def test_the_column_with_the_best_name_has_the_labels():
    texts = ["ABL1", "g2", "=cmd()"]
    assert labels_of(table_with(Description=["x", "y", "z"], **{"Gene Symbol": texts})) == {
        "g1": "ABL1"
    }
    assert labels_of(table_with(chip=["a", "NA", " b  c "])) == {"g1": "a", "g3": "b c"}
    assert labels_of(table_with()) == labels_of(pd.DataFrame()) == {}


@pytest.mark.parametrize("name", ["l.tsv", "l.xlsx"])
def test_a_file_of_labels(tmp_path, name):
    path = str(tmp_path / name)
    sheet = pd.DataFrame({"probe": ["g1", "gX"], "chromosome": ["9", "1"], "symbol": ["ABL1", "X"]})
    sheet.to_excel(path, index=False) if name.endswith("x") else sheet.to_csv(
        path, sep="\t", index=False
    )
    assert read_labels(path, ["g1", "g2"], "key") == {"g1": "ABL1"}
    assert labelled(
        ["l:g1", "l:g2", "m:g1"], ["l:g1", "m:g1"], {"m:g1": "M"}, {"l:": path}, "k"
    ) == {
        "l:g1": "ABL1",
        "m:g1": "M",
    }
    with pytest.raises(
        UserError, match=r"key: the first column of .* \(g1, gX\) names none of the"
    ):
        read_labels(path, ["g7"], "key")


def test_labels_of_an_h5ad_file(tmp_path):
    path = str(tmp_path / "t.h5ad")
    var = pd.DataFrame(
        {"n": [1, 2], "gene_name": pd.Categorical(["ABL1", None])}, index=["g1", "g2"]
    )
    anndata.AnnData(np.eye(2), pd.DataFrame(index=["a", "b"]), var).write_h5ad(path)
    table = read_table(path)
    assert table.attrs["annotation"] == {"gene_name": ["ABL1", ""]}
    assert labels_of(table) == {"g1": "ABL1"}
