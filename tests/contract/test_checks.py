"""Requirements for every check of the registry."""

import numpy as np
import pandas as pd
import pytest

from omc.data.checked import CheckedData
from omc.data.checking import all_checks, checked
from omc.data.matrix import write_h5ad

CHECKS = all_checks()
every_check = pytest.mark.parametrize("code", CHECKS)


@every_check
def test_it_says_why_when_and_what_to_do(code):
    check = CHECKS[code]
    for text in (check.__doc__, check.EXPLANATION, check.FIX):
        assert text.strip().endswith(".") and len(text) > 20
    assert check.RULE and not check.RULE.endswith(".")


def test_each_has_a_place_of_its_own():
    assert len({check.ORDER for check in CHECKS.values()}) == len(CHECKS)


@every_check
def test_it_has_a_section_in_the_docs(root, code):
    assert f"\n## {code}\n" in (root / "docs" / "alarms.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("task", ["classification", "regression"])
@pytest.mark.parametrize("odd", ["", "one feature", "all missing", "same"])
def test_odd_data_sets_have_rows_of_every_kind_of_status_only(tmp_path, task, odd):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(24, 1 if odd == "one feature" else 30))
    x[:, -1] = {"all missing": np.nan, "same": x[0, 0]}.get(odd, x[0, 0])
    samples = [f"S{i}" for i in range(len(x))]
    write_h5ad(tmp_path / "data.h5ad", x, samples, map(str, range(x.shape[1])), ["x"] * x.shape[1])
    y = rng.normal(size=20) if task == "regression" else np.repeat(["a", "b"], 10)
    sheet = pd.DataFrame({"y": y, "site": "", "note": ["", "x"] * 10}, index=samples[:20])
    rows = pd.DataFrame(
        {"sample": samples, "outcome": [*y, *y[:4]], "group": "", "cohort": "development"}
    )
    rows.loc[20:, "cohort"] = "new"
    data = CheckedData(
        task, "y", None, sheet.astype(str), rows.astype(str), str(tmp_path / "data.h5ad")
    )
    results = checked(data)
    for code, status, value, advice in results:
        assert code in CHECKS and status in ("ok", "warning", "skipped") and value
        assert bool(advice) == (status == "warning")
    order = list(CHECKS)
    assert [order.index(row[0]) for row in results] == sorted(order.index(r[0]) for r in results)
