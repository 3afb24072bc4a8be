"""Twins: files of both languages with the same duty and the same function names."""

import ast
import re

import pytest

from tests.conftest import ROOT

LIBRARIES = {".py": ROOT / "workflow" / "python" / "omc", ".R": ROOT / "workflow" / "R"}

# Functions of both languages, by file, in their order there.
SHARED = {
    "core/catalog": ["catalog"],
    "core/checksums": ["sha256_text", "sha256_file", "training_key"],
    "core/colours": ["colours"],
    "core/csv_files": ["read_csv", "write_csv", "number"],
    "core/logs": ["logged", "usage", "start_of_run", "one_line"],
    "core/records": [
        "partial_path", "record_path", "record_text", "publish", "written", "differs", "check",
    ],
    "core/seeds": ["fit_seed"],
    "core/survival": [
        "outcomes", "survival_columns", "uncensored_columns", "comparable", "concordant",
        "squared_errors", "horizon_weights",
    ],
    "core/tables": ["read_tables", "prob_columns", "with_outcome"],
    "data/matrix": ["axis_names", "layers", "read_columns"],
    "learn/attempts": ["noted"],
    "learn/batch_effects": ["remove_effects", "read_lab_batches"],
    "learn/batch": [
        "batch_splits", "load_batch", "split_rows", "fit_matrix", "unpenalised", "prediction_cells",
    ],
    "learn/costs": ["model_cost", "measured_cost", "time_split", "quarter"],
    "learn/grids": ["candidates"],
    "learn/inner_folds": ["read_fold", "predict_fold", "inner_predictions"],
    "learn/job": ["settings_of", "split_seed", "timed", "peak_mb", "reset_peak"],
    "learn/losses": ["tuning_value", "best_candidate"],
    "learn/models": ["fit_model", "predict_model", "own_importance"],
    "learn/preprocessing": ["read_fits", "apply_fit"],
    "learn/processes": [
        "train_batch", "train_splits", "lose_batch", "lost_split", "run_in_child",
    ],
    "learn/results": ["write_results"],
    "learn/running": ["run_job"],
    "learn/saving": ["saved_model", "load_model", "predict_saved"],
    "learn/shuffling": [
        "splits_to_permute", "rows_of_model", "failed_splits", "read_evaluated", "permute_split",
        "shuffle_features",
    ],
    "learn/size_factors": ["normalise", "read_size_factors"],
    "learn/training": [
        "train_split", "add_inner_predictions", "refit_split", "predict_test", "importance_rows",
    ],
    "learn/trial": ["try_models", "try_model", "failure_text"],
    "learn/tuning": [
        "split_candidates", "evaluate_candidates", "choose_candidate", "read_tuned",
    ],
}  # fmt: skip


def said_to_be_twins(ending):
    """Files whose first line names a twin, as stage/name, with the name of the twin's file."""
    folder = LIBRARIES[ending]
    twins = {}
    for path in folder.rglob(f"*{ending}"):
        lines = path.read_text(encoding="utf-8").splitlines()
        if twin := re.search(r"\(twin: ([\w.]+)", lines[0]):
            twins[str(path.relative_to(folder).with_suffix(""))] = twin[1]
    return twins


def functions(file, ending):
    """Names of the functions and methods of a file, in their order."""
    text = (LIBRARIES[ending] / f"{file}{ending}").read_text(encoding="utf-8")
    if ending == ".R":
        return re.findall(r"^([\w.]+) <- function\(", text, re.M)
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    return [node.name for node in sorted(nodes, key=lambda node: node.lineno)]


def test_files_of_the_same_name_name_each_other():
    both = {
        str(path.relative_to(LIBRARIES[".R"]).with_suffix(""))
        for path in LIBRARIES[".R"].rglob("*.R")
        if (LIBRARIES[".py"] / path.relative_to(LIBRARIES[".R"])).with_suffix(".py").exists()
    }
    for ending, other in ((".py", ".R"), (".R", ".py")):
        expected = {file: file.rpartition("/")[2] + other for file in both}
        assert said_to_be_twins(ending) == expected


def test_every_pair_of_twins_has_its_functions_listed():
    assert set(said_to_be_twins(".py")) == set(SHARED)


@pytest.mark.parametrize("file", SHARED)
def test_both_languages_have_the_functions_in_the_same_order(file):
    for ending in LIBRARIES:
        shared = [name for name in functions(file, ending) if name in SHARED[file]]
        assert shared == SHARED[file], ending
