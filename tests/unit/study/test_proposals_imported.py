"""`make init` and the import agree: what is proposed is imported, or init says what is refused."""

import numpy as np
import pandas as pd
import pytest

from omc.core.errors import UserError
from omc.data.importing import import_dataset
from omc.study import study
from omc.study.init import init
from omc.study.proposal.answers import Answers

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


def test_samples_that_a_single_table_lacks_are_to_be_taken_out():
    dataset, guesses = proposed(values(NAMES[10:]), diagnosis=CLASSES)
    (said,) = guesses["layers.omics"]
    assert said.startswith("10 of 40 samples of the sheet are not in values.csv ('S00', ")
    assert said.endswith("the import refuses them: take them out of it")
    with pytest.raises(UserError, match="10 of 40 samples"):
        imported(dataset)


def test_a_row_without_a_name_is_refused_as_by_the_import():
    with pytest.raises(UserError, match=r"'sample' is empty in 1 row\(s\), first in row 5"):
        proposed(sample=[*NAMES[:4], "", *NAMES[5:]], diagnosis=CLASSES)


def test_text_among_the_features_is_refused_as_by_the_import():
    table = values()
    table.insert(3, "sex", ["F", "M"] * HALF)
    with pytest.raises(UserError, match="'sex'"):
        proposed(table, diagnosis=CLASSES)
