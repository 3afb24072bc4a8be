"""Failures that end a run with an error, and those that do not."""

import pytest
from report_failures import main

from omc.core.csv_files import write_csv
from omc.core.errors import UserError
from omc.core.tables import FAILURES, METRICS


@pytest.mark.parametrize(
    ("dataset", "stage", "message", "status"),
    [
        ("demo", "tune", "no inner predictions: too few", 0),
        ("demo", "fit", "no convergence", 1),
        ("demo/null/001", "tune", "no inner predictions: too few", 0),
        ("demo/null/001", "tune", "candidate 2 {}, left out: no convergence", 0),
        ("demo/null/001", "tune", "candidate 1 {}, no candidate is left: no convergence", 1),
    ],
)
def test_only_a_model_that_was_not_trained_fails_the_run(tmp_path, dataset, stage, message, status):
    paths = [str(tmp_path / name) for name in ("metrics.csv", "failures.csv", "verdict.txt")]
    write_csv(paths[0], METRICS, [])
    write_csv(paths[1], FAILURES, [[dataset, "r", "a", "final", stage, message, "a.log"]])
    if status:
        with pytest.raises(UserError, match="r/a failed on (permuted outcomes of )?demo "):
            main(*paths[:2], "stop", paths[2])
    else:
        main(*paths[:2], "stop", paths[2])


def test_a_failure_on_permuted_outcomes_is_not_one_of_the_comparison(tmp_path):
    paths = [str(tmp_path / name) for name in ("metrics.csv", "failures.csv", "verdict.txt")]
    scored = ["demo", "r", "a", "r01f01", "1", "1", "development", "roc_auc", "0.9"]
    write_csv(paths[0], METRICS, [scored])
    rows = [
        [f"demo/null/{i}", "r", "a", split, "fit", "no convergence", "a.log"]
        for i in ("001", "002")
        for split in ("r01f01", "r01f02")
    ]
    write_csv(paths[1], FAILURES, rows)
    main(*paths[:2], "report", paths[2])
    assert (tmp_path / "verdict.txt").read_text() == (
        "r/a failed on permuted outcomes of demo (001/r01f01, 001/r01f02, 002/r01f01 and 1 more):"
        " no convergence\n"
    )
