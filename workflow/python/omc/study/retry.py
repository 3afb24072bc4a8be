"""Which training jobs of the last run to run again: those that left failures.

`python -m omc.study.retry CONFIG` writes one output file of each job to standard output, for
Snakemake's `--forcerun`, and descriptions to standard error. Nothing is deleted: results stay until
the job that replaces them starts.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from omc.core.csv_files import read_csv
from omc.core.errors import UserError, some, stop
from omc.study import study as configuration


@dataclass(frozen=True)
class FailedJob:
    """A training job with failures: its readable name, its files to remake, its splits."""

    name: str
    files: list[str]
    splits: list[str]
    message: str


def failed_jobs(study: configuration.Study, results: str) -> list[FailedJob]:
    """Training jobs of the configured models that left rows of failures in the folder `results`.

    Reads the jobs' own tables, so that it also works for a run that stopped before joining them.
    """
    failed = []
    for dataset, models in study.models.items():
        for model in models:
            for batch in study.jobs.batches(dataset, model):
                folder = Path(results, dataset, model.language, model.name, batch)
                rows = _rows(folder / "failures.csv")
                if rows:
                    tuned = (
                        folder / "tune" / part / "tuning.csv" for part in study.jobs.parts(model)
                    )
                    failed.append(
                        FailedJob(
                            f"{model.language}/{model.name} on {dataset}, batch {batch}",
                            [
                                str(folder / "failures.csv"),
                                *(str(p) for p in tuned if any(r["error"] for r in _rows(p))),
                            ],
                            list(dict.fromkeys(row["split"] for row in rows)),
                            rows[0]["message"],
                        )
                    )
    for dataset in study.permuted():
        for permutation in study.permutations():
            for model in study.learners(dataset):
                folder = Path(results, dataset, "null", permutation, model.language, model.name)
                if rows := _rows(folder / "failures.csv"):
                    name = f"{model.language}/{model.name} on {dataset}, permutation {permutation}"
                    splits = list(dict.fromkeys(row["split"] for row in rows))
                    files = [str(folder / "failures.csv")]
                    failed.append(FailedJob(name, files, splits, rows[0]["message"]))
    return failed


def _rows(path: Path) -> list[dict[str, str]]:
    return read_csv(str(path)) if path.exists() else []


def main(config_path: str) -> None:
    """Print the files to remake, and describe their jobs."""
    study = configuration.read(config_path)
    results = study.results
    failed = failed_jobs(study, results)
    if not failed:
        print(f"Nothing to retry: no failure is recorded in {results}/.", file=sys.stderr)
    else:
        print(f"Retrying what failed in {results}/:", file=sys.stderr)
    for job in failed:
        print(f"  {job.name} ({some(job.splits, 3)}): {job.message}", file=sys.stderr)
        print(*job.files, sep="\n")


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except UserError as error:
        stop(error)
