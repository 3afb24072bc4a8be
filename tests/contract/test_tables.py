"""catalog/tables.csv matches the tables of a run."""

from omc.core.csv_files import read_csv
from omc.core.tables import ALL_TABLES, header
from tests.contract.headers import wrong_headers


def test_every_table_and_column_is_described():
    for name, table in ALL_TABLES.items():
        assert table.description and table.columns, name
        assert all(table.columns.values()), name


def test_no_column_stands_twice(root):
    rows = read_csv(root / "workflow" / "catalog" / "tables.csv")
    names = [(row["table"], row["column"]) for row in rows]
    assert len(names) == len(set(names))


def test_a_wrong_header_is_seen(tmp_path):
    for name in ("tuning", "metrics"):
        (tmp_path / f"{name}.csv").write_text(",".join(header("tuning")), encoding="utf-8")
    assert list(wrong_headers(tmp_path)) == [str(tmp_path / "metrics.csv")]
