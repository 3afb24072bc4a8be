"""Runs of the workflow through the door that users use: Snakemake on a configuration."""

import csv
import gzip
import os
import shlex
import shutil
import subprocess

import pytest
import yaml

from tests.launcher import run_snakemake
from tests.pages import COMMANDS

# The longest first, so that at the end of `make test` no core waits for one of them.
LONG = ("run", "models", "survival", "predict", "variants", "baseline_layers", "null",
        "additions", "faults", "grouping", "schemes", "cohorts", "images", "original", "check",
        "messy", "clinical", "threads", "examples")  # fmt: skip


def pytest_collection_modifyitems(items):
    place = {f"test_{name}.py": number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.name, len(LONG)))


class Workflow:
    """The workflow, started in a folder of its own."""

    def __init__(self, root, folder):
        self.root, self.folder = root, folder
        self.folder.mkdir(parents=True, exist_ok=True)

    def write(self, config, name="config.yaml"):
        path = self.folder / name
        path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
        return path

    def run(self, *arguments, cores=2, snakefile=None, **environment):
        snakefile = snakefile or self.root / "workflow" / "Snakefile"
        where = "--snakefile", snakefile, "--directory", self.folder
        words = [str(part) for part in (*where, "--cores", cores, *arguments)]
        return run_snakemake(words, self.folder, {**os.environ, "TZ": "UTC", **environment})

    def compare(self, config, *arguments, **more):
        """Run a configuration; returns the finished process, its output in `.stderr`."""
        return self.run("--configfile", self.write(config), *arguments, **more)

    def path(self, *parts):
        return self.folder.joinpath(*parts)

    def log(self):
        """What Snakemake itself tells of the last run: its jobs, one by one."""
        logs = sorted(self.path(".snakemake", "log").glob("*.snakemake.log"))
        return logs[-1].read_text(encoding="utf-8")

    def table(self, *parts):
        with open(self.path(*parts), encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            return reader.fieldnames, list(reader)


class QuickRun(Workflow):
    """A copy of the repository, with the quick run in it."""

    def path(self, *parts):
        named = parts[0] in ("results", "images")
        return super().path(*((parts[0], "quick", *parts[1:]) if named else parts))

    def copied(self, folder):
        """The same in another folder."""
        shutil.copytree(self.folder, folder, symlinks=True, dirs_exist_ok=True)
        return QuickRun(folder, folder)


@pytest.fixture(scope="session")
def repository(root, tmp_path_factory):
    """The files of the repository, with what is set up here, and data of one's own."""
    folder = tmp_path_factory.mktemp("stranger") / "omics-model-comparison"
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listed, cwd=root, capture_output=True, text=True, check=True).stdout
    for file in filter(None, files.split("\0")):
        if (root / file).is_file():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / file, folder / file)
    (folder / ".venv").symlink_to(root / ".venv")
    if (root / ".deploy").exists():
        shutil.copy2(root / ".deploy", folder / ".deploy")
    (folder / "data").mkdir()
    shutil.copy2(folder / "resources/bcr_abl/samples.tsv", folder / "data/samples.tsv")
    for source, target, lines in (
        ("bcr_abl/expression.tsv.gz", "data/counts.tsv", 600),
        ("leukemia/expression.tsv.gz", "new.tsv", None),
    ):
        with gzip.open(folder / "resources" / source, "rt", encoding="utf-8") as file:
            (folder / target).write_text("".join(file.readlines()[:lines]), encoding="utf-8")
    return folder


def run_command(folder, command):
    """Run a command as a shell would, but with R of this machine and without a terminal."""
    words = [word for word in shlex.split(command) if word != "--use-conda"]
    path = f"{folder / '.venv/bin'}:{os.environ['PATH']}"
    return subprocess.run(
        words, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL,
        # As other tests run beside it, being nice would make it the last to end by far.
        env={**os.environ, "TZ": "UTC", "NICE": "0", "CORES": "2", "PATH": path},
    )  # fmt: skip


@pytest.fixture(scope="session")
def finished(repository):
    """(workflow, configuration, process) of a stranger's first command: the quick run."""
    process = run_command(repository, COMMANDS[0])
    assert process.returncode == 0, process.stdout + process.stderr
    config = yaml.safe_load((repository / "config" / "quick.yaml").read_text(encoding="utf-8"))
    return QuickRun(repository, repository), config, process


@pytest.fixture
def workflow(root, tmp_path):
    return lambda name="run": Workflow(root, tmp_path / name)


@pytest.fixture
def small(root):
    """A small comparison on real data: one data set, both languages, two splits."""
    config = yaml.safe_load((root / "config" / "quick.yaml").read_text(encoding="utf-8"))
    del config["run"]
    config["resampling"] = {"folds": 2, "repeats": 1, "inner_folds": 3}
    config["models"] = {"python": ["dummy", "logistic_regression"], "r": ["glmnet"]}
    return config
