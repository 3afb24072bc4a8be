"""What a user meets when something is wrong before any training: a sentence."""

import shutil
import subprocess

import pytest

pytestmark = pytest.mark.slow


def change(config, path, value):
    for key in path[:-1]:
        config = config[key]
    config[path[-1]] = value


WRONG = {
    "unknown preset": (["models", "python"], ["dumy"], [["models.python[0]", "dumy", "dummy"]]),
    "unknown caret method, and one whose package is absent": (
        ["models", "r"],
        ["glmnett", "ada"],
        [["models.r[0]", "glmnett", "'glmnet'"], ["models.r[1]", "ada", "install"]],
    ),
    "outcome column": (
        ["datasets", "leukemia", "outcome", "column"],
        "subtyp",
        [["datasets.leukemia.outcome.column", "'subtyp'", "'subtype'"]],
    ),
    "samples that do not join": (
        ["datasets", "leukemia", "samples"],
        "other.tsv",
        [["datasets.leukemia.layers.expression.table", "X1", "2 of 2"]],
    ),
    "too many folds": (
        ["resampling", "folds"], 12, [["resampling.folds", "12", "'AML'", "at most 11"]],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_is_a_sentence_before_any_training(workflow, small, name):
    path, value, expected = WRONG[name]
    run = workflow()
    run.path("other.tsv").write_text("sample\tsubtype\nX1\tALL\nX2\tAML\n", encoding="utf-8")
    change(small, path, value)
    process = run.compare(small)
    output = process.stdout + process.stderr
    assert process.returncode != 0
    assert "Traceback" not in output and "train_" not in run.log().partition("Select jobs")[2]
    messages = [line for line in output.splitlines() if line.startswith("ERROR: ")]
    messages = list(dict.fromkeys(messages))
    for sentence, parts in zip(messages, expected, strict=True):
        assert all(part in sentence for part in parts), sentence


def test_without_a_configuration_one_sentence_says_how_to_give_one(workflow):
    process = workflow().run("--config", "seed=3")
    assert process.returncode != 0
    (messages,) = (line for line in process.stderr.splitlines() if "profile" not in line)
    assert "there is no config/config.yaml" in messages and "--configfile" in messages


def test_a_module_that_is_fetched_is_told_to_be_cloned(workflow, root):
    run = workflow()
    repository = run.path("repository")
    shutil.copytree(root / "workflow", repository / "workflow")
    git = ["git", "-C", repository, "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for arguments in (["init"], ["add", "."], ["commit", "-m", "all"]):
        subprocess.run([*git, *arguments], check=True, capture_output=True)
    snakefile = run.path("Snakefile")
    snakefile.write_text(
        "module comparison:\n"
        f'    snakefile: gitfile("{repository}", "workflow/Snakefile", ref="HEAD")\n'
        "    config: config\n\n"
        "use rule * from comparison\n",
        encoding="utf-8",
    )
    process = run.run("--config", "seed=3", snakefile=snakefile)
    assert process.returncode != 0 and "Traceback" not in process.stderr
    assert "ERROR: the workflow was fetched" in process.stderr
