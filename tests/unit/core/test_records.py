"""Checksums of outputs: recorded by the step, checked by the readers of both languages."""

import os
import subprocess
from types import SimpleNamespace

import pytest
from snakemake.iocontainers import InputFiles, OutputFiles

from omc.core.errors import UserError, disk_problem
from omc.core.logs import logged
from omc.core.records import check, publish, record_path, recorded, unrecorded, written


@pytest.fixture
def job(tmp_path):
    output = OutputFiles(
        fromdict={"table": str(tmp_path / "out.csv"), "model": str(tmp_path / "final")}
    )
    log = str(tmp_path / "job.log")
    return SimpleNamespace(input=InputFiles(), output=output, log=[log])


@pytest.fixture
def step(job, tmp_path, capfd):
    """Run a job that writes a table and a folder; returns what the console shows."""

    def run(fails=False, *inputs):
        job.input.extend(inputs)
        with logged(job):
            with open(job.output.table, "w") as file:
                file.write("a,b\n1,2\n")
            os.makedirs(job.output.model)
            with open(os.path.join(job.output["model"], "model.rds"), "w") as file:
                file.write("model")
            assert not (tmp_path / "out.csv").exists()
            if fails:
                raise ValueError("no convergence")

    # The opener sends the streams of the process to the log.
    saved = [os.dup(number) for number in (1, 2)]
    yield run
    for number, copy in enumerate(saved, start=1):
        os.dup2(copy, number)


def test_outputs_appear_with_their_checksums(step, tmp_path):
    step()
    assert (tmp_path / "out.csv").read_text() == "a,b\n1,2\n"
    assert (tmp_path / "final" / "model.rds").exists()
    assert not list(tmp_path.glob(".part-*"))
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", ".sha256/out.csv"], cwd=tmp_path, capture_output=True
    )
    assert done.returncode == 0
    # What Snakemake leaves in folders.
    (tmp_path / "final" / ".snakemake_timestamp").touch()
    check([tmp_path / "out.csv", tmp_path / "final"])


def test_a_job_that_fails_leaves_no_output(step, tmp_path):
    with pytest.raises(SystemExit):
        step(fails=True)
    assert {path.name for path in tmp_path.iterdir()} == {"job.log"}


def edit(path):
    """Another content of the same size at the same time: nothing but the checksum tells."""
    times = path.stat()
    text = path.read_bytes()
    path.write_bytes(bytes([text[0] ^ 1]) + text[1:])
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


@pytest.mark.parametrize("name", ["out.csv", "final"])
def test_an_edited_input_is_refused_by_name(step, tmp_path, name):
    step()
    edit(tmp_path / ("final/model.rds" if name == "final" else name))
    with pytest.raises(SystemExit):
        step(False, str(tmp_path / name))
    log = (tmp_path / "job.log").read_text()
    assert f"ERROR: {tmp_path / name}: it is not what the run wrote" in log and "delete it" in log


def test_what_is_added_to_a_folder_or_cut_from_a_record_is_seen(step, tmp_path):
    step()
    (tmp_path / "final" / "model.joblib").touch()
    (tmp_path / ".sha256" / "out.csv").write_text("")
    with pytest.raises(UserError) as error:
        check([tmp_path / "final", tmp_path / "out.csv"])
    assert len(str(error.value).splitlines()) == 2


def test_files_of_users_are_not_checked_and_a_lost_record_is_told(step, tmp_path):
    (tmp_path / "own.tsv").write_text("sample\n")
    step(False, str(tmp_path / "own.tsv"))
    assert unrecorded([str(tmp_path / "out.csv")]) == []
    os.remove(record_path(str(tmp_path / "out.csv")))
    assert unrecorded([str(tmp_path / "out.csv")]) == [str(tmp_path / "out.csv")]


def test_only_the_files_of_a_run_are_checked(tmp_path):
    for folder in ("", "demo/r/knn", "validation", "another_run"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / ".part-a.csv").write_text("a\n")
        publish(str(tmp_path / folder / "a.csv"))
    found = [os.path.relpath(path, tmp_path) for path in recorded(str(tmp_path), ["demo"])]
    assert found == ["a.csv", "demo/r/knn/a.csv", "validation/a.csv"]


def test_a_file_of_the_user_is_replaced_only_by_a_complete_one(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("old")
    with pytest.raises(ValueError), written(str(path)) as partial:
        open(partial, "w").close()
        raise ValueError
    assert path.read_text() == "old" and len(list(tmp_path.iterdir())) == 1


def test_a_full_disk_is_a_sentence_in_whatever_words_a_library_tells_it():
    error = OSError(
        "Can't synchronously write data (errno = 28, error message = 'No space left on device')"
    )
    assert disk_problem(error).startswith("the disk is full: free some space")
    assert "a.csv: nothing can be written there (read-only" in disk_problem(
        OSError(30, "Read-only file system", "a.csv")
    )
    assert disk_problem(ValueError("no convergence")) == ""
