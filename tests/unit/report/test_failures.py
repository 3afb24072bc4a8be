"""Failures that end a run with an error, and those that do not."""

import pytest
from report_failures import main

from omc.core.csv_files import write_csv
from omc.core.errors import UserError
from omc.core.tables import FAILURES, METRICS


@pytest.mark.parametrize(
    ("stage", "message", "status"),
    [("tune", "no inner predictions: too few", 0), ("fit", "no convergence", 1)],
)
def test_only_a_model_that_was_not_trained_fails_the_run(tmp_path, stage, message, status):
    paths = [str(tmp_path / name) for name in ("metrics.csv", "failures.csv", "verdict.txt")]
    write_csv(paths[0], METRICS, [])
    write_csv(paths[1], FAILURES, [["demo", "r", "a", "final", stage, message, "a.log"]])
    if status:
        with pytest.raises(UserError, match="r/a failed on demo"):
            main(*paths[:2], "stop", paths[2])
    else:
        main(*paths[:2], "stop", paths[2])
