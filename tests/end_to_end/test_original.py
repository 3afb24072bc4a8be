"""The workflow gives the numbers of the serial scripts that it was made from (docs/original).

Python's support vector machine too: its probabilities come from a calibration of the whole
pipeline, with the preprocessing learned again without each fold. The scripts have scikit-learn's
own logistic regression and kernlab's own sigmoid: the presets that replaced them are compared with
each other in test_twins.py. The forests have fewer trees in both.
"""

import csv
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests import original_scripts

pytestmark = pytest.mark.slow

TABLES = ["results/tuning.csv", "results/importance.csv"]
MODELS = {**original_scripts.MODELS, "r": ["glmnet", "ranger"]}
TREES = {"random_forest": {"n_estimators": 50}, "ranger": {"num.trees": 50}}


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def with_fewer_trees(script, folder):
    """Path of a copy of a script, whose forest has as many trees as that of the workflow."""
    pattern = r"((n_estimators|num\.trees) ?= ?)500\b"
    text, changed = re.subn(pattern, r"\g<1>50", script.read_text(encoding="utf-8"))
    assert changed == 1
    path = folder / script.name
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def both(root, tmp_path_factory):
    """Results of the workflow and of the two scripts on the same folds, with the same seeds."""
    from tests.end_to_end.conftest import Workflow

    resampling = {"folds": 2, "repeats": 1, "inner_folds": 3}
    config = original_scripts.configuration(root, resampling, MODELS)
    for language, models in config["models"].items():
        config["models"][language] = [
            {"name": model, "params": TREES[model]} if str(model) in TREES else model
            for model in models
        ]
    workflow = Workflow(root, tmp_path_factory.mktemp("original"))
    process = workflow.compare(config, "--", "results/metrics.csv", *TABLES)
    assert process.returncode == 0, process.stderr
    folds = workflow.path("results", "leukemia", "splits.csv")
    seeds = workflow.path("seeds.csv")
    original_scripts.write_seeds(seeds, folds)
    environment = {**os.environ, "TZ": "UTC", "OMP_NUM_THREADS": "1"}
    for program, script, *arguments in original_scripts.commands(
        root, folds, seeds, workflow.path("original")
    ):
        command = [program, with_fewer_trees(Path(script), workflow.folder), *arguments]
        subprocess.run(command, check=True, env=environment)
    return workflow


@pytest.mark.parametrize("language", MODELS)
def test_the_same_features_are_selected(both, language):
    mine = {}
    for row in both.table("results", "importance.csv")[1]:
        if row["language"] == language and row["split"] != "final":
            mine.setdefault((row["model"], row["split"]), set()).add(row["feature"])
    theirs = {}
    for row in read(both.path("original", language, "selected.csv")):
        if row["fit"] == "0":
            theirs.setdefault(row["split"], set()).add(row["feature"])
    assert len(mine) == 2 * len(MODELS[language])
    for (_, split), features in mine.items():
        assert features == theirs[split] and len(features) == 200


@pytest.mark.parametrize("language", MODELS)
def test_the_same_candidates_are_chosen(both, language):
    values = {}
    for row in both.table("results", "tuning.csv")[1]:
        if row["language"] == language and row["split"] != "final":
            key = row["model"], row["split"]
            candidate = values.setdefault(key, {}).setdefault(row["parameters"], [])
            candidate.append(float(row["value"]))
    result = {}
    for key, candidates in values.items():
        means = {parameters: sum(v) / len(v) for parameters, v in candidates.items()}
        result[key] = json.loads(min(means, key=means.get))
    theirs = {
        (row["model"], row["split"]): json.loads(row["parameters"])
        for row in read(both.path("original", language, "chosen.csv"))
    }
    assert set(result) <= set(theirs)
    for key, parameters in result.items():
        assert parameters == pytest.approx(theirs[key]), key


@pytest.mark.parametrize(
    ("language", "model"), [(lang, name) for lang, names in MODELS.items() for name in names]
)
def test_the_same_predictions(both, language, model):
    def rows(table):
        return {
            (r["split"], r["sample"]): r
            for r in table
            if (r["language"], r["model"]) == (language, model)
        }

    mine = rows(both.table("results", "leukemia", "predictions.csv")[1])
    theirs = rows(read(both.path("original", language, "predictions.csv")))
    assert set(mine) == set(theirs) and len(mine) == 38
    for key, row in mine.items():
        assert row["predicted"] == theirs[key]["predicted"]
        expected = float(theirs[key]["prob_AML"])
        assert float(row["prob_AML"]) == pytest.approx(expected, abs=1e-9), key
