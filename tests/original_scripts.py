"""The serial scripts of docs/original and the workflow, set to train the same models alike."""

import csv
import sys
from pathlib import Path

import yaml

from omc.core.seeds import fit_seed

SEED, DATASET = 2022, "leukemia"
# What a preset was when the scripts were written; the others still are what they have.
LOGISTIC_REGRESSION = {
    "name": "logistic_regression",
    "estimator": "sklearn.linear_model.LogisticRegression",
    "params": {"solver": "saga", "tol": 1e-2, "max_iter": 5000},
    "grid": {"C": [0.1, 1.0], "l1_ratio": [0.1, 1.0]},
}
MODELS = {
    "python": ["dummy", "logistic_regression", "random_forest", "svm_rbf"],
    "r": ["glmnet", "ranger", "svmRadial"],
}


def configuration(root: Path, resampling: dict, models: dict) -> dict:
    """The configuration of the workflow; models: names by language."""
    config = yaml.safe_load((root / "config" / "config.yaml").read_text(encoding="utf-8"))
    config["datasets"] = {DATASET: config["datasets"][DATASET]}
    config["resampling"] = resampling
    special = {"logistic_regression": LOGISTIC_REGRESSION}
    config["models"] = {**models, "python": [special.get(name, name) for name in models["python"]]}
    return config


def write_seeds(path: Path, folds: Path) -> None:
    """Write the seeds of the workflow's fits for the scripts; folds: its splits.csv."""
    with open(folds, encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] != "final"]
    splits = dict.fromkeys(row["split"] for row in rows)
    inner = sorted({int(row["inner_fold"]) for row in rows if row["inner_fold"]})
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["language", "model", "split", "fit", "seed"])
        for language, names in MODELS.items():
            for name in names:
                for split in splits:
                    for fit in (0, *inner, "candidates"):
                        seed = fit_seed(SEED, DATASET, language, name, split, fit)
                        writer.writerow([language, name, split, fit, seed])


def commands(root: Path, folds: Path, seeds: Path, output: Path) -> list[list[str]]:
    """The commands of the two scripts, which write to {output}/python and {output}/r."""
    data, scripts = root / "resources" / DATASET, root / "docs" / "original"
    run = {
        "python": [sys.executable, scripts / "compare_models.py"],
        "r": ["Rscript", scripts / "compare_models.R"],
    }
    given = {
        "expression": data / "expression.tsv.gz", "samples": data / "samples.tsv",
        "outcome": "subtype", "folds": folds, "seeds": seeds,
    }  # fmt: skip
    arguments = [part for name, value in given.items() for part in (f"--{name}", value)]
    return [
        [str(part) for part in (*command, *arguments, "--output", output / language)]
        for language, command in run.items()
    ]
