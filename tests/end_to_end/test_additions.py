"""What one can add is one file, or a file and a row, and is found without any other edit.

An edit in the library runs again what can reach it, and nothing else. One run shows both; it is
that of a module, from another folder.
"""

import shutil

import pandas as pd
import pytest
import yaml

from tests.end_to_end.conftest import Workflow
from tests.end_to_end.test_run import planned

pytestmark = pytest.mark.slow

FILES = {
    "python/omc/data/transforms/square_root.py": '''
"""Square root."""

import numpy as np

DOMAIN = "numbers from 0"
KEEPS_ZERO, COMPOSITIONAL = True, False


def inside(x):
    """Whether a number has a root."""
    return (x >= 0) & np.isfinite(x)


def apply(values, total, pseudo_count):
    """sqrt(x)."""
    return np.sqrt(values)
''',
    "python/omc/data/checks/few_features.py": '''
"""Whether there are features enough."""

ORDER = 5
EXPLANATION, RULE, FIX = "One is not many.", "there are fewer than 1,000", "Measure more."


def check(data, scan):
    """One row."""
    return [("warning", f"{len(data.features)} features", "measure more")]
''',
    "python/omc/data/formats/pipe.py": '''
"""Text tables with a pipe between the cells."""

import pandas as pd

ENDINGS, CONTENT = (".psv",), "text"
ORIENTED, MATRICES = True, False


def read_table(path, orientation=None, matrix=None):
    """The first column names the rows."""
    return pd.read_csv(path, sep="|", index_col=0)
''',
    "python/omc/learn/schemes/holdout.py": '''
"""A single split: every third sample is tested."""

POOLED, BALANCED, RANKS = False, False, True


def refuse(groups):
    """It suits any data set without groups."""
    return "" if groups is None else "holdout knows no groups: take {key}.groups out"


def describe(resampling):
    """In words."""
    return "testing on every third sample"


def repeats(resampling):
    """One."""
    return 1


def split_count(resampling, units):
    """One."""
    return 1


def training_rows(samples, resampling, seed):
    """Two of three samples."""
    yield 1, 1, samples.rows[samples.rows % 3 > 0]
''',
    "python/omc/evaluate/scores/error_rate.py": '''
"""Error rate: the share of samples that were put into a wrong class."""


def score(samples):
    """(B,) values."""
    return 1 - samples.right.sum(axis=1) / samples.total
''',
    "R/figures/split_counts.R": """
# How many splits each model has.

use("theme", "figure_data")

draw_split_counts <- function(data) {
  counts <- as.data.frame(table(model = unique(data$splits[c("model", "split")])$model))
  plot <- ggplot(counts, aes(x = .data$Freq, y = .data$model)) + geom_col() + theme_figure()
  figure(plot, 6, 3)
}
""",
}
ROWS = {
    "catalog/models/python.yaml": (
        "classification:\n",
        "classification:\n  flexible_bayes:\n    estimator: sklearn.naive_bayes.GaussianNB\n"
        "    params: {}\n    grid: {}\n    cost: cheap\n",
    ),
    "catalog/metrics.csv": (
        "mcc,MCC",
        "error_rate,error rate,Error|rate,classification,,false,0,1,,,0.01,true,true\nmcc,MCC",
    ),
    "catalog/figures.yaml": (
        "tuning:\n",
        "split_counts:\n  when: always\n  tables: [metrics]\n  caption: |\n    How many splits.\n"
        "tuning:\n",
    ),
}

CONFIG = """
datasets:
  leukemia:
    layers:
      expression:
        table: expression.psv
        orientation: features_in_rows
        transform: square_root
    samples: samples.tsv
    outcome: {column: subtype, task: classification, positive: AML}
resampling: {scheme: holdout, inner_folds: 3}
comparison: {metric: {classification: error_rate}}
selection: {features: 20}
models: {python: [dummy, flexible_bayes], r: [knn]}
report: {pdf: true}
"""
MODULE = """
configfile: "config.yaml"

module comparison:
    snakefile: "../workflow/Snakefile"
    config: config

use rule * from comparison
"""


class Module(Workflow):
    """A copy of the workflow, started as a module from a folder beside it."""

    def run(self, *arguments):
        return super().run(*arguments, snakefile=self.path("Snakefile"))


@pytest.fixture(scope="module")
def finished(root, tmp_path_factory):
    """A run of a copy of the workflow with one addition of each kind."""
    folder = tmp_path_factory.mktemp("additions")
    shutil.copytree(root / "workflow", folder / "workflow")
    shutil.copytree(root / "envs", folder / "envs")
    for name, text in FILES.items():
        (folder / "workflow" / name).write_text(text.lstrip("\n"), encoding="utf-8")
    for name, (before, after) in ROWS.items():
        path = folder / "workflow" / name
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), encoding="utf-8")
    run = Module(folder, folder / "elsewhere")
    run.path("Snakefile").write_text(MODULE, encoding="utf-8")
    data = root / "resources" / "leukemia"
    table = pd.read_csv(data / "expression.tsv.gz", sep="\t", index_col=0).iloc[::10]
    (table - table.to_numpy().min()).to_csv(run.path("expression.psv"), sep="|")
    shutil.copy(data / "samples.tsv", run.path("samples.tsv"))
    process = run.compare(yaml.safe_load(CONFIG))
    assert process.returncode == 0, process.stderr
    return run


def test_a_module_writes_into_the_folder_from_which_it_is_used(finished):
    assert finished.path("images", "leukemia", "model_comparison.png").exists()
    assert {path.name for path in finished.root.iterdir()} == {"workflow", "envs", "elsewhere"}


def test_the_new_format_and_transform_are_read(finished):
    log = finished.path("results", "logs", "leukemia", "import.log").read_text(encoding="utf-8")
    assert "38 samples x 306 features" in log


def test_the_new_check_warns(finished):
    _, rows = finished.table("results", "checks.csv")
    assert rows[0]["check"] == "few_features" and rows[0]["value"] == "306 features"


def test_the_new_scheme_splits_and_the_new_metric_is_scored(finished):
    _, rows = finished.table("results", "metrics.csv")
    assert {row["split"] for row in rows} == {"r01f01"}
    values = {(row["model"], row["metric"]): float(row["value"]) for row in rows if row["value"]}
    for model in ("dummy", "flexible_bayes", "knn"):
        assert values[model, "error_rate"] == pytest.approx(1 - values[model, "accuracy"])


def test_the_new_preset_is_trained_and_the_new_metric_ranks_the_models(finished):
    _, rows = finished.table("results", "ranking.csv")
    ranked = [row for row in rows if row["metric"] == "error_rate"]
    assert [row["rank"] for row in ranked] == ["1", "2", "3"]
    assert {row["model"] for row in ranked} == {"dummy", "flexible_bayes", "knn"}


def test_the_new_figure_is_drawn_and_the_new_metric_is_in_the_others(finished):
    assert finished.path("images", "leukemia", "split_counts.png").stat().st_size > 5000
    pdf = finished.path("images", "leukemia", "split_counts.pdf").read_bytes()
    assert pdf.startswith(b"%PDF") and len(pdf) > 2000
    text = finished.path("images", "leukemia", "model_comparison.svg").read_text(encoding="utf-8")
    assert "Error rate (lower is better)" in text


def rerun(finished, file):
    """Rules that a dry run plans after one more comment in a file of the library."""
    path = finished.root / "workflow" / file
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}# One more comment.\n", encoding="utf-8")
    try:
        return set(planned(finished.compare(yaml.safe_load(CONFIG), "--dry-run")))
    finally:
        path.write_text(text, encoding="utf-8")


def test_a_fresh_copy_of_the_library_runs_nothing_again(finished):
    for folder in ("python", "R", "catalog"):
        for file in (finished.root / "workflow" / folder).rglob("*.*"):
            file.touch()
    assert not planned(finished.compare(yaml.safe_load(CONFIG), "--dry-run"))


def test_a_word_in_the_report_runs_only_what_is_written_for_people(finished):
    rules = rerun(finished, "python/omc/report/methods.py")
    assert "summarise" in rules
    figures = {"draw_figures", "explorer", "efficiency", "draw_efficiency"}
    assert rules <= {"all", "report_failures", "summarise", "findings"} | figures


def test_a_scorer_is_no_training(finished):
    rules = rerun(finished, "python/omc/evaluate/scoring.py")
    assert {"score", "compare_models"} <= rules
    assert not rules & {"train_python_final", "train_r_final", "preprocess", "import_dataset"}


def test_a_loss_in_r_trains_the_models_of_r(finished):
    rules = rerun(finished, "R/learn/losses.R")
    assert "train_r_final" in rules
    assert not rules & {"train_python_final", "preprocess", "make_splits", "validate_models_r"}
