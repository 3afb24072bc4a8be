"""Write the tables of a training job (twin: results.R)."""

from omc.core.csv_files import number, write_csv
from omc.core.tables import (
    FAILURES,
    IMPORTANCE,
    INNER_PREDICTIONS,
    PREDICTIONS,
    TIMING,
    TUNING,
    with_outcome,
)
from omc.learn.batch import Data
from omc.learn.job import Settings, SplitResult


def write_results(
    output: dict, data: Data, settings: Settings, results: dict, log: str, stamps, timing
):
    """Write the tables of a batch.

    stamps: (splits_sha256, key) of predictions.csv and, if output has it, of inner_predictions.csv;
    timing: rows of the whole job.
    """
    task, stamped = (data.classes, data.horizons), ["splits_sha256", "key"]
    predictions = _rows(settings, results, lambda r: r.predictions)
    rows = ([*row[1:], *stamps] for row in predictions)
    write_csv(output["predictions"], [*with_outcome(PREDICTIONS, *task), *stamped], rows)
    if settings.inner_predictions:
        predictions = _rows(settings, results, lambda r: r.inner_predictions)
        rows = ([*row[1:], *stamps] for row in predictions)
        write_csv(
            output["inner_predictions"], [*with_outcome(INNER_PREDICTIONS, *task), *stamped], rows
        )
    write_csv(output["tuning"], TUNING, _rows(settings, results, lambda r: r.tuning))
    importance = _rows(settings, results, lambda r: r.importance)
    rows = ([*row[:-2], number(row[-2]), row[-1]] for row in importance)
    write_csv(output["importance"], IMPORTANCE, rows)
    write_timing(output["timing"], settings, results, timing)
    failures = _rows(settings, results, lambda r: r.failures)
    write_csv(output["failures"], FAILURES, ([*row, log] for row in failures))


def write_tuned(output: dict, settings: Settings, results: dict, timing) -> None:
    """Write the tables of a tuning job: tuning.csv with a column `error`, and timing.csv."""
    write_csv(output["tuning"], [*TUNING, "error"], _rows(settings, results, lambda r: r.tuning))
    write_timing(output["timing"], settings, results, timing)


def write_timing(path: str, settings: Settings, results: dict, timing) -> None:
    """Write timing.csv; timing: rows (stage, wall, cpu, peak) of the job before its splits."""
    job = _rows(settings, {"": SplitResult(timing=timing)}, lambda r: r.timing)
    write_csv(
        path,
        TIMING,
        (
            [*row[:-3], f"{row[-3]:.4f}", f"{row[-2]:.4f}", f"{row[-1]:.1f}"]
            for row in [*job, *_rows(settings, results, lambda r: r.timing)]
        ),
    )


def _rows(settings: Settings, results: dict, rows_of):
    names = [settings.dataset, settings.language, settings.model]
    return ([*names, split, *row] for split, result in results.items() for row in rows_of(result))
