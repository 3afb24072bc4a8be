"""Runs on a full or read-only disk end with a sentence; nothing is lost, and the next completes.

The disk is a small tmpfs, which only root may mount.
"""

import os
import shutil
import subprocess

import pytest

from tests.end_to_end.conftest import Workflow
from tests.faults.conftest import tiny_study
from tests.faults.test_kills import tables

pytestmark = pytest.mark.faults

SIZE = 64 << 20
# Free bytes of the runs one after the other: each gets further than the one before.
FREE = [0, 20_000, 60_000, 100_000, 140_000, 180_000, 240_000, 300_000, 400_000, 600_000]


@pytest.fixture
def disk(tmp_path):
    """A folder with a file system of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root may mount a small disk")
    mounted = subprocess.run(options, capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def leave(folder, free):
    """Fill a disk up to some free bytes."""
    ballast = folder / "ballast"
    ballast.unlink(missing_ok=True)
    usage = os.statvfs(folder)
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, usage.f_bavail * usage.f_frsize - free))


def sentences(process):
    return [line for line in process.stderr.splitlines() if "ERROR" in line]


def test_a_full_disk_is_a_sentence_and_the_next_run_goes_on(root, disk, finished):
    run = Workflow(root, disk / "run")
    config = tiny_study(run.folder)
    run.write(config)
    refused = 0
    for free in FREE:
        leave(disk, free)
        process = run.run("--configfile", run.path("config.yaml"))
        assert "Traceback" not in process.stderr, process.stderr
        if process.returncode == 0:
            break
        assert sentences(process), process.stderr
        assert all("disk is full" in line for line in sentences(process)), process.stderr
        refused += 1
    (disk / "ballast").unlink()
    process = run.compare(config)
    assert process.returncode == 0, process.stderr
    assert tables(run) == tables(finished[0])
    assert not list(run.folder.rglob(".part-*"))
    print(f"\nfull disk: {refused} of {refused} runs end with a sentence, 0 lost")


def test_a_read_only_disk_is_a_sentence(root, disk, finished):
    run = Workflow(root, disk / "run")
    config = tiny_study(run.folder)
    shutil.copytree(finished[0].folder, disk / "done", symlinks=True)
    done = Workflow(root, disk / "done")
    run.write(config), done.write(config)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    for one in (run, done):
        process = one.run("--configfile", one.path("config.yaml"))
        assert process.returncode == 1 and "Traceback" not in process.stderr
        assert len(sentences(process)) == 1 and "read-only" in sentences(process)[0]
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    process = run.compare(config)
    assert process.returncode == 0, process.stderr
    assert tables(run) == tables(finished[0])
