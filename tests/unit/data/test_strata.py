"""Strata of the samples by columns of their sheets."""

import pandas as pd
import pytest

from omc.core.errors import UserError
from omc.data.strata import strata_rows


@pytest.fixture
def strata(tmp_path):
    """Function of columns and of the cells of each cohort by column, to {sample: stratum}."""

    def of(columns, levels=None, images=False, **cohorts):
        sheets, rows = {}, []
        for cohort, cells in cohorts.items():
            table = pd.DataFrame(cells, dtype=str)
            table.insert(0, "sample", [f"{cohort[0]}{i}" for i in range(len(table))])
            sheets[cohort] = str(tmp_path / f"{cohort}.tsv")
            table.to_csv(sheets[cohort], sep="\t", index=False)
            rows += [(f"{name}/1.png" if images else name, cohort) for name in table["sample"]]
        samples = str(tmp_path / "samples.tsv")
        pd.DataFrame(rows, columns=["sample", "cohort"]).to_csv(samples, sep="\t", index=False)
        dataset = {"name": "demo", "sheets": sheets, "levels": levels or {}}
        found = strata_rows(columns, [dataset], [samples])
        assert {row[0] for row in found} <= {"demo"}
        return {(row[1], row[2], row[3]): row[4] for row in found}

    return of


def values(found, cohort="development"):
    return [stratum for (of_cohort, *_), stratum in found.items() if of_cohort == cohort]


def test_numbers_are_cut_at_the_median_of_development(strata):
    age = ["30", "40", "50", "60", "70", "80", "", "unknown"]
    found = strata(["age"], development={"age": age}, lyon={"age": ["55", "90"]})
    assert values(found) == ["≤ 55"] * 3 + ["> 55"] * 3 + ["missing"] * 2
    assert values(found, "lyon") == ["≤ 55", "> 55"]


def test_a_median_that_is_the_largest_number_leaves_two_strata(strata):
    found = strata(["size"], development={"size": ["1", "2", "3", "4", "5", *["6"] * 9]})
    assert values(found) == ["≤ 5"] * 5 + ["> 5"] * 9


def test_few_numbers_and_labels_are_strata_as_they_are(strata):
    cells = {"grade": ["10", "2", "1.0", "1"], "sex": ["m", "F", "NA", "none"]}
    found = strata(["grade", "sex"], development=cells)
    assert values(found) == ["1", "1", "2", "10", "F", "m", "none", "missing"]
    assert found["development", "sex", "d2"] == "missing"


def test_levels_keep_the_order_that_the_configuration_gives(strata):
    cells = {"grade": ["poor", "well", "other"]}
    found = strata(["grade"], {"grade": ["well", "poor"]}, development=cells)
    assert values(found) == ["well", "poor", "other"]


def test_an_image_has_the_stratum_of_its_sample_and_a_cohort_may_lack_a_column(strata):
    found = strata(
        ["sex"], images=True, development={"sex": ["F", "M"]}, lyon={"age": ["50", "60"]}
    )
    assert found == {
        ("development", "sex", "d0/1.png"): "F",
        ("development", "sex", "d1/1.png"): "M",
    }


def test_a_column_that_no_sheet_has_is_refused(strata):
    with pytest.raises(UserError, match="report.subgroups: 'sexe' is not a column.*mean 'sex'"):
        strata(["sexe"], development={"sex": ["F", "M"]})


def test_names_are_no_strata(strata):
    with pytest.raises(UserError, match="'name' of .*development.tsv has 40 labels .*take the col"):
        strata(["name"], development={"name": [f"patient {i}" for i in range(40)]})
