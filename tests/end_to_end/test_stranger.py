"""A stranger's path: a fresh copy, and the commands of README and docs as they stand there."""

import pytest
import yaml

from tests.end_to_end.conftest import run_command
from tests.pages import COMMANDS

pytestmark = pytest.mark.slow


def shrink(folder):
    """Fewer splits and models, as this is a test."""
    path = folder / "config" / "my_study.yaml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    config["resampling"] = {"folds": 2, "repeats": 1, "inner_folds": 2}
    config["models"] = {"python": ["dummy", "logistic_regression"], "r": ["glmnet"]}
    path.write_text(yaml.safe_dump(config), encoding="utf-8")


def test_every_command_of_the_docs_does_what_they_say(finished, repository):
    copy = repository
    # The first has made the finished run.
    for command in COMMANDS[1:]:
        proposed = copy / "config" / "my_study.yaml"
        if "init" in command:
            proposed.unlink(missing_ok=True)
        process = run_command(copy, command)
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
