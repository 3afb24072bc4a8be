"""What make gives to Snakemake, its messages, and the path of the report."""

import re
import subprocess
from pathlib import Path

import pytest
from snakemake.cli import parse_config

from omc.core.errors import UserError
from omc.study.report_path import report_path
from omc.study.start import command


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


@pytest.mark.parametrize("name", ["my study.yaml", "it's.yaml", '"{a}$(x)`y`.yaml', "é😀;#.yaml"])
def test_a_path_with_any_characters_reaches_snakemake_as_it_is(root, tmp_path, name):
    path = tmp_path / name
    path.write_text("run: a\nrun: b\n", encoding="utf-8")
    process = make(root, "check", f"CONFIG={path}")
    assert f"ERROR: {path}, line 2: run: is also in line 1" in process.stderr
    path.write_text("run: a\n", encoding="utf-8")
    line = command(["--keep-going"], {"CONFIG": str(path), "CORES": "2", "ARGS": "-n 'a b'"})
    assert line == [
        "snakemake", "--keep-going", "--cores", "2", "-n", "a b", f"--configfile={path}",
    ]  # fmt: skip


def test_a_request_reaches_snakemake_as_it_is(root, monkeypatch):
    monkeypatch.chdir(root)
    given = {"DATASET": "a'b", "MODEL": '"$(x)"', "INPUT": "it's {x} é😀.tsv", "OUTPUT": "-o.csv"}
    *_, config, dashes, target = command([], {**given, "TARGETS": "predict"})
    assert (dashes, target) == ("--", "predict")
    request = parse_config([config.removeprefix("--config=")])["predict"]
    assert request == {name.lower(): value for name, value in given.items()}


@pytest.mark.parametrize("name", ["ARGS", "TARGETS"])
def test_an_open_quote_is_a_sentence(root, monkeypatch, name):
    monkeypatch.chdir(root)
    with pytest.raises(UserError, match=f"{name}=it's: No closing quotation"):
        command([], {name: "it's"})


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


def test_tests_of_the_workflow_are_where_make_looks_for_them(root):
    line = re.search("^SLOW := (.+)$", (root / "Makefile").read_text(encoding="utf-8"), re.M)
    folders = [root / folder for folder in line[1].split()]
    marked = [
        path
        for path in (root / "tests").rglob("test_*.py")
        if path != Path(__file__) and "pytest.mark.slow" in path.read_text(encoding="utf-8")
    ]
    assert len(marked) > 20
    assert [path for path in marked if not any(map(path.is_relative_to, folders))] == []
