"""`check` finds what is wrong before a run, all at once; `retry` runs again only what failed."""

import os
import subprocess
import sys

import pytest

from omc.core.tables import FORECAST, TIMING
from tests.end_to_end.test_run import planned

pytestmark = pytest.mark.slow

KNN = "sklearn.neighbors.KNeighborsClassifier"


def error_lines(process):
    """The sentences of the closing screen."""
    screen = process.stderr.partition("What went wrong:")[2]
    return [line for line in screen.splitlines() if line.startswith("ERROR: ")]


def test_a_check_passes_and_leaves_no_training_behind(workflow, small):
    run = workflow()
    # More columns, or rows, than the part of the data that a check tries a model on.
    small["models"]["python"] += [
        {"name": "wide", "estimator": "sklearn.ensemble.ExtraTreesClassifier",
         "params": {"max_features": 30, "n_estimators": 10}},
    ]  # fmt: skip
    process = run.compare(small, "--", "check")
    assert process.returncode == 0, process.stderr
    passed = "check passed: 4 models on 1 data set; a run from the start trains them in 4 jobs"
    assert process.stderr.count(passed) == 1
    tried = run.path("results", "validation", "leukemia")
    assert tried.joinpath("python.txt").read_text(encoding="utf-8").splitlines() == [
        "dummy: done", "logistic_regression: done", "wide: done",
    ]  # fmt: skip
    assert tried.joinpath("r.txt").read_text(encoding="utf-8") == "glmnet: done\n"
    assert not list(run.folder.glob("results/*/python")) + list(run.folder.glob("images/*"))
    screen = process.stderr.partition("Estimated cost of training")[2].partition(passed)[0]
    assert all(f"  {model} " in screen for model in ("python/wide", "r/glmnet"))
    assert "CPU-hours in 4 jobs; on 2 cores" in screen
    columns, rows = run.table("results", "validation", "forecast.csv")
    assert columns == FORECAST and [row["model"] for row in rows] == [
        "dummy", "logistic_regression", "wide", "glmnet",
    ]  # fmt: skip
    for row in rows:
        assert (row["basis"], row["jobs"], row["splits"]) == ("measured", "1", "3")
        assert 0.5 < float(row["cpu_seconds"]) < 60 and 50 < float(row["memory_mb"]) < 1000
    # Asked again, it says so again, and tries nothing that it has tried.
    process = run.compare(small, "--", "check")
    assert process.stderr.count(passed) == 1 and "check_models" not in run.log()
    # A run trains every model, and makes anew nothing that came before.
    jobs = planned(run.compare(small, "--dry-run"))
    assert jobs["train_python_final"] == 3 and jobs["train_r_final"] == 1
    before = {"import_dataset", "make_splits", "preprocess"}
    of_check = {"check", "check_cut", "check_models_python", "check_models_r", "forecast"}
    assert not (before | of_check) & set(jobs)
    # What an earlier run took is better known. It changes no other job.
    names, stages = "leukemia,r,glmnet", [",startup", ",load", "r01f01,tune", "r01f01,fit"]
    lines = [",".join(TIMING), *(f"{names},{stage},5,5,2000" for stage in stages)]
    run.path("results", "timing.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    process = run.compare(small, "--", "check")
    assert "check_models" not in run.log() and "an earlier run" in process.stderr
    rows = run.table("results", "validation", "forecast.csv")[1]
    assert [row["basis"] for row in rows] == [*["measured"] * 3, "earlier run"]
    # A job with 10 seconds before its three splits, each of 10.
    assert (rows[3]["cpu_seconds"], rows[3]["memory_mb"]) == ("40", "2000")
    assert planned(run.compare(small, "--dry-run")) == jobs


def test_every_model_that_fails_is_named_with_its_own_message(workflow, small):
    run = workflow()
    small["models"]["python"] += [
        {"name": "knn_python", "estimator": KNN, "params": {"n_neighbors": 500}},
        {"name": "knn_grid", "estimator": KNN, "grid": {"n_neighbors": [3, -1]}},
    ]
    small["models"]["r"] += [
        {"name": "pls_r", "method": "pls", "params": {"validation": "nonsense"}},
        "glmnett",
    ]
    # A second data set that cannot be read keeps nothing from being tried on the first.
    second = {**small["datasets"]["leukemia"], "outcome": {
        "column": "subtyp", "task": "classification",
    }}  # fmt: skip
    small["datasets"]["second"] = second
    process = run.compare(small, "--", "check")
    assert process.returncode != 0
    assert "Traceback" not in process.stdout + process.stderr
    expected = [
        ["datasets.second.outcome.column: ", "'subtyp'", "'subtype'"],
        [
            "models.python[2]: 'knn_python' {\"n_neighbors\": 500} fails on leukemia",
            "n_samples_fit",
        ],
        ["models.python[3]: 'knn_grid' fails", 'candidate 2 {"n_neighbors": -1}', "[1, inf)"],
        ['models.r[1]: \'pls_r\' {"validation":"nonsense"} fails', "should be one of"],
        ["models.r[2]: unknown caret method 'glmnett'", "'glmnet'"],
    ]
    lines = error_lines(process)
    assert len(lines) == len(expected)
    for line, parts in zip(sorted(lines), expected, strict=True):
        assert all(part in line for part in parts), line
    log = run.path("results", "logs", "validation", "leukemia_r.log").read_text(encoding="utf-8")
    assert "glmnet: done" in log and "plsda" in log


FRAGILE = """
from pathlib import Path

from sklearn.dummy import DummyClassifier


class Fragile(DummyClassifier):
    def fit(self, x, y):
        if Path("broken").exists():
            raise OSError("the licence server does not answer")
        return super().fit(x, y)
"""


def failed_jobs(run):
    """What `make retry` asks before it runs Snakemake."""
    return subprocess.run(
        [sys.executable, "-m", "omc.study.retry", "config.yaml"],
        cwd=run.folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(run.root / "workflow" / "python")},
    )


def test_retry_trains_only_what_failed(workflow, small):
    run = workflow()
    fragile = {"name": "fragile", "estimator": "fragile.Fragile"}
    small["models"] = {"python": ["dummy", {**fragile, "grid": {"strategy": ["prior", "uniform"]}}]}
    small["resampling"]["splits_per_job"] = 1
    small["tuning"] = {"jobs": 2}
    run.path("fragile.py").write_text(FRAGILE, encoding="utf-8")
    run.path("broken").touch()
    python_path = {"PYTHONPATH": str(run.folder)}
    process = run.compare(small, "--", "results/failures.csv", **python_path)
    assert process.returncode == 0, process.stderr
    failures = run.table("results", "failures.csv")[1]
    assert {r["model"] for r in failures} == {"fragile"}
    assert all("licence server" in r["message"] for r in failures)
    # What ended well meanwhile is not to be trained again.
    run.path("broken").unlink()
    folder = "results/leukemia/python/fragile"
    tuned = [f"{part}/tuning.csv" for part in ("1of2", "2of2")]
    forced = [f"{folder}/2of2/failures.csv", *(f"{folder}/2of2/tune/{file}" for file in tuned)]
    process = run.compare(small, "--forcerun", *forced, "--", forced[0], **python_path)
    assert process.returncode == 0, process.stderr

    process = failed_jobs(run)
    assert process.returncode == 0, process.stderr
    assert "python/fragile on leukemia, batch 1of2 (r01f01): " in process.stderr
    forced = process.stdout.split()
    assert forced == [
        f"{folder}/1of2/failures.csv", *(f"{folder}/1of2/tune/{file}" for file in tuned),
    ]  # fmt: skip
    failures = ("--", "results/failures.csv")
    process = run.compare(small, "--forcerun", *forced, *failures, **python_path)
    assert process.returncode == 0, process.stderr
    assert run.log().count(": Train ") == 1 and run.log().count(": Tune ") == 2
    assert run.table("results", "failures.csv")[1] == []
    process = failed_jobs(run)
    assert (process.returncode, process.stdout) == (0, "")
    assert process.stderr.startswith("Nothing to retry")
    # So that `--forcerun $(…)` by hand does nothing then.
    assert "Nothing to be done" in run.compare(small, "--forcerun", *failures, **python_path).stderr
