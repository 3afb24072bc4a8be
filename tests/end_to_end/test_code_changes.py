"""An edit in the library runs again what can reach it, and nothing else."""

import os
import shutil

import pytest
import yaml

from tests.end_to_end.conftest import Workflow
from tests.end_to_end.test_run import planned

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def finished(root, tmp_path_factory):
    """A finished run of a copy of the workflow, whose library may be edited."""
    folder = tmp_path_factory.mktemp("code")
    shutil.copytree(root / "workflow", folder / "workflow")
    shutil.copytree(root / "envs", folder / "envs")
    (folder / "resources").symlink_to(root / "resources")
    config = yaml.safe_load((root / "config" / "quick.yaml").read_text(encoding="utf-8"))
    del config["run"]
    config["resampling"] = {"folds": 2, "repeats": 1, "inner_folds": 3}
    config["models"] = {"python": ["dummy", "nearest_centroid"], "r": ["knn"]}
    workflow = Workflow(folder, folder)
    process = workflow.compare(config)
    assert process.returncode == 0, process.stderr
    return workflow, config


def rerun(finished, file):
    """Rules that a dry run plans after one more comment in a file of the library."""
    workflow, config = finished
    path = workflow.path("workflow", *file.split("/"))
    text, times = path.read_text(encoding="utf-8"), path.stat()
    path.write_text(f"{text}# One more comment.\n", encoding="utf-8")
    try:
        return set(planned(workflow.compare(config, "--dry-run")))
    finally:
        path.write_text(text, encoding="utf-8")
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_a_word_in_the_report_runs_only_what_is_written_for_people(finished):
    rules = rerun(finished, "python/omc/report/methods.py")
    assert "summarise" in rules
    assert rules <= {"all", "report_failures", "summarise", "findings", "draw_figures"}


def test_a_scorer_is_no_training(finished):
    rules = rerun(finished, "python/omc/evaluate/scoring.py")
    assert {"score", "estimate", "compare_models"} <= rules
    assert not rules & {"train_python_final", "train_r_final", "preprocess", "import_dataset"}


def test_a_loss_in_r_trains_the_models_of_r(finished):
    rules = rerun(finished, "R/learn/losses.R")
    assert "train_r_final" in rules
    assert not rules & {"train_python_final", "preprocess", "make_splits", "validate_models_r"}
