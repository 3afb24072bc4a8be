"""A stranger's path: a fresh copy, and the commands of README and docs as they stand there."""

import gzip
import os
import shlex
import shutil
import subprocess

import pytest
import yaml

from tests.pages import COMMANDS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def copy(root, tmp_path_factory):
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


def run(folder, command):
    """Run a command as a shell would, but with R of this machine and without a terminal."""
    words = [word for word in shlex.split(command) if word != "--use-conda"]
    path = f"{folder / '.venv/bin'}:{os.environ['PATH']}"
    return subprocess.run(
        words, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL,
        # As other tests run beside it, being nice would make it the last to end by far.
        env={**os.environ, "TZ": "UTC", "NICE": "0", "PATH": path},
    )  # fmt: skip


def shrink(folder):
    """Fewer splits and models, as this is a test."""
    path = folder / "config" / "my_study.yaml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    config["resampling"] = {"folds": 2, "repeats": 1, "inner_folds": 2}
    config["models"] = {"python": ["dummy", "logistic_regression"], "r": ["glmnet"]}
    path.write_text(yaml.safe_dump(config), encoding="utf-8")


def test_every_command_of_the_docs_does_what_they_say(copy):
    for command in COMMANDS:
        proposed = copy / "config" / "my_study.yaml"
        if "init" in command:
            proposed.unlink(missing_ok=True)
        process = run(copy, command)
        screen = process.stdout + process.stderr
        assert process.returncode == 0, f"{command}\n{screen}"
        if "init" in command:
            # Four columns of this sheet may be the outcome.
            assert "Wrote config/my_study.yaml" in screen and "OUTCOME=" in screen
            shrink(copy)
    assert (copy / "images/quick/leukemia/model_comparison.png").stat().st_size > 10_000
    for run_name in ("quick", "my_study"):
        assert (copy / f"results/{run_name}/explorer.html").stat().st_size > 4_000_000
    assert (copy / "results/quick/report.html").stat().st_size > 100_000
    assert len((copy / "out.csv").read_text(encoding="utf-8").splitlines()) == 39
    assert list(copy.glob("images/my_study/*/model_comparison.png"))
    assert (copy / "results/my_study/summary.md").exists()
