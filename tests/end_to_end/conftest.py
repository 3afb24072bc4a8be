"""Runs of the workflow through the door that users use: Snakemake on a configuration."""

import csv
import os

import pytest
import yaml

from tests.launcher import run_snakemake

# The longest first, so that at the end of `make test` no core waits for one of them.
LONG = ("stranger", "run", "models", "survival", "predict", "variants", "baseline_layers", "null",
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
