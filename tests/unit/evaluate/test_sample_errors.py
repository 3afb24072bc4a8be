"""Each sample's errors, counted and averaged over the splits that test it."""

import pandas as pd
import pytest

from omc.core.csv_files import number
from omc.core.tables import SAMPLE_ERRORS
from omc.evaluate.predictions import parse
from omc.evaluate.sample_errors import sample_rows

KEYS = ["language", "model", "split", "cohort", "sample", "truth", "predicted"]


def rows_of(cells, **prob):
    table = pd.DataFrame(cells, columns=KEYS).assign(**prob)
    rows = sample_rows(parse(table, None), "demo")
    return [dict(zip(SAMPLE_ERRORS, row, strict=True)) for row in rows]


def test_a_class_is_wrong_in_some_splits_and_its_probability_varies():
    cells = [
        ["python", "a", "r01f01", "development", "S1", "case", "case"],
        ["python", "a", "r02f01", "development", "S1", "case", "control"],
        ["python", "a", "r01f02", "development", "S2", "control", "control"],
        ["python", "a", "final", "lyon", "S9", "case", "control"],
    ]
    first, second, outside = rows_of(
        cells, prob_case=["0.8", "0.4", "0.1", "0.3"], prob_control=["0.2", "0.6", "0.9", "0.7"]
    )
    assert (first["sample"], first["truth"]) == ("S1", "case")
    assert (first["n_predicted"], first["n_wrong"]) == (2, 1)
    assert float(first["mean"]) == pytest.approx(0.6)
    assert float(first["sd"]) == pytest.approx(0.4 / 2**0.5)
    assert (second["n_wrong"], second["mean"], second["sd"]) == (0, "0.9", "")
    assert (outside["cohort"], outside["n_wrong"]) == ("lyon", 1)


def test_without_probabilities_only_the_label_counts():
    cells = [["r", "b", "r01f01", "development", "S1", "case", "control"]]
    (row,) = rows_of(cells, prob_case=[""], prob_control=[""])
    assert (row["n_wrong"], row["mean"], row["sd"]) == (1, "", "")


def test_a_number_is_too_high_or_too_low():
    cells = [
        ["r", "b", "r01f01", "development", "S1", "2", "3"],
        ["r", "b", "r02f01", "development", "S1", "2", "2.5"],
    ]
    (row,) = rows_of(cells)
    assert (row["n_wrong"], row["mean"], row["sd"]) == ("", "0.75", number(0.125**0.5))
