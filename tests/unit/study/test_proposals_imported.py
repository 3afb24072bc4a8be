"""`make init` and the import agree: what is proposed is imported, or init says what is refused."""

import numpy as np
import pandas as pd
import pytest

from omc.core.errors import UserError
from omc.data.importing import import_dataset
from omc.study import study
from omc.study.init import init
from omc.study.proposal.answers import Answers
from omc.study.proposal.columns import describe, positive_class

N = 40
NAMES = [f"S{i:02d}" for i in range(N)]
CLASSES = ["healthy", "tumor"] * (N // 2)
HALF = N // 2


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def values(names=NAMES) -> pd.DataFrame:
    table = np.random.default_rng(1).normal(8, 1, (len(names), 30)).round(3)
    return pd.DataFrame(table, names, [f"g{i}" for i in range(30)])


def proposed(table: pd.DataFrame | None = None, outcome: str = "", ask=None, **columns):
    """(settings of the data set, guesses by key) for a sheet of these columns."""
    sheet = pd.DataFrame({"sample": NAMES, **columns})
    sheet.to_csv("meta.csv", index=False)
    (values() if table is None else table).to_csv("values.csv", index_label="sample")
    answers = Answers(ask)
    init({"TABLE": "values.csv", "SAMPLES": "meta.csv", "OUTCOME": outcome}, answers)
    guesses: dict[str, list[str]] = {}
    for key, sentence in answers.unsure:
        guesses.setdefault(key, []).append(sentence)
    (dataset,) = study.read("config/my_study.yaml").datasets.values()
    return dataset, guesses


def imported(dataset: dict) -> pd.DataFrame:
    """The rows of samples.tsv, as the import makes them of the proposal."""
    return import_dataset("data", dataset)[-1]


def folds() -> int:
    return study.read("config/my_study.yaml").config["resampling"]["folds"]


# 8 patients measured twice, 24 once.
PATIENTS = [f"P{i // 2}" for i in range(16)] + [f"P{i}" for i in range(16, N)]


def test_a_few_repeated_patients_become_groups_as_a_guess():
    dataset, guesses = proposed(diagnosis=CLASSES, patient=PATIENTS)
    assert dataset["groups"] == "patient"
    assert "'patient' repeat (32 in 40 samples)" in guesses["groups"][0]
    assert imported(dataset)["group"].nunique() == 32


def test_who_denies_that_they_are_patients_gets_no_groups():
    dataset, guesses = proposed(ask=lambda *_: 1, diagnosis=CLASSES, patient=PATIENTS)
    assert dataset["groups"] is None and guesses == {}


def test_most_repeated_labels_come_before_few():
    families = [f"F{i // 4}" for i in range(N)]
    dataset, guesses = proposed(diagnosis=CLASSES, patient=PATIENTS, family=families)
    assert dataset["groups"] == "family"
    assert "'patient' repeat" in guesses["groups"][0]


@pytest.mark.parametrize(
    ("name", "labels", "told"),
    [
        ("comment", PATIENTS, False),
        ("plate_id", PATIENTS, True),
        ("donor", ["A", "B", "C", "D"] * 10, True),
        ("family_history", ["yes", "no"] * HALF, False),
    ],
)
def test_labels_that_make_no_groups(name, labels, told):
    dataset, guesses = proposed(diagnosis=CLASSES, **{name: labels})
    assert dataset["groups"] is None
    assert ("groups" in guesses) == told


def test_empty_groups_are_told_as_the_import_refuses_them():
    patients = ["", *(f"P{i // 2}" for i in range(1, N))]
    dataset, guesses = proposed(diagnosis=CLASSES, patient=patients)
    assert "empty for 1 sample(s)" in guesses["groups"][0]
    with pytest.raises(UserError, match=r"groups: column 'patient' .* is empty"):
        imported(dataset)


MONTHS = np.round(np.linspace(1, 90, N), 1)


@pytest.mark.parametrize(
    ("censored", "event"),
    [
        ("0:LIVING", "1:DECEASED"),
        ("0:DiseaseFree", "1:Recurred/Progressed"),
        ("LIVING", "DECEASED"),
        ("Alive", "Died"),
        ("0.0", "1.0"),
        ("1.0", "2.0"),
    ],
)
def test_codings_of_events_are_known(censored, event):
    dataset, _ = proposed(OS_MONTHS=MONTHS, OS_STATUS=[censored, event] * HALF)
    outcome = dataset["outcome"]
    assert (outcome["task"], outcome["time"], outcome["event"]) == (
        "survival",
        "OS_MONTHS",
        "OS_STATUS",
    )
    assert sum(not time.endswith("+") for time in imported(dataset)["outcome"]) == HALF


def test_a_time_of_0_is_survival_and_told_as_the_import_refuses_it():
    months = [0, *MONTHS[1:]]
    dataset, guesses = proposed(OS_MONTHS=months, OS_STATUS=["DECEASED", "LIVING"] * HALF)
    assert dataset["outcome"]["task"] == "survival"
    assert guesses["outcome.time"][0].startswith("1 sample(s) have 'OS_MONTHS' 0")
    with pytest.raises(UserError, match="not above 0"):
        imported(dataset)


@pytest.mark.parametrize("given", ["os_time", "os_event", "pfs_time"])
def test_a_time_that_the_user_names_is_no_regression(given):
    dataset, _ = proposed(
        outcome=given,
        os_time=[0.0, *MONTHS[1:]],
        os_event=[0, 1] * HALF,
        pfs_time=MONTHS / 2,
        pfs_event=[1, 0] * HALF,
    )
    outcome = dataset["outcome"]
    assert outcome["task"] == "survival"
    assert outcome["time"][:3] == outcome["event"][:3] == given.partition("_")[0].ljust(3, "_")


def test_missing_times_and_events_are_left_out():
    status = [np.nan, *([0, 1] * N)[: N - 1]]
    dataset, guesses = proposed(os_months=[*MONTHS[:-1], np.nan], os_status=status)
    assert dataset["outcome"]["event_value"] == "1.0"
    assert guesses["outcome.missing"][0].startswith("2 sample(s) without")
    assert len(imported(dataset)) == N - 2


def test_days_to_death_are_no_times_of_the_living_nor_years_of_smoking():
    days = [i * 10 + 5 if i % 2 else np.nan for i in range(N)]
    dataset, guesses = proposed(
        days_to_death=days,
        smoking_years=range(N),
        vital_status=["Alive", "Dead"] * HALF,
    )
    assert dataset["outcome"]["task"] == "classification"
    assert "looks like an event" in guesses["outcome"][0]


@pytest.mark.parametrize(
    ("labels", "positive"),
    [
        (["0.0"] * 25 + ["1.0"] * 15, "1.0"),
        (["0.0"] * 15 + ["1.0"] * 25, "1.0"),
        (["-"] * 15 + ["+"] * 25, "+"),
        (["0:no"] * 15 + ["1:yes"] * 25, "1:yes"),
        (["none"] * 15 + ["some"] * 25, "some"),
    ],
)
def test_the_positive_class_of_codes(labels, positive):
    column = describe(pd.DataFrame({"x": labels}), "x").as_outcome()
    assert positive_class(column) == (positive, True)


@pytest.mark.parametrize("given", ["", "response"])
def test_plus_and_minus_are_two_classes(given):
    dataset, guesses = proposed(outcome=given, age=range(30, 70), response=["+", "-"] * HALF)
    assert dataset["outcome"]["column"] == "response"
    assert dataset["outcome"]["positive"] == "+"
    assert "'response' has '-' (20): a class of its own" in guesses["outcome"][0]
    assert set(imported(dataset)["outcome"]) == {"+", "-"}


def test_doubtful_words_are_classes_in_init_as_in_the_import():
    response = ["unknown"] * 5 + ["good", "poor"] * 17 + ["NA"]
    dataset, guesses = proposed(response=response)
    assert "'unknown' (5): a class of its own" in guesses["outcome"][0]
    assert guesses["outcome.missing"][0].startswith("1 sample(s)")
    rows = imported(dataset)
    assert rows["outcome"].value_counts().to_dict() == {"good": 17, "poor": 17, "unknown": 5}


def test_doubtful_words_alone_are_not_left_out():
    dataset, _ = proposed(response=["unknown"] * 5 + ["good"] * 20 + ["poor"] * 15)
    assert "missing" not in dataset["outcome"]
    assert len(imported(dataset)) == N


def test_doubtful_words_among_numbers_are_told_as_the_import_refuses_them():
    dataset, guesses = proposed(octane=["unknown", *map(str, MONTHS[1:])])
    assert dataset["outcome"]["task"] == "regression"
    assert "which the import refuses" in guesses["outcome"][0]
    with pytest.raises(UserError, match="'unknown'"):
        imported(dataset)


def test_an_empty_column_is_no_outcome():
    dataset, _ = proposed(diagnosis=CLASSES, disease_status=[""] * N)
    assert dataset["outcome"]["column"] == "diagnosis"


def test_missing_outcomes_are_no_class_that_needs_folds():
    dataset, guesses = proposed(response=["NA"] * 3 + ["good"] * 19 + ["poor"] * 18)
    assert folds() == 5 and "resampling" not in guesses
    assert len(imported(dataset)) == 37


def test_samples_that_a_single_table_lacks_are_to_be_taken_out():
    dataset, guesses = proposed(values(NAMES[10:]), diagnosis=CLASSES)
    (said,) = guesses["layers.omics"]
    assert said.startswith("10 of 40 samples of the sheet are not in values.csv ('S00', ")
    assert said.endswith("the import refuses them: take them out of it")
    with pytest.raises(UserError, match="10 of 40 samples"):
        imported(dataset)


def test_samples_without_an_outcome_may_lack_in_the_table():
    dataset, guesses = proposed(values(NAMES[3:]), diagnosis=["", "", "", *CLASSES[3:]])
    assert "layers.omics" not in guesses or "the sheet are not" not in guesses["layers.omics"][0]
    assert len(imported(dataset)) == N - 3


def test_a_row_without_a_name_is_refused_as_by_the_import():
    with pytest.raises(UserError, match=r"'sample' is empty in 1 row\(s\), first in row 5"):
        proposed(sample=[*NAMES[:4], "", *NAMES[5:]], diagnosis=CLASSES)


def test_text_among_the_features_is_refused_as_by_the_import():
    table = values()
    table.insert(3, "sex", ["F", "M"] * HALF)
    with pytest.raises(UserError, match="'sex'"):
        proposed(table, diagnosis=CLASSES)


@pytest.mark.parametrize("other", ["Case", "ca se"])
def test_spellings_of_a_class_are_told(other):
    _, guesses = proposed(response=["case", other, "control", "control"] * 10)
    (said,) = guesses["outcome"]
    assert "'case' (10)" in said and f"'{other}' (10)" in said and "unify" in said
