"""Twins: presets of both languages that are the same learner agree on the same split."""

import numpy as np
import pytest

from tests.verification import twins


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_twins_choose_alike_and_predict_alike(task, tmp_path):
    for row in twins.compare_all(tmp_path, task, classes=2, n=48, p=40, features=20, most=1):
        assert row["gap"] <= row["limit"], row
        assert row["chosen"] == "1 of 1", row
        if row["python"] != "pls" and not np.isnan(row["coefficient"]):
            assert row["coefficient"] <= 1e-3, row
