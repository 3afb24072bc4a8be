"""Checks of the sample sheet: what they report, and what they ignore."""

import sys

import numpy as np
import pandas as pd
import pytest

from omc.core.errors import UserError
from omc.data.association import adjusted
from omc.data.checked import CheckedData
from omc.data.checking import all_checks, check_left_out, check_positive, check_ranked
from omc.data.reading import read_sheet

CLASSES = np.repeat(["a", "b"], 48)


def rows_of(code, columns, y=CLASSES, groups=None, **more):
    """Rows of a check of the sheet: status, value, advice."""
    y = np.asarray(y)
    task = "regression" if y.dtype.kind == "f" else "classification"
    sheet = pd.DataFrame({"y": y, **columns}).astype(str)
    return all_checks()[code].check(CheckedData(task, "y", groups, sheet, **more), None)


def statuses(rows):
    return [row[0] for row in rows]


def test_a_repeated_subject_is_found_in_obesity(root):
    sheet = read_sheet(str(root / "resources" / "obesity" / "samples.tsv"))

    def rows(code, groups):
        data = CheckedData("classification", "bmi_class", groups, sheet)
        return all_checks()[code].check(data, None)

    status, value, advice = rows("subject", None)[0]
    assert status == "warning" and value.startswith("subject: 154 levels")
    assert "groups: subject" in advice
    assert statuses(rows("batch", None)) == ["ok"]
    assert rows("class_size", None)[0][0] == "ok"
    assert rows("subject", "subject") == [("ok", "groups: subject", "")]


def test_a_positive_class_that_no_sample_has_is_refused():
    outcome = pd.Series(["AML", "ALL", "AML"])
    check_positive(None, outcome, "subtype", "datasets.a")
    check_positive("ALL", outcome, "subtype", "datasets.a")
    with pytest.raises(UserError, match=r"datasets\.a\.outcome\.positive: 'AMl'.* mean 'AML'"):
        check_positive("AMl", outcome, "subtype", "datasets.a")
    with pytest.raises(UserError, match="'True' is not a class .*AML.*write it in quotes"):
        check_positive("True", outcome, "subtype", "datasets.a")


def test_samples_of_one_class_cannot_be_ranked():
    samples = pd.DataFrame({"group": list("aabb"), "outcome": list("xxyy")})
    check_ranked(None, samples, "classification", "site")
    with pytest.raises(UserError, match=r"roc_auc ranks .* no group of 'site' .* set it to brier"):
        check_ranked("roc_auc", samples, "classification", "site")
    check_ranked("roc_auc", samples.assign(outcome=list("xyyy")), "classification", "site")
    # A site with two of three classes has no ROC AUC either.
    samples = pd.DataFrame({"group": list("aabbcc"), "outcome": list("xyyzxz")})
    with pytest.raises(UserError, match=r"no group of 'site' has samples with all 3 classes"):
        check_ranked("roc_auc", samples, "classification", "site")
    check_ranked("concordance", samples, "survival", "site")


def test_what_is_left_out_must_not_decide_which_class_is_the_most_frequent():
    def samples(outcome, group=""):
        return pd.DataFrame({"outcome": list(outcome), "group": list(group) or ""})

    check_left_out(None, samples("xxyy"))
    with pytest.raises(UserError, match=r"accuracy means little with leave_one_out .*x: 3, y: 3"):
        check_left_out("accuracy", samples("xxxyyy"))
    with pytest.raises(UserError, match=r"x: 3, y: 2\).* set the metric to brier or log_loss"):
        check_left_out("mcc", samples("xxxyy"))
    check_left_out("accuracy", samples("xxxxyy"))
    with pytest.raises(UserError, match="leave_one_group_out"):
        check_left_out("accuracy", samples("xxxxyy", "aabbcc"))
    check_left_out("accuracy", samples("xxxxxxyy", "abcdabcd"))


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_a_batch_that_predicts_the_outcome_is_found(task):
    rng = np.random.default_rng(1)
    level = np.array(["x", "y"] * 30)
    columns = {"site": level, "day": rng.permutation(level)}
    if task == "classification":
        y = np.where(rng.random(60) < 0.9, level, "y")
    else:
        y = rng.normal(size=60) + 4 * (level == "x")
    found, other = rows_of("batch", columns, y)
    assert found[0] == "warning" and found[1].startswith("site: ")
    assert other[0] == "ok" and other[2] == ""
    # Two levels leave none to tune on.
    assert "groups" not in found[2]
    assert "three levels" in found[2] or "no resampling" in found[2]


def test_advice_runs_as_it_stands():
    rng = np.random.default_rng(1)
    level = np.array(["w", "x", "y", "z"] * 15)
    y = np.where(rng.random(60) < 0.8, level < "y", level >= "y")
    y = np.where(y, "a", "b")
    ((_, _, advice),) = rows_of("batch", {"site": level}, y)
    assert advice.endswith("with folds and inner_folds of at most 3")
    level[:3] = ""
    ((_, _, advice),) = rows_of("batch", {"remission": level}, y)
    assert "after the outcome" in advice and "fill in its 3 empty cells" in advice


def test_twelve_plates_that_hold_one_class_each_are_found():
    plate = np.arange(96) // 8 + 1
    for column in (plate, [f"P{number}" for number in plate]):
        ((status, value, advice),) = rows_of("batch", {"plate": column})
        assert status == "warning" and value.startswith("plate: Cramér's V 1.00, p = 0.002")
        assert "set groups: plate" in advice
    shuffled = np.random.default_rng(1).permutation(plate)
    assert statuses(rows_of("batch", {"plate": shuffled})) == ["ok"]


def test_a_lab_batch_that_is_corrected_for_is_still_an_alarm():
    site = np.where((np.arange(96) % 4 == 0) ^ (CLASSES == "a"), "x", "y")
    advice = rows_of("batch", {"site": site}, lab_batch="site")[0][2]
    assert "removes what the two share" in advice and "groups" not in advice
    # Levels that look like subjects.
    donor = np.arange(96) // 2
    assert statuses(rows_of("batch", {"donor": donor})) == ["skipped"]
    assert statuses(rows_of("batch", {"donor": donor}, lab_batch="donor")) == ["warning"]


def test_classes_that_share_no_level_cannot_be_told_apart_by_groups():
    advice = rows_of("batch", {"site": np.where(CLASSES == "a", "x", "y")})[0][2]
    assert "no resampling can separate the two" in advice and "groups" not in advice


def test_a_measurement_gets_no_advice_to_group_by_it():
    rng = np.random.default_rng(2)
    age = (rng.normal(50, 10, 96) + 12 * (CLASSES == "a")).astype(int)
    ((status, value, advice),) = rows_of("batch", {"age": age})
    assert status == "warning" and value.startswith("age: correlation ratio of ranks 0.")
    assert "groups" not in advice and "match the samples" in advice
    assert statuses(rows_of("subject", {"age": age})) == ["ok"]
    number = rows_of("batch", {"age": age}, y=age + 5 * rng.normal(size=96))
    assert number[0][1].startswith("age: rank correlation 0.9")


def test_names_of_single_samples_and_constants_are_no_batches():
    columns = {"barcode": [f"B{i}" for i in range(96)], "tissue": ["liver"] * 96}
    assert statuses(rows_of("batch", columns)) == ["skipped"]


def test_many_columns_are_one_family_and_few_calls():
    rng = np.random.default_rng(3)
    columns = {f"c{i}": rng.integers(3, size=96) for i in range(400)}
    calls = 0

    def count(frame, event, argument):
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        rows = rows_of("batch", columns)
    finally:
        sys.setprofile(None)
    # 710 a column; a cross table is 3,300 more, and 2,000 columns took 69 s.
    assert calls < 1500 * len(columns)
    assert len(rows) == 400 and set(statuses(rows)) == {"ok"}


def test_samples_of_a_group_do_not_count_as_independent():
    rng = np.random.default_rng(4)
    # Eight patients of twelve samples; the site is the patient's.
    patient = np.repeat(np.arange(8), 12)
    y = np.where(np.isin(patient, [0, 1, 2, 3]), "a", "b")
    site = np.isin(patient, [0, 1, 2, 4]).astype(str)
    assert statuses(rows_of("batch", {"site": site}, y)) == ["warning"]
    columns = {"site": site, "patient": patient, "noise": rng.integers(2, size=96)}
    assert statuses(rows_of("batch", columns, y, groups="patient"))[0] == "ok"


def test_the_adjusted_p_value_counts_permutations_with_a_smaller_one_anywhere_in_the_family():
    p = [np.array([0.02, 0.5, 0.01, 0.9]), np.array([0.4, 0.3, 0.2, 0.03])]
    assert adjusted(p).tolist() == [0.5, 1.0]


def test_measurements_and_names_are_no_subjects():
    rng = np.random.default_rng(1)
    y = rng.choice(["a", "b"], 100)
    columns = {"age": rng.integers(20, 60, 100), "id": np.arange(100), "site": ["s"] * 100}
    assert statuses(rows_of("subject", columns, y)) == ["ok"]
    # With a rare class, most samples of any pair have the same class by chance.
    y = np.where(rng.random(100) < 0.05, "a", "b")
    pairs = rng.permutation(np.arange(100) // 2)
    assert statuses(rows_of("subject", {"pair": pairs}, y)) == ["ok"]


def test_subjects_in_a_regression():
    level = np.repeat(np.arange(20), 3)
    y = level + np.tile([0, 0.1, 0.2], 20)
    assert statuses(rows_of("subject", {"patient": level}, y)) == ["warning"]


def test_small_classes():
    ((status, value, _),) = rows_of("class_size", {}, ["a"] * 20 + ["b"] * 4)
    assert status == "warning" and "b: 4 samples" in value
    assert rows_of("class_size", {}, np.arange(24.0)) == []


def test_dropped_strata_are_reported():
    row = {"folds": "outer", "balanced": "outcome site", "dropped": "", "divisions": "5"}
    rows = rows_of("stratification", {}, strata=[row])
    assert rows == [("ok", "outer folds: balanced over outcome site", "")]
    inner = {"folds": "inner", "balanced": "outcome", "dropped": "site", "divisions": "3"}
    _, (status, value, advice) = rows_of(
        "stratification", {}, strata=[row, inner, {**row, "folds": "inner", "divisions": "23"}]
    )
    assert status == "warning" and value.endswith("so 3 of 26 without site")
    assert "merge small levels" in advice
    only_classes = {**row, "balanced": "outcome"}
    assert rows_of("stratification", {}, strata=[only_classes]) == []


def test_a_label_that_may_be_a_missing_value_is_asked_for():
    patient = [".", ".", "unknown", *(f"p{i}" for i in range(93))]
    y = np.where(np.arange(96) == 5, "[Not Available]", CLASSES)
    outcome, groups = rows_of("missing_words", {"patient": patient}, y, groups="patient")
    assert outcome[0] == groups[0] == "warning"
    assert outcome[1] == "y: '[Not Available]' in 1 sample(s)"
    assert groups[1] == "patient: '.', 'unknown' in 3 sample(s)" and "remove 0, 1, 2" in groups[2]
    assert statuses(rows_of("missing_words", {})) == ["ok"]


def test_labels_that_differ_only_in_case_or_spaces_are_asked_for():
    patient = [*("P 1", "p1", "P  1"), *(f"p{i}" for i in range(2, 95))]
    y = np.where(np.arange(96) == 5, "A", np.where(np.arange(96) % 2, "a", "b"))
    outcome, groups = rows_of("spellings", {"patient": patient}, y, groups="patient")
    assert outcome[:2] == ("warning", "y: 'A' (1), 'a' (47)")
    assert groups[:2] == ("warning", "patient: 'P  1' (1), 'P 1' (1)")
    assert statuses(rows_of("spellings", {})) == ["ok"]


def test_samples_that_were_left_out_are_reported():
    assert rows_of("missing_outcome", {}) == [("ok", "no sample lacks its outcome", "")]
    ((status, value, advice),) = rows_of("missing_outcome", {}, without_outcome=["S1", "S2"])
    assert (status, value) == ("warning", "2 of 98 samples have no outcome: S1, S2") and advice
