"""Parquet tables as programs write them: indexes, dates, and files that are too large."""

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from omc.core.errors import UserError
from omc.data.reading import read_sheet, read_table

TABLE = pd.DataFrame({"g1": [1.5, 2], "g2": [3, 4]}, index=["S1", "NA"])


def test_an_index_of_numbers_names_the_rows(tmp_path):
    path = str(tmp_path / "t.parquet")
    TABLE.set_axis([101, 7]).to_parquet(path)
    assert list(read_table(path).index) == ["101", "7"]


def test_a_range_that_is_no_count_of_rows_names_them_unless_a_column_does(tmp_path):
    path = str(tmp_path / "t.parquet")
    TABLE.set_axis(pd.RangeIndex(101, 103)).to_parquet(path)
    assert list(read_table(path).index) == ["101", "102"]
    named = TABLE.reset_index(names="id").set_axis(pd.RangeIndex(1, 3))
    named.to_parquet(path)
    assert list(read_table(path).index) == ["S1", "NA"]


@pytest.mark.parametrize("rows", [[0, 2, 3], [3, 0, 1]])
def test_row_numbers_of_a_filtered_or_sorted_table_are_no_names(tmp_path, capsys, rows):
    path = str(tmp_path / "t.parquet")
    genes = pd.DataFrame({"id": ["g1", "g2", "g3", "g4"], "S1": range(4), "S2": range(4)})
    genes.iloc[rows].to_parquet(path)
    table = read_table(path, "features_in_rows")
    assert list(table) == [f"g{row + 1}" for row in rows] and list(table.index) == ["S1", "S2"]
    assert f"{path}: column 'id' names the rows, not its row numbers" in capsys.readouterr().out
    # A name says that they are meant.
    genes.iloc[rows].rename_axis("entrez").to_parquet(path)
    assert list(read_table(path, "features_in_rows")) == list(map(str, rows))


def test_columns_of_text_are_annotation_with_features_in_rows(tmp_path, capsys):
    path = str(tmp_path / "t.parquet")
    TABLE.assign(symbol=pd.Categorical(["ABL1", None]), note="x").to_parquet(path)
    table = read_table(path, "features_in_rows")
    assert list(table) == ["S1", "NA"] and list(table.index) == ["g1", "g2"]
    assert table.attrs["annotation"] == {"symbol": ["ABL1", ""], "note": ["x", "x"]}
    assert "annotation, since it is text in every row: symbol, note" in capsys.readouterr().out
    with pytest.raises(UserError, match="column 'symbol' is 'ABL1', not a number"):
        read_table(path)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (TABLE.assign(day=datetime.date(2020, 1, 1)), "row 'S1', column 'day' is datetime.date"),
        (TABLE.assign(day=pd.Timestamp("2020-01-01")), "column 'day' holds dates or times"),
        (TABLE.assign(list=[[1], [2]]), "column 'list' is array"),
        (TABLE.set_axis(pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])), "several levels"),
        (TABLE.reset_index(drop=True), "first column, 'g1', must name the rows, but holds numbers"),
        (TABLE.set_axis(pd.Index(["S1", None])), "sample 2 of 2 has no name"),
    ],
)
def test_what_is_no_number_or_no_name_is_refused(tmp_path, table, message):
    path = str(tmp_path / "t.parquet")
    table.to_parquet(path)
    with pytest.raises(UserError, match=message):
        read_table(path)


def test_a_small_file_with_a_huge_table_is_refused(tmp_path):
    path = str(tmp_path / "t.parquet")
    zeros = pa.array(np.zeros(10**6))
    pq.write_table(pa.table({f"g{i}": zeros for i in range(20)}), path)
    with pytest.raises(UserError, match="this file of .* would take more than"):
        read_table(path)
    with pytest.raises(UserError, match="this file of .* would take more than"):
        read_sheet(path)
