"""Outputs that are edited, cut or emptied: refused by name, and made again once deleted."""

import os
import re
import shutil

import pytest

from omc.core.records import recorded
from tests.end_to_end.conftest import Workflow
from tests.faults.test_kills import Disturbed, tables

pytestmark = pytest.mark.faults

REFUSED = re.compile(r"^ERROR: (.+): it is not what the run wrote", re.M)


def edited(content):
    """Another content of the same length: a digit, if there is one."""
    at = max(content.rfind(digit) for digit in (b"1", b"2", b"0", content[-1:]))
    return content[:at] + bytes([content[at] ^ 3]) + content[at + 1 :]


def cut(content):
    """Without the second half of its lines: what is left can be read, if it is text."""
    lines = content.splitlines(keepends=True)
    return b"".join(lines[: len(lines) // 2])


def emptied(content):
    return b""


def repeated(content):
    """With its last line a second time."""
    return content + content.splitlines(keepends=True)[-1]


WAYS = [edited, cut, emptied, repeated]


def change(path, way):
    """Change a file, or one in the folder of a model, and leave its times."""
    if path.is_dir():
        path = next(path.glob("model.*"))
    times = path.stat()
    path.write_bytes(way(path.read_bytes()))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def outputs(run):
    """Paths, from the run's folder, of all files and folders with a record."""
    paths = [
        *recorded(str(run.path("results")), ["tiny"]),
        *recorded(str(run.path("images")), ["tiny"]),
    ]
    paths = [run.folder / path for path in paths if os.path.exists(path)]
    # Folders of models that failed, and tables without a row, have nothing to change.
    return [p for p in paths if (any(p.glob("model.*")) if p.is_dir() else p.stat().st_size)]


def copy_of(finished, folder):
    shutil.copytree(finished[0].folder, folder, symlinks=True)
    return Workflow(finished[0].root, folder)


def delete(path):
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def refused_and_recovered(run, config, paths, way, undisturbed):
    """All changed files are named by the next run, which does nothing; deleted, they come back."""
    for path in paths:
        change(path, way)
    process = run.compare(config)
    named = {run.folder / path for path in REFUSED.findall(process.stderr)}
    assert process.returncode == 1 and named == set(paths), set(paths) - named
    assert "rule" not in process.stderr and "Traceback" not in process.stderr, process.stderr
    for path in paths:
        delete(path)
    process = run.compare(config)
    assert process.returncode == 0, process.stderr
    assert all(path.exists() for path in paths) and tables(run) == tables(undisturbed)
    return len(paths)


def test_every_output_that_was_changed_is_refused_and_made_again(finished, tmp_path):
    run, refused = copy_of(finished, tmp_path / "run"), 0
    for way in WAYS:
        refused += refused_and_recovered(run, finished[1], outputs(run), way, finished[0])
    print(f"\n{refused} of {refused} changed outputs refused and recovered, 0 silently used")


# One output of a job, or of a stage, that is changed alone.
ALONE = [
    "results/tiny/samples.tsv",
    "results/tiny/r/knn/1of1/predictions.csv",
    "results/tiny/python/dummy/1of1/final",
    "results/metrics.csv",
    "images/tiny/roc_pr.png",
]


def test_an_output_that_was_changed_alone_is_made_again(finished, tmp_path):
    run = copy_of(finished, tmp_path / "run")
    for path in ALONE:
        refused_and_recovered(run, finished[1], [run.path(path)], edited, finished[0])
    print(f"\n{len(ALONE)} of {len(ALONE)} outputs changed alone refused and recovered, 0 lost")


# What is changed while the run is at work, and the script of each language that reads it next.
DURING = [
    ("results/tiny/samples.tsv", "make_splits.py"),
    ("results/tiny/preprocessing.h5", "train.R"),
    ("results/findings.csv", "draw_figures.R"),
]


@pytest.mark.parametrize(("path", "reader"), DURING)
def test_a_script_refuses_what_was_changed_during_the_run(finished, tmp_path, path, reader):
    run = copy_of(finished, tmp_path / "run")
    delete(run.path(path))
    run.write(finished[1])
    run = Disturbed(run.root, run.folder)
    with run:
        while not run.path(path).exists():
            assert run.process.poll() is None
        change(run.path(path), edited)
    assert run.process.returncode == 1, run.text
    assert path in REFUSED.findall(run.text)


def test_files_without_a_record_are_told(finished, tmp_path):
    run = copy_of(finished, tmp_path / "run")
    shutil.rmtree(run.path("results", "tiny", ".sha256"))
    process = run.compare(finished[1], "--forcerun", "score")
    assert process.returncode == 0, process.stderr
    assert "results/tiny/" in process.stderr and "no checksum is recorded" in process.stderr
