"""What a run cost and gained, from the last lines of its logs."""

import os
import subprocess
from types import SimpleNamespace

import pytest

from omc.core.csv_files import write_csv
from omc.core.logs import usage
from omc.core.tables import EFFICIENCY, JOBS, TIMING
from omc.report.efficiency import (
    USED,
    efficiency_rows,
    job_rows,
    read_jobs,
    snakemake_seconds,
)

RUN, LATER = "2026-11-29T05:40:29Z", "2026-11-30T05:40:29Z"


@pytest.fixture
def results(tmp_path):
    """Writes logs, and timing.csv of training jobs; read() reads the jobs."""

    class Results:
        trained: list[str] = []

        def log(self, name, cpu, rule, start, end, run=RUN, cores=", cores: 2", text=""):
            path = tmp_path / "logs" / f"{name}.log"
            path.parent.mkdir(parents=True, exist_ok=True)
            line = f"used {cpu} CPU s, at most 90 MB, for {rule} from {start} to {end} s"
            path.write_text(f"words\n{text}\n{line} of the run of {run}{cores}\n", "utf-8")

        def timing(self, batch, **stages):
            path = tmp_path / batch / "timing.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            rows = [["a", "r", "m", "", stage, 1, cpu, 80] for stage, cpu in stages.items()]
            write_csv(path, TIMING, rows)
            self.trained = [*self.trained, str(path)]

        def read(self):
            return read_jobs(tmp_path, ["a"], self.trained)

    return Results()


def values(jobs, snakemake=("", 0.0)):
    rows = [dict(zip(EFFICIENCY, row, strict=True)) for row in efficiency_rows(jobs, snakemake)]
    return {(row["run"], row["measure"]): float(row["value"]) for row in rows}


def test_cpu_time_is_told_apart_by_kind(results):
    results.timing("a/r/m/1of1", startup=1.5, load=0.5, tune=4, fit=2, predict=0.25)
    results.log("a/r/m/1of1", "10.00", "learn/train_r_final", "5.00", "16.00")
    results.log("a/import", "1.00", "data/import_dataset", "1.00", "3.00")
    results.log("a/splits", "0.50", "learn/make_splits", "3.00", "4.00")
    results.log("score", "0.75", "evaluate/score", "16.00", "17.00")
    shuffled = "fitted and predicted in 2.50 CPU s"
    results.log("a/r/permute", "3.00", "learn/permute_r", "17.00", "20.00", text=shuffled)
    jobs = results.read()
    assert {job.name: job.kind for job in jobs} == {
        "a/import": "read", "a/splits": "prepare", "a/r/m/1of1": "train", "score": "statistics",
        "a/r/permute": "train",
    }  # fmt: skip
    got = values(jobs, (RUN, 2.0))
    kinds = {
        "tune": 4, "fit": 4.5, "predict": 0.25, "startup": 1.5, "read": 1.5, "prepare": 0.5,
        "statistics": 1.25, "figures": 0, "report": 0, "rest": 1.75, "snakemake": 2,
    }  # fmt: skip
    assert {kind: got[RUN, f"cpu_{kind}"] for kind in kinds} == kinds
    assert got[RUN, "cpu_seconds"] == sum(kinds.values()) == 17.25
    assert got[RUN, "model_share"] == pytest.approx(8.75 / 17.25, abs=1e-4)


def test_speed_up_and_its_bounds(results):
    results.log("a/one", "9.00", "evaluate/one", "1.00", "10.00")
    results.log("a/two", "6.00", "evaluate/two", "2.00", "8.00")
    results.log("a/three", "3.00", "evaluate/three", "8.50", "12.00")
    got = values(results.read())
    expected = {
        "jobs": 3, "cores": 2, "wall_seconds": 12, "busy_share": 18.5 / 24, "speed_up": 18 / 12,
        "speed_up_bound": 18 / 9, "wall_over_bound": 12 / 9,
    }  # fmt: skip
    for measure, value in expected.items():
        assert got[RUN, measure] == pytest.approx(value, abs=1e-4), measure


def test_no_two_jobs_of_a_lane_overlap(results):
    for name, start, end in (("a", 0, 5), ("b", 1, 3), ("c", 2, 9), ("d", 3, 4), ("e", 5, 6)):
        results.log(name, "1.00", f"evaluate/{name}", f"{start}.00", f"{end}.00")
    rows = [dict(zip(JOBS, row, strict=True)) for row in job_rows(results.read())]
    lanes = {row["job"]: row["lane"] for row in rows}
    assert lanes == {"a": 1, "b": 2, "c": 3, "d": 2, "e": 1}


def test_each_run_is_described_by_itself(results):
    results.log("a/one", "9.00", "evaluate/one", "1.00", "10.00")
    results.log("a/two", "6.00", "evaluate/two", "2.00", "8.00", run=LATER)
    got = values(results.read(), (LATER, 4.0))
    assert (got[RUN, "jobs"], got[LATER, "jobs"]) == (1, 1)
    assert (got[RUN, "cpu_snakemake"], got[LATER, "cpu_snakemake"]) == (0, 4)


def test_what_is_not_of_the_run_is_left_out(results, tmp_path):
    results.timing("a/r/m/1of1", fit=1)
    results.timing("a/r/m/1of1/tune/1of2", tune=1)
    for name in (
        *("a/r/m/1of1", "a/r/m/1of1-tune-1of2", "a/r/removed/1of1", "removed/import"),
        *("validation/models_r", "validation/a_cut", "predict/predict"),
    ):
        results.log(name, "1.00", "learn/train_r", "1.00", "2.00")
    results.log("efficiency", "1.00", "report/efficiency", "1.00", "2.00")
    (tmp_path / "logs" / "old.log").write_text("used 3.00 CPU s, at most 90 MB\n")
    (tmp_path / "logs" / "empty.log").touch()
    names = sorted(job.name for job in results.read())
    assert names == ["a/r/m/1of1", "a/r/m/1of1-tune-1of2", "validation/models_r"]


def test_training_on_permuted_outcomes_counts_as_fitting(results):
    results.log("a/null/1/r/m", "3.00", "learn/train_r_null", "1.00", "2.00")
    (job,) = results.read()
    assert (job.kind, job.kinds) == ("train", {"fit": 3.0})


def test_on_a_cluster_cores_are_the_most_jobs_at_once(results):
    for name in ("one", "two", "three"):
        results.log(name, "1.00", f"evaluate/{name}", "1.00", "9.00", cores="")
    assert values(results.read())[RUN, "cores"] == 3


def test_both_languages_end_their_logs_alike(root, monkeypatch, tmp_path):
    monkeypatch.setenv("OMC_RUN", "a-host-12-1764394829.75")
    job = SimpleNamespace(scriptdir="/x/workflow/scripts/learn", rule="train")
    script = tmp_path / "usage.R"
    script.write_text(
        'setClass("Job", representation(scriptdir = "character", rule = "character"))\n'
        'snakemake <- new("Job", scriptdir = "/x/workflow/scripts/learn", rule = "train")\n'
        f'source("{root}/workflow/R/use.R")\nuse("logs")\ncat(usage())\n'
    )
    for cores in ("2", ""):
        monkeypatch.setenv("OMC_CORES", cores)
        command = ["Rscript", "--vanilla", str(script)]
        r = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        for line in (usage(job), r):
            used = USED.match(line)
            assert (used["stage"], used["rule"], used["run"]) == (
                "learn", "train", "2025-11-29T05:40:29Z",
            ), line  # fmt: skip
            assert (used["cores"] or "") == cores
            assert 0 < float(used["end"]) - float(used["start"]) < 3600
    monkeypatch.delenv("OMC_RUN")
    assert usage(job).endswith(" MB")


def test_the_cpu_time_of_the_main_process_is_read(monkeypatch):
    import socket

    monkeypatch.setenv("OMC_RUN", f"{socket.gethostname()}-{os.getpid()}-1764394829.75")
    run, seconds = snakemake_seconds()
    assert run == "2025-11-29T05:40:29Z" and seconds > 0
    monkeypatch.setenv("OMC_RUN", "elsewhere-1-1764394829.75")
    assert snakemake_seconds() == ("", 0.0)
    monkeypatch.delenv("OMC_RUN")
    assert snakemake_seconds() == ("", 0.0)
