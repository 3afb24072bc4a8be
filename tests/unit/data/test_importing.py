"""Joining layers and external cohorts: results and refusals."""

import tracemalloc

import numpy as np
import pytest

from omc.core.errors import UserError
from omc.data import matrix, numbers, transforming
from omc.data.importing import import_dataset, use_image_tables
from omc.data.sample_names import make_names
from omc.data.sheet_columns import take_lab_columns

GENES = "sample\tg1\tg2\na\t1\t2\nb\t3\t4\nc\t5\t6\n"
LIPIDS = "sample\tl1\nc\t30\nb\t20\nd\t40\n"
SHEET = "sample\tkind\tpatient\na\tx\tp1\nb\ty\tp2\nc\tx\tp3\nd\ty\tp4\n"


def layer(path, **more):
    setting = {"orientation": "samples_in_rows", "matrix": None}
    return {"table": str(path), **setting, "transform": "none", "pseudo_count": 0.5, **more}


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes a table into a temporary folder; messages contain bare file names."""
    monkeypatch.chdir(tmp_path)
    return lambda name, text: (tmp_path / name).write_text(text, encoding="utf-8") and name


@pytest.fixture
def two(write):
    """Two layers: a has only genes, d has only lipids."""
    return {
        "layers": {
            "genes": layer(write("genes.tsv", GENES)),
            "lipids": layer(write("lipids.tsv", LIPIDS)),
        },
        "samples": write("samples.tsv", SHEET),
        "join": "inner",
        "outcome": {"column": "kind", "task": "classification"},
        "groups": None,
        "stratify_by": [],
        "cohorts": {},
    }


@pytest.fixture
def one(two):
    """One layer with a, b and c, and a cohort with other columns in another order."""
    del two["layers"]["lipids"]
    two["samples"] = "three.tsv"
    return two


@pytest.fixture
def cohort(one, write):
    write("three.tsv", SHEET.replace("d\ty\tp4\n", ""))
    write("outside.tsv", "sample\tnew\tg2\tg1\ne\t0\t8\t7\nf\t0\t10\t9\n")
    write("outside_samples.tsv", "sample\tkind\tpatient\nf\ty\tp6\ne\tx\tp5\n")
    one["cohorts"] = {
        "outside": {
            "samples": "outside_samples.tsv",
            "layers": {"genes": layer("outside.tsv")},
            "missing_features": "error",
        }
    }
    return one


def test_an_inner_join_keeps_what_every_layer_has(two, capsys):
    values, samples, features, layers, rows = import_dataset("demo", two)
    assert samples == ["b", "c"] and list(rows.index) == samples
    assert features == ["genes:g1", "genes:g2", "lipids:l1"]
    assert layers == ["genes", "genes", "lipids"]
    np.testing.assert_array_equal(values, [[3, 4, 20], [5, 6, 30]])
    message = capsys.readouterr().out
    assert "genes 3, lipids 3" in message and "keeps 2 and drops 2 (a, d)" in message


@pytest.mark.parametrize("orientation", ["samples_in_rows", "features_in_rows"])
def test_a_matrix_is_in_memory_twice_at_most(one, write, monkeypatch, orientation):
    monkeypatch.setattr(numbers, "BLOCK_BYTES", 1 << 14)
    monkeypatch.setattr(matrix, "BLOCK_BYTES", 1 << 14)
    monkeypatch.setattr(transforming, "BLOCK", 1 << 12)
    x = np.random.default_rng(0).normal(size=(200, 600))
    samples, features = [f"s{i}" for i in range(200)], [f"f{i}" for i in range(600)]
    rows, columns, table = samples, features, x
    if orientation == "features_in_rows":
        rows, columns, table = features, samples, x.T
    lines = [
        "\t".join(map(str, [name, *row])) for name, row in zip(rows, table.tolist(), strict=True)
    ]
    write("genes.tsv", "\n".join(["\t".join(["id", *columns]), *lines]) + "\n")
    sheet = [f"{sample}\t{'xy'[i % 2]}\n" for i, sample in enumerate(samples)]
    write("three.tsv", "".join(["sample\tkind\n", *reversed(sheet)]))
    one["layers"]["genes"] |= {"orientation": orientation, "transform": "arcsinh"}
    matrix.write_h5ad("data.h5ad", x[:1, :1], ["s"], ["f"], ["genes"])  # imports what it needs
    tracemalloc.start()
    values, *names, _ = import_dataset("demo", one)
    matrix.write_h5ad("data.h5ad", values, *names)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    np.testing.assert_allclose(values, np.arcsinh(x[::-1]), rtol=1e-15)
    assert peak < 2.5 * x.nbytes


def test_an_outer_join_leaves_a_missing_layer_empty(two):
    two["join"] = "outer"
    values, samples, *_ = import_dataset("demo", two)
    assert samples == ["a", "b", "c", "d"]
    nan = np.nan
    expected = [[1, 2, nan], [3, 4, 20], [5, 6, 30], [nan, nan, 40]]
    np.testing.assert_array_equal(values, expected)


def test_lab_batches_come_along_with_the_samples(two, write, tmp_path):
    write("samples.tsv", SHEET.replace("patient", "plate/run"))
    two["batch"] = {"lab_batch": ["preprocessing.batch.column", "plate/run"]}
    values, samples, features, layers, rows = import_dataset("demo", two)
    columns = take_lab_columns(rows)
    assert list(rows.columns) == ["outcome", "group", "cohort"]
    matrix.write_h5ad("data.h5ad", values, samples, features, layers, columns)
    assert matrix.sheet_columns("data.h5ad")["lab_batch"].tolist() == ["p2", "p3"]
    write("samples.tsv", SHEET.replace("patient", "plate/run").replace("p3", "NA"))
    with pytest.raises(UserError, match=r"batch\.column: column 'plate/run' of .* \(c\)"):
        import_dataset("demo", two)


def test_columns_of_two_levels_come_along_with_the_first(cohort, write):
    sheet = "sample\tkind\tsex\tage\n"
    write("three.tsv", f"{sheet}a\tx\tF\t50\nb\ty\tM\t60\nc\tx\tM\t70\nd\ty\tF\t80\n")
    write("outside_samples.tsv", f"{sheet}e\tx\tM\t\nf\ty\tF\t\n")
    layer = {"columns": ["sex", "age"], "types": {}}
    cohort |= {"layers": {"clinic": layer}}
    cohort["cohorts"]["outside"]["layers"] = {"clinic": layer}
    values, samples, features, layers, rows = import_dataset("demo", cohort)
    assert features == ["sex: M", "age"] and rows.attrs["first_levels"] == {"sex: M": "F"}
    np.testing.assert_array_equal(values[4:], [[1, np.nan], [0, np.nan]])
    matrix.write_h5ad("data.h5ad", values, samples, features, layers, {}, {"sex: M": "F"})
    assert matrix.first_levels("data.h5ad") == {"sex: M": "F"}
    matrix.write_h5ad("data.h5ad", values, samples, features, layers)
    assert matrix.first_levels("data.h5ad") == {}
    write("outside_samples.tsv", f"{sheet}e\tx\tmale\t\nf\ty\tF\t\n")
    message = (
        r"datasets.demo.layers.clinic.columns: 'sex' of outside_samples.tsv holds 'male' .*e\)"
    )
    with pytest.raises(UserError, match=message):
        import_dataset("demo", cohort)


def test_a_covariate_that_gives_the_outcome_away_is_refused(one, write):
    pairs = "\n".join(f"s{i}\t{'xy'[i % 2]}\t{'XY'[i % 2]}" for i in range(6))
    write("three.tsv", f"sample\tkind\tdiagnosis\n{pairs}\n")
    one["batch"] = {
        "lab_batch": ["preprocessing.batch.column", "kind"],
        "covariate_1": ["preprocessing.batch.covariates", "diagnosis"],
    }
    with pytest.raises(UserError, match="covariates: each level of 'diagnosis' of .* one class"):
        import_dataset("demo", one)


def test_no_sample_in_every_layer_is_an_error(two, write):
    write("lipids.tsv", "sample\tl1\nd\t40\n")
    with pytest.raises(UserError, match=r"none of the 4 samples .*genes 3, lipids 1.*join: outer"):
        import_dataset("demo", two)


def test_a_layer_without_any_sample_is_an_error_even_in_an_outer_join(two, write):
    two["join"] = "outer"
    write("lipids.tsv", "lipid\tb\tc\nl1\t20\t30\n")
    with pytest.raises(UserError, match=r"lipids\.orientation: features_in_rows would fit"):
        import_dataset("demo", two)


def test_the_only_layer_must_have_every_sample(one, write):
    write("three.tsv", SHEET)
    with pytest.raises(UserError, match=r"layers\.genes\.table: 1 of 4 samples .*missing: 'd'"):
        import_dataset("demo", one)


def test_a_class_lost_in_the_join_is_an_error(two, write):
    write("samples.tsv", SHEET.replace("b\ty", "b\tx"))
    with pytest.raises(UserError, match=r"only one class among the 2 samples that the layers have"):
        import_dataset("demo", two)


def test_a_number_that_is_the_same_for_all_samples_is_an_error(two, write):
    write("samples.tsv", SHEET.replace("x", "2.5").replace("y", "2.50"))
    two["outcome"]["task"] = "regression"
    with pytest.raises(UserError, match="'kind' of .* is 2.50? for all .* nothing to predict"):
        import_dataset("demo", two)


@pytest.mark.parametrize("word", ["", "#N/A", "N/A", "nan", " NULL ", "<NA>"])
def test_a_word_for_missing_is_no_label(one, write, word):
    write("three.tsv", SHEET.replace("a\tx", f"a\t{word}").replace("d\ty\tp4\n", ""))
    with pytest.raises(UserError, match=r"'kind' of three.tsv is empty.* for 1 sample.s. \(a\)"):
        import_dataset("demo", one)


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_the_outcome_among_the_features_is_refused_by_name(one, write, task):
    write("three.tsv", "sample\tg2\tpatient\na\t2\tp1\nb\t4\tp2\nc\t6\tp3\n")
    one["outcome"] = {"column": "g2", "task": task}
    with pytest.raises(UserError, match=r"genes\.table: feature 'g2' of genes.tsv is the outcome"):
        import_dataset("demo", one)
    # A gene may have the name of its mutation.
    write("three.tsv", "sample\tg2\na\t1\nb\t0\nc\t1\n")
    write("genes.tsv", GENES.replace("c\t5\t6", "c\t5\t3"))
    assert import_dataset("demo", one)[2] == ["g1", "g2"]


def test_a_cohort_is_matched_by_name(cohort, capsys):
    values, samples, features, _, rows = import_dataset("demo", cohort)
    assert samples == ["a", "b", "c", "f", "e"] and features == ["g1", "g2"]
    np.testing.assert_array_equal(values, [[1, 2], [3, 4], [5, 6], [9, 10], [7, 8]])
    assert list(rows["cohort"]) == ["development"] * 3 + ["outside"] * 2
    assert list(rows["outcome"]) == ["x", "y", "x", "y", "x"]
    assert "1 others are ignored" in capsys.readouterr().out


def test_a_cohorts_other_features_are_no_part_of_its_composition(cohort, write):
    write("outside.tsv", "sample\tnew\tg2\tg1\ne\t100\t8\t2\nf\t100\t9\t1\n")
    clr = {"transform": "clr", "pseudo_count": 0}
    cohort["layers"]["genes"] |= clr
    cohort["cohorts"]["outside"]["layers"]["genes"] |= clr
    values, samples, *_ = import_dataset("demo", cohort)
    np.testing.assert_allclose(values[samples.index("e")], [-np.log(2), np.log(2)])


def test_a_cohort_without_a_table_is_read_from_development(cohort, write):
    write("genes.tsv", GENES + "e\t7\t8\nf\t9\t10\n")
    cohort["cohorts"]["outside"]["layers"] = cohort["layers"]
    values, samples, *_ = import_dataset("demo", cohort)
    np.testing.assert_array_equal(values[3:], [[9, 10], [7, 8]])
    assert samples[3:] == ["f", "e"]


def test_a_lacking_feature_is_named_or_missing(cohort, write):
    write("outside.tsv", "sample\tg2\ne\t8\nf\t10\n")
    with pytest.raises(UserError) as error:
        import_dataset("demo", cohort)
    for part in (
        "datasets.demo.cohorts.outside.layers.genes.table",
        "1 of the 2 development features",
        "g1",
    ):
        assert part in str(error.value)
    assert "set datasets.demo.cohorts.outside.missing_features: impute" in str(error.value)
    cohort["cohorts"]["outside"]["missing_features"] = "impute"
    np.testing.assert_array_equal(
        import_dataset("demo", cohort)[0][3:], [[np.nan, 10], [np.nan, 8]]
    )


def test_a_part_of_a_composition_is_never_imputed(cohort, write):
    write("outside.tsv", "sample\tg2\ne\t8\nf\t10\n")
    cohort["cohorts"]["outside"]["missing_features"] = "impute"
    cohort["cohorts"]["outside"]["layers"]["genes"]["transform"] = "clr"
    message = r"outside\.layers\.genes\.table: 1 of .*missing: g1\): transform clr .*remove them"
    with pytest.raises(UserError, match=message):
        import_dataset("demo", cohort)


def test_other_names_for_all_features_are_never_imputed(cohort, write):
    write("outside.tsv", "sample\tENSG1\ne\t8\nf\t10\n")
    cohort["cohorts"]["outside"]["missing_features"] = "impute"
    with pytest.raises(UserError, match="none of the 2 development features"):
        import_dataset("demo", cohort)


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        ("sample\tkind\ne\tx\na\ty\n", r"1 sample\(s\) of outside_samples.tsv .*three.tsv \(a"),
        ("sample\tkind\ne\tz\nf\ty\n", r"not a class of the development samples: 'z' \(sample e\)"),
        ("sample\tsort\ne\tx\nf\ty\n", r"'kind' is not a column of outside_samples.tsv"),
        ("sample\tkind\ne\tx\ng\ty\n", r"outside\.layers\.genes\.table: 1 of 2 samples"),
    ],
)
def test_a_cohort_that_does_not_fit_is_refused(cohort, write, sheet, message):
    write("outside_samples.tsv", sheet)
    with pytest.raises(UserError, match=message):
        import_dataset("demo", cohort)


def test_a_sample_stands_in_one_cohort_only(cohort, write):
    cohort["cohorts"]["twice"] = cohort["cohorts"]["outside"]
    with pytest.raises(UserError, match=r"cohorts\.twice\.samples: 2 sample\(s\)"):
        import_dataset("demo", cohort)


def test_a_metric_of_two_classes_is_refused_where_there_are_more(two, write):
    two["outcome"] |= {"binary_metric": "sensitivity", "other_metrics": ["f1", "mcc"]}
    import_dataset("demo", two)
    two["join"] = "outer"
    write("samples.tsv", SHEET.replace("a\tx", "a\tz"))
    with pytest.raises(UserError, match=r"sensitivity needs two .* 3 .x, y, z.: .* f1, mcc"):
        import_dataset("demo", two)


@pytest.mark.parametrize("value", ["y", "inf"])
def test_a_regression_wants_numbers_in_every_cohort(cohort, write, value):
    cohort["outcome"] = {"column": "kind", "task": "regression"}
    write("three.tsv", "sample\tkind\na\t1\nb\t2\nc\t3\n")
    write("outside_samples.tsv", f"sample\tkind\nf\t{value}\ne\t1\n")
    with pytest.raises(UserError, match=f"regression, but .*outside_samples.tsv holds '{value}'"):
        import_dataset("demo", cohort)


# ------------------------------------------------------------------------------------------ images


@pytest.fixture
def pictures(write, tmp_path):
    """Sample a has two images, b an intact and a broken one, c only a broken one."""

    def setting(unit):
        (tmp_path / "joined" / "cells").mkdir(parents=True)
        write(
            "joined/cells/images.csv",
            "sample,image,path,sha256,reason\n"
            "a,1.png,p,,\na,2.png,p,,\nb,1.png,p,,\nb,2.png,p,,no image\nc,1.png,p,,no image\n",
        )
        by_image = "sample,f\na/1.png,1\na/2.png,3\nb/1.png,5\n"
        by_sample = "sample,f_mean,f_sd\na,2,1.4\nb,5,\n"
        write("joined/cells/features.csv", by_image if unit == "image" else by_sample)
        dataset = {
            "layers": {"cells": {"images": "folder", "unit": unit, "source": "cells"}},
            "samples": write("three.tsv", SHEET.replace("d\ty\tp4\n", "")),
            "join": "inner",
            "outcome": {"column": "kind", "task": "classification"},
            "groups": None,
            "stratify_by": [],
            "cohorts": {},
        }
        use_image_tables(dataset, "joined")
        return dataset

    return setting


def test_a_sample_whose_images_are_all_broken_is_left_out(pictures, capsys):
    values, samples, features, layers, rows = import_dataset("demo", pictures("sample"))
    assert samples == ["a", "b"] and features == ["f_mean", "f_sd"] and set(layers) == {"cells"}
    np.testing.assert_array_equal(values, [[2, 1.4], [5, np.nan]])
    assert "folder: without a usable image, left out: c" in capsys.readouterr().out


def test_images_as_rows_have_their_sample_s_outcome_and_are_its_group(pictures):
    dataset = pictures("image")
    values, samples, _, _, rows = import_dataset("demo", dataset)
    assert samples == ["a/1.png", "a/2.png", "b/1.png"] and values.ravel().tolist() == [1, 3, 5]
    assert rows["outcome"].tolist() == ["x", "x", "y"]
    assert rows["group"].tolist() == ["a", "a", "b"]
    dataset["groups"] = "patient"
    assert import_dataset("demo", dataset)[4]["group"].tolist() == ["p1", "p1", "p2"]


def test_a_sample_without_any_image_is_named(pictures, write):
    dataset = pictures("sample")
    write("three.tsv", SHEET)
    with pytest.raises(UserError, match=r"layers.cells.images: 1 of 3 .*missing: 'd'; found there"):
        import_dataset("demo", dataset)


def test_columns_may_be_of_a_table_of_their_own(two, write, capsys):
    clinic = "sample,age,sex,stage\nd,51,F,II\nb,,M,I\nelsewhere,40,X,IV\nc,62,F,I\na,70,M,II\n"
    types = {"stage": {"levels": ["I", "II"]}}
    columns = {"columns": ["age", "sex", "stage"], "types": types}
    two["layers"]["clinic"] = {"table": write("clinic.csv", clinic), **columns}
    values, samples, features, layers, _ = import_dataset("demo", two)
    assert samples == ["b", "c"] and layers[-3:] == ["clinic"] * 3
    # A level of a sample that is not in the sheet is no level.
    assert features[-3:] == ["clinic:age", "clinic:sex: M", "clinic:stage"]
    np.testing.assert_array_equal(values[:, -3:], [[np.nan, 1, 0], [62, 0, 0]])


def test_a_table_of_columns_with_other_samples_is_named(two, write):
    columns = {"columns": ["age"], "types": {}}
    two["layers"] = {"clinic": {"table": write("clinic.csv", "sample,age\nz,51\n"), **columns}}
    with pytest.raises(UserError, match=r"layers.clinic.table: 4 of 4 samples of samples.tsv are"):
        import_dataset("demo", two)


def test_another_column_may_name_the_samples(one, write):
    write("three.tsv", "nr\tsample_id\tkind\n1\ta\tx\n2\tb\ty\n3\tc\tx\n")
    with pytest.raises(UserError, match="no column 'sample' .*samples: {file: three.tsv, id: samp"):
        import_dataset("demo", one)
    one["sheet"] = {"id": "sample_id"}
    assert import_dataset("demo", one)[1] == ["a", "b", "c"]
    one["sheet"] = {"id": "sampleid"}
    with pytest.raises(UserError, match="no column 'sampleid' .*'sample_id'. Correct samples.id"):
        import_dataset("demo", one)


def test_names_that_r_changed_are_offered_and_matched_by_a_key(one, write, capsys):
    write("three.tsv", "sample\tkind\nPT-1\tx\n2 b\ty\nc\tx\n")
    write("genes.tsv", "sample\tg1\nc\t5\nPT.1\t1\nX2.b\t3\n")
    with pytest.raises(UserError) as error:
        import_dataset("demo", one)
    assert str(error.value).endswith(
        "; 2 of them may be there under the names that R gives ('PT-1' as 'PT.1'): if they are the"
        " same, write datasets.demo.samples: {file: three.tsv, match: r_names}"
    )
    one["match"] = "r_names"
    values, samples, *_ = import_dataset("demo", one)
    assert samples == ["PT-1", "2 b", "c"] and values[:, 0].tolist() == [1, 3, 5]
    assert "2 sample(s) found by R's names, as 'PT-1' by 'PT.1'" in capsys.readouterr().out
    write("three.tsv", "sample\tkind\nPT-1\tx\nPT_1\ty\nPT 1\tx\nc\ty\n")
    with pytest.raises(UserError, match="'PT.1' of genes.tsv fits more than one sample, as 'PT-1'"):
        import_dataset("demo", one)


@pytest.mark.parametrize(
    ("name", "of_r"),
    [("1a", "X1a"), ("_a", "X_a"), (".2", "X.2"), (".a", ".a"), ("a b-c", "a.b.c"), ("if", "if."),
     ("é1", "é1"), ("", "X"), ("-", "X."), ("a_b", "a_b")],
)  # fmt: skip
def test_names_are_those_of_make_names(name, of_r):
    assert make_names(name) == of_r


def test_samples_without_an_outcome_stop_or_are_dropped(one, write, capsys):
    write("three.tsv", "sample\tkind\na\tx\nb\ty\nc\tNA\n")
    with pytest.raises(UserError, match="or set datasets.demo.outcome.missing: drop"):
        import_dataset("demo", one)
    one["outcome"]["missing"] = "drop"
    assert import_dataset("demo", one)[1] == ["a", "b"]
    assert "three.tsv: left out, since their outcome is missing: c" in capsys.readouterr().out
    write("three.tsv", "sample\tkind\na\t\nb\t\nc\tNA\n")
    with pytest.raises(UserError, match="demo.outcome.missing: drop leaves no sample of three.tsv"):
        import_dataset("demo", one)
