"""Clinical columns: which features they become, in development, cohorts and each fit."""

import numpy as np
import pandas as pd
import pytest

from omc.core.errors import UserError
from omc.data.sheet_columns import features_of, same_features
from omc.learn.preprocessing import apply_fit, learn

SHEET = pd.DataFrame(
    {
        "age": ["61", "47.5", "", "70", "58", "66", "52", "49"],
        "sex": ["F", "M", "F", "M", "NA", "F", "M", "F"],
        "stage": ["I", "II", "III", "I", "II", "unknown", "III", "II"],
        "site": ["lyon", "oslo", "rome", "lyon", "oslo", "rome", "lyon", "oslo"],
        "smoker": ["yes", "no", "no", "yes", "no", "no", "yes", "no"],
        "code": ["1", "2", "1", "2", "1", "2", "1", "2"],
    },
    index=[f"P{i}" for i in range(8)],
)
LAYER = {
    "columns": ["age", "sex", "stage", "site"],
    "types": {"stage": {"levels": ["I", "II", "III"]}},
}
SETTING = {
    "max_missing": 0.2, "impute": "median", "scale": "none", "method": "anova", "features": 1,
}  # fmt: skip
NAN = np.nan


def features(columns, types=None, sheet=SHEET):
    return features_of(sheet, {"columns": columns, "types": types or {}}, "layers.c", "s.tsv")


def same(sheet, layer=LAYER):
    """The features of a sheet like those of SHEET."""
    known = features_of(SHEET, layer, "k", "s.tsv")
    first_levels = known.attrs["first_levels"]
    return same_features(sheet, known.columns, layer, "k", "new.tsv", first_levels)


def test_numbers_levels_and_missing_cells():
    table = features_of(SHEET, LAYER, "layers.clinical", "s.tsv")
    assert list(table) == ["age", "sex: M", "stage", "site: lyon", "site: oslo", "site: rome"]
    np.testing.assert_array_equal(table["age"], [61, 47.5, NAN, 70, 58, 66, 52, 49])
    np.testing.assert_array_equal(table["sex: M"], [0, 1, 0, 1, NAN, 0, 1, 0])
    np.testing.assert_array_equal(table["stage"], [0, 1, 2, 0, 1, NAN, 2, 1])
    assert (table.filter(like="site").sum(axis=1) == 1).all()


def test_codes_are_numbers_unless_their_type_says_otherwise():
    assert list(features(["code", "smoker"])) == ["code", "smoker: yes"]
    assert list(features(["code"], {"code": "nominal"})) == ["code: 2"]


def test_a_cohort_gets_the_features_of_development_whatever_its_levels(capsys):
    known = features_of(SHEET, LAYER, "layers.clinical", "s.tsv")
    other = SHEET.assign(site="kyiv", sex="M")[["site", "stage", "sex", "age"]]
    table = same(other)
    assert list(table) == list(known)
    assert (table.filter(like="site") == 0).all(axis=None) and (table["sex: M"] == 1).all()
    np.testing.assert_array_equal(table["age"], known["age"])
    assert "'site': kyiv: treated as none of lyon, oslo, rome" in capsys.readouterr().out
    same(SHEET)
    assert "treated as none of" not in capsys.readouterr().out
    # Of a study that was imported before first levels were stored.
    same_features(SHEET, known.columns, LAYER, "key", "new.tsv", {})
    assert "'sex': F: treated as none of M" in capsys.readouterr().out


@pytest.mark.parametrize(("column", "types"), [("sex", {}), ("code", {"code": "nominal"})])
def test_a_third_level_of_two_is_refused(column, types):
    layer = {"columns": [column], "types": types}
    other = SHEET.copy()
    other.loc["P3", column] = "male"
    message = (
        f"k.columns: '{column}' of new.tsv holds 'male' \\(sample P3\\), which is none of the two"
        r" levels of development \((F, M|1, 2)\): correct it, or leave the cell empty"
    )
    with pytest.raises(UserError, match=message):
        same(other, layer)


def test_one_new_patient_may_lack_a_value():
    table = same(SHEET.iloc[[0]].assign(age="", sex="NA", stage="unknown", site="."))
    assert table.shape == (1, 6) and table.isna().all(axis=None)


def test_words_that_may_mean_missing_are_levels_where_they_stand_for_something(capsys):
    sheet = pd.DataFrame(
        {
            "her2": ["+", "-", "-", "+", "?", "-"],
            "tox": ["none", "mild", "severe", "none", "unknown", "mild"],
            "prior": ["none", "chemo", "none", "chemo", "unknown", "none"],
            "packs": ["none", "10", "20", "-", "5", "7"],
            "grade": ["missing", "1", "2", "1", "2", "nd"],
        },
        index=[f"P{i}" for i in range(6)],
    )
    types = {
        "tox": {"levels": ["none", "mild", "severe"]},
        "grade": {"levels": [1, 2, "missing"]},
    }
    layer = {"columns": ["her2", "tox", "prior", "packs", "grade"], "types": types}
    table = features_of(sheet, layer, "layers.c", "s.tsv")
    assert list(table) == ["her2: -", "tox", "prior: none", "packs", "grade"]
    np.testing.assert_array_equal(table["her2: -"], [0, 1, 1, 0, NAN, 1])
    np.testing.assert_array_equal(table["tox"], [0, 1, 2, 0, NAN, 1])
    np.testing.assert_array_equal(table["prior: none"], [1, 0, 1, 0, NAN, 1])
    np.testing.assert_array_equal(table["packs"], [NAN, 10, 20, NAN, 5, 7])
    np.testing.assert_array_equal(table["grade"], [2, 0, 1, 0, 1, NAN])
    out = capsys.readouterr().out
    assert "layers.c.columns: 'her2' of s.tsv: treated as missing: '?' (1 sample(s))" in out
    assert "'packs' of s.tsv: treated as missing: 'none', '-' (2 sample(s))" in out
    # A cohort without a + has a - that development knows.
    first_levels = table.attrs["first_levels"]
    negative = same_features(
        sheet.loc[["P1"]], table.columns, layer, "layers.c", "new.tsv", first_levels
    )
    assert negative["her2: -"].tolist() == [1]


def test_no_toxicity_that_is_no_level_is_named():
    sheet = pd.DataFrame({"tox": ["none", "mild"]}, index=["P0", "P1"])
    with pytest.raises(UserError, match=r"tox.levels: s.tsv holds 'none' \(sample P0\)"):
        features(["tox"], {"tox": {"levels": ["mild", "severe"]}}, sheet)


@pytest.mark.parametrize(
    ("columns", "types", "changes", "parts"),
    [
        (["aeg"], {}, {}, ["layers.c.columns: 'aeg'", "'age'"]),
        (["age"], {"age": "numeric"}, {"P1": "old"}, ["layers.c.types: 'age'", "'old'", "P1"]),
        (["age"], {}, {"P1": "old"}, ["layers.c.columns: 'age'", "7 levels", "should be numbers"]),
        (["age"], {}, {"P1": "2021-03-04"}, ["holds dates ('2021-03-04')", "the days since"]),
        (["stage"], LAYER["types"], {"P1": "IV"}, ["types.stage.levels", "'IV' (sample P1)"]),
        (["sex"], {}, dict.fromkeys(SHEET.index, ""), ["'sex' of s.tsv is empty: take it out"]),
    ],
)
def test_a_column_that_is_no_feature_is_one_sentence(columns, types, changes, parts):
    sheet = SHEET.copy()
    for sample, cell in changes.items():
        sheet.loc[sample, columns[0]] = cell
    with pytest.raises(UserError) as error:
        features(columns, types, sheet)
    assert all(part in str(error.value) for part in parts), error.value


def learned(sheet, rows):
    """{feature: what a fit learned of it} of the rows, and the values of all samples."""
    table = features_of(sheet, LAYER, "layers.clinical", "s.tsv")
    layers = [
        {"name": "c", "columns": np.arange(table.shape[1]), "top_variance": 1, "baseline": True}
    ]
    fit = learn(table.to_numpy()[rows], np.array(["a", "b"] * 4)[rows], layers, SETTING)
    names = table.columns[fit.index]
    numbers = zip(fit.fill, fit.center, fit.scale, strict=True)
    x = pd.DataFrame(apply_fit(table.to_numpy()[:, fit.index], fit), table.index, names)
    return dict(zip(names, numbers, strict=True)), x


def test_a_baseline_is_neither_filtered_nor_selected_but_for_constant_features():
    rows = np.array([0, 1, 3, 4, 6, 7])
    fits, x = learned(SHEET, rows)
    # Nobody of these rows is from Rome, so that its level is constant, and a test sample from there
    # has no level.
    assert list(fits) == ["age", "sex: M", "stage", "site: lyon", "site: oslo"]
    assert (x.loc["P2", ["site: lyon", "site: oslo"]] == 0).all()
    assert x.loc["P2", "age"] == np.median([61, 47.5, 70, 58, 52, 49])


@pytest.mark.parametrize("cell", [("age", "99"), ("stage", "I"), ("site", "tokyo"), ("sex", "")])
def test_what_test_samples_have_changes_nothing_that_is_learned(cell):
    rows = np.array([0, 1, 3, 4, 6, 7])
    changed = SHEET.copy()
    changed.loc["P2", cell[0]] = cell[1]
    assert learned(changed, rows)[0] == learned(SHEET, rows)[0]
