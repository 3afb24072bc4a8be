"""Messages of make for a missing configuration, and the path of the report."""

import subprocess

import pytest

from omc.core.errors import UserError
from omc.study.report_path import report_path


def make(root, *arguments):
    # The set-up counts as up to date.
    command = ["make", "--directory", root, "--old-file", ".venv/.stamp-run", *arguments]
    return subprocess.run([str(part) for part in command], capture_output=True, text=True)


@pytest.mark.parametrize("target", ["check", "run", "retry", "report"])
def test_a_configuration_that_is_not_there_is_one_sentence(root, target):
    process = make(root, target, "CONFIG=no such file.yaml")
    messages = [line for line in process.stderr.splitlines() if not line.startswith("make")]
    assert process.returncode != 0 and len(messages) == 1
    assert messages[0].startswith("ERROR: CONFIG=no such file.yaml: there is no such file")


def test_a_path_with_a_space_stays_one(root):
    for target in ("run", "retry", "report"):
        process = make(root, "--dry-run", target, "CONFIG=my study.yaml")
        assert process.stdout.count("my study.yaml") == process.stdout.count("'my study.yaml'") > 0


def test_the_report_goes_to_the_results_of_a_finished_run(root, tmp_path, monkeypatch):
    text = (root / "config" / "quick.yaml").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("a.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match="run the comparison first"):
        report_path("a.yaml")
    folder = tmp_path / "results" / "quick"
    folder.mkdir(parents=True)
    folder.joinpath("manifest.json").touch()
    assert report_path("a.yaml") == "results/quick/report.html"


@pytest.mark.parametrize("text", ["run: [\n", "- a\n", ""])
def test_a_file_that_is_no_configuration_is_a_sentence(tmp_path, text):
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError):
        report_path(str(path))
