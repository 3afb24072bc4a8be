"""New samples: the request, the saved model, and reading of tables."""

import json
import os

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import BaggingClassifier
from sklearn.neighbors import KNeighborsClassifier

from omc.core.checksums import sha256_file
from omc.core.errors import UserError
from omc.core.records import partial_path, publish
from omc.data.matrix import write_h5ad
from omc.learn.new_samples import read_new_samples
from omc.learn.preprocessing import Fit, write_fits
from omc.learn.saving import load_model, predict_saved, save_model
from omc.study import prediction


class Own(KNeighborsClassifier):
    """An estimator that is not scikit-learn's own."""


LAYER = {
    "table": "t.tsv", "orientation": "samples_in_rows", "matrix": None, "transform": "none",
    "pseudo_count": 0.5, "top_variance": None,
}  # fmt: skip
CLINIC = {"columns": ["age"], "types": {}}
DATASETS = {
    "clinic": {"layers": {"sheet": CLINIC}, "join": "inner"},
    "one": {"layers": {"genes": LAYER}, "join": "inner"},
    "two": {"layers": {"genes": LAYER, "lipids": LAYER}, "join": "inner"},
    "cells": {"layers": {"cells": {"images": "cells/"}}, "join": "inner"},
}
MODELS = dict.fromkeys(DATASETS, ["python/ridge", "r/pls"])


@pytest.fixture
def ask(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("new.tsv", "b.tsv", "new.rds"):
        (tmp_path / name).write_text("")

    def resolve(**changed):
        request = {"dataset": "one", "model": "r/pls", "input": "new.tsv", "output": "out.csv"}
        return prediction.resolve({**request, **changed}, DATASETS, MODELS)

    return resolve


def test_tables_are_given_by_layer(ask):
    result = ask()
    assert (result["language"], result["model"]) == ("r", "pls")
    assert result["tables"]["genes"]["path"] == "new.tsv"
    assert ask(input="genes=new.tsv")["tables"] == result["tables"]
    table = ask(dataset="clinic")["tables"]["sheet"]
    assert table == {"path": "new.tsv", **CLINIC, "key": "datasets.clinic.layers.sheet"}
    tables = ask(dataset="two", input="lipids=b.tsv,genes=new.tsv")["tables"]
    assert {layer: table["path"] for layer, table in tables.items()} == {
        "genes": "new.tsv",
        "lipids": "b.tsv",
    }


@pytest.mark.parametrize(
    ("changed", "parts"),
    [
        ({"dataset": "onne"}, ["predict.dataset: 'onne'", "Did you mean 'one'", "two"]),
        ({"model": "ridge"}, ["predict.model: 'ridge'", "python/ridge, r/pls"]),
        ({"input": "nwe.tsv"}, ["predict.input", "'nwe.tsv'"]),
        ({"input": "new.rds"}, ["predict.input: 'new.rds'", ".parquet"]),
        ({"dataset": "two"}, ["predict.input: 'new.tsv'", "genes=….tsv,lipids=….tsv"]),
        ({"dataset": "two", "input": "genes=new.tsv,lipid=b.tsv"}, ["predict.input", "lipids="]),
        ({"output": "no/out.csv"}, ["predict.output", "folder 'no'"]),
        ({"output": "new.tsv"}, ["predict.output: 'new.tsv' is the input"]),
        ({"output": "."}, ["predict.output: '.' is a folder"]),
        ({"dataset": "cells"}, ["layer 'cells'", "cohorts"]),
    ],
)
def test_a_mistake_in_what_is_asked_for_is_one_sentence(ask, changed, parts):
    with pytest.raises(UserError) as error:
        ask(**changed)
    assert "\n" not in str(error.value)
    assert all(part in str(error.value) for part in parts), error.value


def record(*paths):
    """As the job that made these files and folders does."""
    for path in map(str, paths):
        os.rename(path, partial_path(path))
        publish(path)


def test_only_a_model_of_the_manifest_is_found(tmp_path):
    folder, manifest = tmp_path / "final", tmp_path / "manifest.json"
    with pytest.raises(UserError, match="run the comparison first"):
        prediction.find_model(folder, manifest)
    folder.mkdir()
    manifest.write_text("{}")
    record(folder, manifest)
    with pytest.raises(UserError, match="failed on split final"):
        prediction.find_model(folder, manifest)
    path = folder / "model.rds"
    path.touch()
    record(folder)
    with pytest.raises(UserError, match="model.rds: not in .*manifest.json"):
        prediction.find_model(folder, manifest)
    manifest.write_text(json.dumps({"models": {str(path): "abc"}}))
    record(manifest)
    assert prediction.find_model(folder, manifest) == (str(path), "abc")


def test_a_model_is_not_read_unless_its_own_job_recorded_its_checksum(tmp_path):
    folder, manifest = tmp_path / "final", tmp_path / "manifest.json"
    folder.mkdir()
    path = folder / "model.joblib"
    path.touch()
    manifest.write_text(json.dumps({"models": {str(path): "abc"}}))
    record(manifest)
    with pytest.raises(UserError, match="final: its checksum was not recorded"):
        prediction.find_model(folder, manifest)
    record(folder)
    path.write_text("another model, with a manifest that fits")
    with pytest.raises(UserError, match="final: it is not what the run wrote"):
        prediction.find_model(folder, manifest)


def fitted(estimator):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(30, 2))
    model = estimator.fit(x, (x[:, 0] > 0).astype(int))
    one = np.ones(2)
    saved = {"estimator": model, "features": ["b", "a"], "fill": 3 * one, "center": 0 * one}
    return {**saved, "scale": 2 * one, "classes": ["no", "yes"]}


@pytest.mark.parametrize(
    ("estimator", "ending"),
    [
        (KNeighborsClassifier(), "skops"),
        (Own(), "joblib"),
        # An estimator of scikit-learn with a foreign one inside.
        (BaggingClassifier(Own(), n_estimators=2, random_state=1), "joblib"),
    ],
)
def test_a_saved_model_predicts_by_feature_name(tmp_path, estimator, ending):
    saved = fitted(estimator)
    save_model(saved, str(tmp_path))
    (path,) = (str(result) for result in tmp_path.iterdir())
    assert path.endswith(ending)
    loaded = load_model(path, sha256_file(path))
    values = np.array([[9.0, -1.0, np.nan], [9.0, np.nan, -4.0]])
    predicted, prob = predict_saved(loaded, values, ["other", "a", "b"])
    prepared = np.array([[1.5, -0.5], [-2.0, 1.5]])
    np.testing.assert_array_equal(prob, saved["estimator"].predict_proba(prepared))
    assert list(predicted) == ["yes", "no"]
    with open(path, "ab") as file:
        file.write(b"0")
    with pytest.raises(UserError, match="not the one that the run wrote"):
        load_model(path, sha256_file(__file__))


def test_skops_does_not_load_types_of_others(tmp_path):
    import skops.io

    path = str(tmp_path / "model.skops")
    skops.io.dump({"estimator": Own()}, path)
    with pytest.raises(UserError, match="contains types from packages other .*Own"):
        load_model(path, sha256_file(path))


FEATURES = ["genes:TP53", "genes:MYC", "genes:EGFR", "lipids:PC", "lipids:PE"]


@pytest.fixture
def read(tmp_path):
    """Reads tables of new samples for models that use TP53, EGFR and PC."""
    data, preprocessing = str(tmp_path / "data.h5ad"), str(tmp_path / "p.h5")
    layers = ["genes"] * 3 + ["lipids"] * 2
    write_h5ad(data, np.ones((2, 5)), ["s1", "s2"], FEATURES, layers)
    one = np.ones(3)
    write_fits(preprocessing, {("final", 0): Fit(np.array([0, 2, 3]), one, one, one, one)}, {})

    def read(genes, lipids, join="inner", **more):
        tables = {}
        for name, table in {"genes": genes, "lipids": lipids}.items():
            path = str(tmp_path / f"{name}.tsv")
            if isinstance(table, str):
                (tmp_path / f"{name}.tsv").write_text(table.replace(" ", "\t"))
            else:
                table.to_csv(path, sep="\t")
            tables[name] = {**LAYER, "path": path, **(more if name == "genes" else {})}
        return read_new_samples(tables, join, data, preprocessing)

    return read


GENES = pd.DataFrame(
    [[4.0, 2.0, 1.0], [1.0, 2.0, 4.0]], index=["n1", "n2"], columns=["EGFR", "MYC", "TP53"]
)
LIPIDS = pd.DataFrame({"PC": [5.0, 6.0], "PE": [7.0, 8.0]}, index=["n2", "n1"])


def test_features_and_samples_are_matched_by_name(read):
    values, samples, features, layers = read(GENES, LIPIDS)
    assert samples == ["n1", "n2"]
    assert features == ["genes:TP53", "genes:EGFR", "lipids:PC"]
    assert layers == ["genes", "genes", "lipids"]
    np.testing.assert_array_equal(values, [[1, 4, 6], [4, 1, 5]])
    turned = read(GENES.T, LIPIDS, orientation="features_in_rows")
    np.testing.assert_array_equal(turned[0], values)
    # Unused features may be missing, and values may be.
    values, *_ = read(GENES[["TP53", "EGFR"]].replace(4, np.nan), LIPIDS)
    np.testing.assert_array_equal(values, [[1, np.nan, 6], [np.nan, 1, 5]])


def test_a_transform_sees_the_features_that_it_saw_in_training(read):
    values, *_ = read(GENES, LIPIDS, transform="log2")
    np.testing.assert_array_equal(values, [[0, 2, 6], [2, 0, 5]])
    # A feature that training lacked does not count towards the total.
    values, *_ = read(GENES.assign(new=100.0), LIPIDS, transform="clr", pseudo_count=0)
    np.testing.assert_allclose(values[0], [-np.log(2), np.log(2), 6])
    with pytest.raises(UserError, match="1 of the 3 features .* missing .MYC"):
        read(GENES.drop(columns="MYC"), LIPIDS, transform="clr")


def test_a_sheet_is_the_table_of_clinical_columns(tmp_path):
    data, preprocessing = str(tmp_path / "data.h5ad"), str(tmp_path / "p.h5")
    features = ["genes:TP53", "clinical:age", "clinical:sex: M", "clinical:site: rome"]
    layers = ["genes"] + ["clinical"] * 3
    first_levels = {"clinical:sex: M": "F", "clinical:site: rome": "oslo"}
    write_h5ad(data, np.ones((2, 4)), ["s1", "s2"], features, layers, None, first_levels)
    kept, one = np.array([0, 1, 2]), np.ones(3)
    write_fits(preprocessing, {("final", 0): Fit(kept, one, one, one, one)}, {})
    (tmp_path / "genes.tsv").write_text("\tTP53\nn1\t5\nn2\t6\n")
    (tmp_path / "sheet.csv").write_text("sample,sex,site,age\nn2,F,oslo,\nn1,M,rome,61\n")
    key = "datasets.d.layers.clinical"
    columns = {"columns": ["age", "sex", "site"], "types": {}, "key": key}
    tables = {
        "genes": {**LAYER, "path": str(tmp_path / "genes.tsv")},
        "clinical": {**columns, "path": str(tmp_path / "sheet.csv")},
    }
    values, samples, names, _ = read_new_samples(tables, "inner", data, preprocessing)
    assert samples == ["n1", "n2"] and names == features[:3]
    np.testing.assert_array_equal(values, [[5, 61, 1], [6, np.nan, 0]])
    (tmp_path / "genes.tsv").write_text("\tTP53\nn2\t6\n")
    (tmp_path / "sheet.csv").write_text("sample,sex,site,age\nn2,F,oslo,\n")
    values, *_ = read_new_samples(tables, "inner", data, preprocessing)
    np.testing.assert_array_equal(values, [[6, np.nan, 0]])
    (tmp_path / "sheet.csv").write_text("sample,sex,site,age\nn2,male,oslo,\n")
    with pytest.raises(UserError, match=rf"{key}.columns: 'sex' of .*sheet.csv holds 'male'.*F, M"):
        read_new_samples(tables, "inner", data, preprocessing)


def test_an_outer_join_fills_what_a_layer_lacks(read):
    values, samples, _, _ = read(GENES, LIPIDS.loc[["n1"]], join="outer")
    assert samples == ["n1", "n2"]
    np.testing.assert_array_equal(values, [[1, 4, 6], [4, 1, np.nan]])
    with pytest.raises(UserError, match=r"lipids.tsv: 1 sample\(s\) .*genes.tsv \(n2\)"):
        read(GENES, LIPIDS.loc[["n1"]])


@pytest.mark.parametrize(
    ("genes", "parts"),
    [
        (GENES.drop(columns="EGFR"), ["1 of the 2 features", "missing (EGFR)"]),
        (GENES.rename(columns={"TP53": "TP-53"}), ["(TP53)", "'TP53' may be 'TP-53' here"]),
        (GENES.T, ["names of samples", "orientation: samples_in_rows", "features_in_rows"]),
        ("s TP53 EGFR\nn1 1 x\n", ["row 'n1', column 'EGFR' is 'x'", "not a number"]),
        ("s TP53 EGFR\nn1 1 2\nn1 3 4\n", ["sample names appear twice: n1"]),
        ("s TP53 TP53 EGFR\nn1 1 2 3\n", ["feature names appear twice: TP53"]),
        ("s TP53 EGFR\n", ["there is no sample in it"]),
    ],
)
def test_a_mistake_in_a_table_is_one_sentence(read, genes, parts):
    with pytest.raises(UserError) as error:
        read(genes, LIPIDS)
    assert "\n" not in str(error.value)
    assert all(part in str(error.value) for part in ["genes.tsv: ", *parts]), error.value
