"""Performance by subgroup: estimates, gaps to the rest, and their error rate."""

import numpy as np
import pandas as pd
import pytest

from omc.core.tables import HETEROGENEITY, SUBGROUPS
from omc.evaluate.pooled import _cohort
from omc.evaluate.predictions import parse
from omc.evaluate.subgroups import (
    columns_of,
    donors,
    heterogeneity_rows,
    model_rows,
    outcome_classes,
    strata_of,
    within_strata,
)
from tests.verification import subgroups as simulation

FROM_METRIC = SUBGROUPS[SUBGROUPS.index("metric") :]


def cohort_of(y, score, groups=None, repeats=2):
    """A cohort of one model, whose probabilities are `score` (R, n), in five folds a repeat."""
    n = len(y)
    cells = [
        ["python", "a", f"r{r}f{i % 5}", "development", f"S{i}", "no yes".split()[y[i]],
         "no yes".split()[int(score[r][i] > 0.5)], str(1 - score[r][i]), str(score[r][i]), str(r)]
        for r in range(repeats) for i in range(n)
    ]  # fmt: skip
    columns = ["language", "model", "split", "cohort", "sample", "truth", "predicted"]
    table = pd.DataFrame(cells, columns=[*columns, "prob_no", "prob_yes", "repeat"])
    tested = pd.DataFrame(
        {
            "sample": [f"S{i}" for i in range(n)],
            "outcome": np.array(["no", "yes"])[y],
            "group": [""] * n if groups is None else [f"G{g}" for g in groups],
        }
    )
    return _cohort(parse(table, "yes"), tested, True, np.sum)


def scored_rows(cohort, external=False, **strata):
    """The strata with their scores by the model, and its rows; strata: (n,) labels by column."""
    table = pd.concat(
        [
            pd.DataFrame({"column": name, "sample": cohort.samples, "stratum": labels})
            for name, labels in strata.items()
        ]
    )
    columns = columns_of(cohort, table, 1, external, 200, 100)
    model = cohort.models["python/a"]
    scored = [stratum for column in columns for stratum in strata_of(column, model)]
    return scored, model_rows(model, cohort, scored)


def rows_of(cohort, external=False, **strata):
    """{(column, stratum, metric): row} of the model; strata: (n,) labels by column."""
    _, rows = scored_rows(cohort, external, **strata)
    tidy = {}
    for column, stratum, *cells in rows:
        row = dict(zip(FROM_METRIC, cells, strict=True))
        tidy[column, stratum, row["metric"]] = {
            name: float(value or "nan") for name, value in row.items() if name != "metric"
        }
    return tidy


@pytest.fixture(scope="module")
def found():
    """A stratum whose samples are predicted at random, one of 5 samples, and one of one class."""
    rng = np.random.default_rng(1)
    y = np.arange(100) % 2
    score = np.clip(0.5 + 0.3 * (y - 0.5) + 0.15 * rng.normal(size=(2, 100)), 0, 1)
    site = np.repeat(["bad", "good", "small"], [40, 55, 5])
    score[:, :40] = rng.random((2, 40))
    size = np.where((np.arange(100) >= 70) & (y == 1), "large", "other")
    return rows_of(cohort_of(y, score), site=site, size=size)


def test_pooled_accuracy_is_that_of_the_weighted_strata(found):
    for column in ("site", "size"):
        rows = [
            row for (of, _, metric), row in found.items() if (of, metric) == (column, "accuracy")
        ]
        counts = [row["n_samples"] for row in rows]
        assert sum(counts) == 100
        mean = np.average([row["estimate"] for row in rows], weights=counts)
        assert mean == pytest.approx(rows[0]["overall"])
        for row in rows:
            rest = (100 * mean - row["n_samples"] * row["estimate"]) / (100 - row["n_samples"])
            assert row["rest_estimate"] == pytest.approx(rest)
            assert row["gap"] == pytest.approx(row["estimate"] - rest)


def test_a_stratum_that_is_predicted_at_random_differs(found):
    bad = found["site", "bad", "roc_auc"]
    assert bad["p_adjusted"] < 0.02 and bad["p_column"] < 0.02
    assert bad["gap_ci_high"] < 0 and bad["ci_low"] < 0.5 < bad["ci_high"]


def test_a_small_stratum_is_listed_and_not_tested(found):
    small = found["site", "small", "accuracy"]
    assert small["n_samples"] == 5 and np.isfinite(small["estimate"])
    assert np.isnan([small["p_adjusted"], small["p_column"], small["gap_ci_low"]]).all()


def test_a_stratum_of_one_class_has_no_ranking_and_its_class_alone_is_no_difference(found):
    assert np.isnan(found["size", "large", "roc_auc"]["estimate"])
    assert np.isnan(found["size", "large", "roc_auc"]["p_adjusted"])
    assert found["size", "large", "sensitivity"]["estimate"] > 0.5
    assert found["size", "large", "accuracy"]["p_adjusted"] > 0.05


def test_a_model_that_predicts_one_class_differs_by_the_classes_alone_and_has_no_narrow_interval():
    y = np.repeat([0, 1, 0, 1], [10, 30, 30, 10])
    sex = np.repeat(["F", "M"], 40)
    row = rows_of(cohort_of(y, np.full((1, 80), 0.2), repeats=1), sex=sex)["sex", "F", "accuracy"]
    assert row["gap"] == row["gap_expected"] == -0.5
    assert row["p_adjusted"] == 1 and row["gap_ci_low"] < -0.6 < -0.4 < row["gap_ci_high"]


def test_strata_are_exchanged_within_classes():
    rng = np.random.default_rng(0)
    classes, codes = rng.integers(2, size=60), rng.integers(3, size=60)
    drawn = donors(codes, np.arange(60), classes, 1, 50)
    assert (drawn[0] == np.arange(60)).all() and (drawn[1] != np.arange(60)).any()
    assert (np.sort(drawn, axis=1) == np.arange(60)).all()
    assert (classes[drawn] == classes).all()


def test_groups_stay_together_and_where_they_have_several_strata_samples_stay_in_them():
    units = np.repeat(np.arange(20), 3)
    classes = np.repeat(np.arange(20) % 2, 3)
    codes = np.repeat(np.arange(20) // 2 % 2, 3)
    shuffled = codes[donors(codes, units, classes, 1, 20)].reshape(20, 20, 3)
    assert (np.ptp(shuffled, axis=2) == 0).all() and (shuffled[1:] != shuffled[0]).any()
    visit = np.tile([0, 0, 1], 20)
    drawn = donors(visit, units, classes, 1, 20)
    assert (units[drawn] == units).all() and (drawn[1] != np.arange(60)).any()


def test_units_are_resampled_within_their_stratum():
    codes, units = np.repeat([0, 1, 2], [6, 12, 2]), np.repeat(np.arange(10), 2)
    drawn = within_strata(codes, units, 1, 30)
    for code, size in enumerate((6, 12, 2)):
        assert (drawn[:, codes == code].sum(axis=1) == size).all()
    assert (drawn[:, ::2] == drawn[:, 1::2]).all() and (drawn[:, -2:] == 1).all()


def test_sites_that_are_the_groups_are_compared_only_where_one_model_predicts_them():
    rng = np.random.default_rng(3)
    y, site = np.arange(60) % 2, np.arange(60) // 20
    score = np.clip(0.5 + 0.4 * (y - 0.5) + 0.1 * rng.normal(size=(1, 60)), 0, 1)
    score[:, :20] = 1 - score[:, :20]
    cohort = cohort_of(y, score, site, 1)
    outside = rows_of(cohort, True, site=site.astype(str))["site", "0", "accuracy"]
    assert outside["p_adjusted"] < 0.02
    inside = rows_of(cohort, site=site.astype(str))["site", "0", "accuracy"]
    assert inside["ci_low"] <= inside["estimate"] <= inside["ci_high"] < 0.5
    assert np.isnan([inside["p_adjusted"], inside["p_column"], inside["gap_ci_low"]]).all()


@pytest.mark.parametrize("external", [False, True])
def test_small_strata_and_those_without_errors_have_no_part_in_heterogeneity(external):
    rng = np.random.default_rng(5)
    y = np.arange(129) % 2
    score = np.clip(0.5 + 0.3 * (y - 0.5) + 0.2 * rng.normal(size=(1, 129)), 0, 1)
    site = np.repeat(["a", "b", "c", "right", "small"], [30, 30, 30, 30, 9])
    score[:, 90:120] = y[90:120]
    scored, rows = scored_rows(cohort_of(y, score, repeats=1), external, site=site, half=y > 0)
    found = {
        (column, metric): dict(zip(HETEROGENEITY[6:], cells, strict=True))
        for column, metric, *cells in heterogeneity_rows(scored, rows)
    }
    of_site = found["site", "accuracy"]
    assert (of_site["n_strata"], of_site["n_left_out"]) == (3, 2)
    of_accuracy = [row for row in rows if row[2] == "accuracy" and row[1] in {*"abc"}]
    values = [float(row[4]) for row in of_accuracy]
    assert min(values) < float(of_site["estimate"]) < max(values)
    low, high = float(of_site["prediction_low"]), float(of_site["prediction_high"])
    assert 0 < low < float(of_site["ci_low"]) < float(of_site["ci_high"]) < high < 1
    assert of_site["p_column"] == of_accuracy[0][-1] != ""
    # Of one class each: no ROC AUC, and no prediction from two strata.
    assert found["half", "roc_auc"]["n_strata"] == 0
    assert {*found["half", "roc_auc"].values()} == {0, 2, ""}
    assert found["half", "accuracy"]["n_strata"] == 2
    assert found["half", "accuracy"]["prediction_low"] == ""


def test_the_error_of_a_stratum_is_that_of_its_samples_wherever_the_models_were_trained():
    y, score = np.arange(60) % 2, np.random.default_rng(6).random((1, 60))
    cohort, site = cohort_of(y, score, repeats=1), np.repeat(["a", "b"], 30)
    inside, outside = (scored_rows(cohort, external, site=site)[0] for external in (False, True))
    assert inside[0].own_error("accuracy") == outside[0].own_error("accuracy") > 0.05


def test_the_same_seed_gives_the_same_rows():
    rng = np.random.default_rng(2)
    y, score = np.arange(40) % 2, rng.random((2, 40))
    cohort, sex = cohort_of(y, score), np.where(np.arange(40) < 20, "F", "M")
    assert repr(rows_of(cohort, sex=sex)) == repr(rows_of(cohort, sex=sex))


def test_strata_of_a_regression_are_exchanged_within_fifths_of_the_outcome():
    rng = np.random.default_rng(4)
    y = rng.normal(size=60)
    classes = outcome_classes(y)
    assert (np.bincount(classes) == 12).all()
    assert (np.diff(classes[np.argsort(y)]) >= 0).all()
    sex = np.where(np.arange(60) < 30, "F", "M")
    predicted = y + rng.normal(size=60) * np.where(sex == "F", 0.1, 1)
    names = [f"S{i}" for i in range(60)]
    table = pd.DataFrame({"sample": names, "truth": y, "predicted": predicted}).astype(str)
    keys = {"language": "python", "model": "a", "cohort": "development", "repeat": "1"}
    folds = [f"r01f{i % 5}" for i in range(60)]
    tested = pd.DataFrame({"sample": names, "outcome": y, "group": ""})
    cohort = _cohort(parse(table.assign(**keys, split=folds), None), tested, True, np.sum)
    found = rows_of(cohort, sex=sex)
    assert found["sex", "F", "rmse"]["p_adjusted"] < 0.02
    assert found["sex", "F", "rmse"]["gap_ci_high"] < 0


def test_random_strata_are_rarely_flagged_and_a_worse_one_is_found(monkeypatch):
    """A cut of tests/verification/subgroups.py, which has 500 data sets of each kind."""
    monkeypatch.setattr(simulation, "DATASETS", 25)
    monkeypatch.setattr(simulation, "PERMUTATIONS", 100)
    monkeypatch.setattr(simulation, "RESAMPLES", 20)
    found, *_ = simulation.study(n=60)
    assert max(found.values()) <= 0.12
    monkeypatch.setattr(simulation, "DATASETS", 10)
    found, in_sex, *_ = simulation.study(n=200, auc=(0.5, 0.97))
    assert in_sex > 0.8
    monkeypatch.setattr(simulation, "NEW_SITES", 10)
    _, tau, inside = simulation.new_sites(sites=6, size=40, sd=0.5)
    assert tau > 0.3 and inside >= 0.7
