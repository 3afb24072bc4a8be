"""Requirements for every input format of the registry."""

import numpy as np
import pandas as pd
import pytest

from omc.core.errors import UserError
from omc.core.registry import entries
from omc.data.matrix import write_h5ad
from omc.data.reading import FORMATS, ending, format_of, read_table

SAMPLES, FEATURES = ["S1", "S2", "NA"], ["g1", "HLA-A", "1007_s_at"]
VALUES = np.array([[1.5, -2.0, np.nan], [0.1, 1e-300, 3.0], [2.0**60, 7.0, 0.0]])
PYTHON_READS = [name for name in FORMATS if name != "rds"]


def write(kind, folder):
    """Write VALUES to a file of a format, and return its path."""
    path = folder / f"table{FORMATS[kind].ENDINGS[0]}"
    table = pd.DataFrame(VALUES, pd.Index(SAMPLES, name="sample"), FEATURES)
    if kind == "h5ad":
        write_h5ad(str(path), VALUES, SAMPLES, FEATURES, ["x"] * 3)
    elif kind == "gct":
        rows = table.T.to_csv(sep="\t", header=False, float_format="%.17g").splitlines()
        lines = [f"{name}\tnone\t{rest}" for name, rest in (r.split("\t", 1) for r in rows)]
        head = ["#1.2", "3\t3", "\t".join(["Name", "Description", *SAMPLES])]
        path.write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")
    elif kind == "parquet":
        table.to_parquet(path)
    elif kind == "excel":
        table.to_excel(path)
    else:
        table.to_csv(path, sep="\t", float_format="%.17g")
    return str(path)


@pytest.mark.parametrize("kind", FORMATS)
def test_it_declares_itself(kind):
    known = FORMATS[kind]
    assert known.__doc__ and all(e.startswith(".") for e in known.ENDINGS)
    assert isinstance(known.ORIENTED, bool) and isinstance(known.MATRICES, bool)
    assert all(format_of(f"x{e}") is known and ending(f"x{e}") == e for e in known.ENDINGS)


def test_no_ending_belongs_to_two_formats():
    endings = [e for known in entries("omc.data.formats").values() for e in known.ENDINGS]
    assert len(endings) == len(set(endings))


@pytest.mark.parametrize("kind", PYTHON_READS)
def test_numbers_and_names_come_back_to_the_last_bit(kind, tmp_path):
    table = read_table(write(kind, tmp_path))
    assert list(table.index) == SAMPLES and list(table.columns) == FEATURES
    np.testing.assert_array_equal(table.to_numpy(), VALUES)


@pytest.mark.parametrize("kind", PYTHON_READS)
def test_another_content_than_the_ending_says_is_refused(kind, tmp_path):
    path = tmp_path / f"table{FORMATS[kind].ENDINGS[0]}"
    is_zip = FORMATS[kind].CONTENT.startswith("a ZIP archive")
    path.write_bytes(b"PAR1 a table" if is_zip else b"PK\x03\x04 a spreadsheet")
    actual = "a Parquet file" if is_zip else "a ZIP archive"
    with pytest.raises(UserError, match=f"its extension says .*, but it is {actual}"):
        read_table(str(path))


@pytest.mark.parametrize("kind", [name for name in FORMATS if not FORMATS[name].MATRICES])
def test_a_matrix_cannot_be_chosen_where_there_is_one(kind, tmp_path):
    with pytest.raises(UserError, match="there is no matrix 'counts' to choose"):
        read_table(write(kind, tmp_path), matrix="counts")
