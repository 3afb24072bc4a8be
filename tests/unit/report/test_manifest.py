"""Packages that a run needs, and versions that it records."""

import json
import subprocess

import pytest
import validate_models
import write_manifest

from omc.core.errors import UserError


def test_a_missing_package_is_told_before_any_training(tmp_path, monkeypatch):
    monkeypatch.setattr(validate_models, "BASE_PACKAGES", ("numpy", "no_such_package", "nor_this"))
    with pytest.raises(UserError) as error:
        validate_models.main([], str(tmp_path / "python.json"))
    messages = str(error.value).splitlines()
    assert len(messages) == 2 and "the Python package no_such_package is missing" in messages[0]


def test_versions_are_written_without_models_too(tmp_path):
    output = tmp_path / "python.json"
    validate_models.main([], str(output))
    assert {"skops", "pyarrow"} <= set(json.loads(output.read_text())["packages"])


def test_the_commit_of_a_checkout_of_another_owner(tmp_path, monkeypatch):
    def git(*arguments):
        subprocess.run(["git", "-C", tmp_path, *arguments], check=True, capture_output=True)

    git("init")
    git("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--allow-empty", "-m", "first")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert subprocess.run(["git", "-C", tmp_path, "rev-parse", "HEAD"]).returncode != 0
    assert len(write_manifest.git(str(tmp_path), "rev-parse", "HEAD")) == 40
