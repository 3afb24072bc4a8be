"""Where the report of the last run goes: `python -m omc.study.report_path CONFIG` prints it."""

import sys
from pathlib import Path

from omc.core.errors import UserError, stop
from omc.study import study as configuration


def report_path(config_path: str) -> str:
    """`report.html` in the folder of results; UserError if there is no finished run."""
    results = configuration.read(config_path).results
    if not Path(results, "manifest.json").exists():
        raise UserError(
            f"{results}/ holds no finished run of {config_path}: run the comparison first"
        )
    return f"{results}/report.html"


if __name__ == "__main__":
    try:
        print(report_path(sys.argv[1]))
    except UserError as error:
        stop(error)
