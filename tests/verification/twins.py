"""How closely learners of both languages agree on the same splits; ends with 1 if one does not.

    PYTHONPATH=workflow/python python tests/verification/twins.py

Each pair of presets is tuned and trained by the workflow itself, with the candidates of its grid,
on the same splits and preprocessed numbers. Prints the table of docs/learners.md.
"""

import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from omc.core.checksums import sha256_file
from omc.core.csv_files import write_csv
from omc.core.tables import SPLITS
from omc.data.matrix import write_h5ad
from omc.learn import models
from omc.learn.batch import Data
from omc.learn.job import Settings
from omc.learn.preprocessing import learn, write_fits
from omc.learn.splits import make_splits, split_rows
from omc.learn.training import train_split
from omc.study.models import read_presets

ROOT = Path(__file__).parents[2]
# Presets by task: those of Python and of R, and the largest difference of a probability, or of a
# prediction in standard deviations of the outcome, by which they still are one learner. caret's knn
# counts a neighbour that is .01 % farther than the k-th, in 3 of 3 neighbours at most.
SAME = {
    "classification": [
        ("logistic_regression", "glmnet", 1e-3),
        ("ridge", "ridge", 1e-3),
        ("svm_linear", "svmLinear", 1e-2),
        ("svm_rbf", "svmRadial", 1e-2),
        ("lda", "lda", 1e-3),
        ("nearest_centroid", "nearest_centroid", 1e-3),
        ("knn", "knn", 0.34),
    ],
    "regression": [
        ("elastic_net", "glmnet", 1e-3),
        ("ridge", "ridge", 1e-3),
        ("svr_linear", "svmLinear", 1e-2),
        ("svr_rbf", "svmRadial", 1e-2),
        ("pls", "pls", 1e-3),
        ("knn", "knn", 1e-9),
    ],
}
SELECTION = {"classification": "anova", "regression": "f_regression"}
PREPROCESSING = {"max_missing": 0.2, "impute": "median", "scale": "standard"}


def write_study(
    folder: Path, x, outcome, task: str, features: int, folds: int, seed: int, most=None
):
    """Paths of the inputs of a job: `folds` outer folds of x (n, p), each with three inner ones.

    most: number of splits to keep, None for all.
    """
    samples = [f"s{i}" for i in range(len(x))]
    paths = [folder / n for n in ("data.h5ad", "samples.tsv", "splits.csv", "preprocessing.h5")]
    data, sheet, table, preprocessing = map(str, paths)
    write_h5ad(data, x, samples, [f"f{i}" for i in range(x.shape[1])], ["rna"] * x.shape[1])
    rows = ([s, o, "", "development"] for s, o in zip(samples, outcome, strict=True))
    write_csv(sheet, ["sample", "outcome", "group", "cohort"], rows, "\t")
    scheme = {"scheme": "repeated_kfold", "folds": folds, "repeats": 1, "inner_folds": 3}
    strata = outcome if task == "classification" else ["x"] * len(x)
    splits = make_splits(strata, strata, None, "study", scheme, seed)
    splits = [split for split in splits if split.name != "final"][:most]
    write_csv(table, SPLITS, split_rows(splits, samples))
    layer = [{"columns": np.arange(x.shape[1]), "top_variance": None}]
    setting = {**PREPROCESSING, "method": SELECTION[task], "features": features}
    target = np.array(outcome) if task == "classification" else np.array(outcome, dtype=float)
    fits = {}
    for split in splits:
        for j in range(4):
            rows = split.train[split.inner_fold != j]
            fits[split.name, j] = learn(x[rows], target[rows], layer, setting)
    stamp = {"splits_sha256": sha256_file(table), "data_sha256": sha256_file(data)}
    write_fits(preprocessing, fits, stamp)
    return data, sheet, table, preprocessing


def spec_of(language: str, task: str, name: str) -> dict:
    """The specification of a preset."""
    preset = read_presets()[language][task][name]
    kind = "estimator" if language == "python" else "method"
    return {
        "name": name, kind: preset[kind], "params": preset["params"], "grid": preset.get("grid"),
        "size": 9,
    }  # fmt: skip


def train_python(files, task: str, specs: list[dict]) -> dict:
    """{name: {split: (predictions, importance, values of candidates)}}."""
    data = Data(*files, task)
    data.load_batch(list(data.splits))
    metric = "brier" if task == "classification" else "rmse"
    trained = {}
    for spec in specs:
        settings = Settings("study", spec["name"], spec, task, metric, "none", 1)
        estimator = models.build(spec, task, "none", spec["name"])
        for split in data.splits:
            result = train_split(data, settings, estimator, split)
            assert not result.failures, (spec["name"], split, result.failures)
            columns = slice(4, None) if data.classes else 3
            predictions = np.array([np.atleast_1d(row[columns]) for row in result.predictions])
            importance = [np.nan if row[2] is None else row[2] for row in result.importance]
            values = np.array([float(row[4]) for row in result.tuning]).reshape(3, -1).mean(axis=0)
            trained.setdefault(spec["name"], {})[split] = (
                predictions.astype(float), np.array(importance, dtype=float), values,
            )  # fmt: skip
    return trained


def train_r(files, task: str, specs: list[dict]) -> dict:
    """As `train_python`, in one process of R."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "specs.json")
        path.write_text(json.dumps(specs))
        script = Path(__file__).with_suffix(".R")
        arguments = [ROOT / "workflow", Path(files[0]).parent, task, path, folder]
        done = subprocess.run(
            ["Rscript", "--vanilla", script, *arguments], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        trained = {}
        for table in sorted(Path(folder).glob("*.predictions")):
            name, split, _ = table.name.split(".")
            read = {
                t: read_rows(Path(folder, f"{name}.{split}.{t}")) for t in ("importance", "tuning")
            }
            kept = pd.read_csv(table)
            columns = kept.columns[4:] if task == "classification" else ["predicted"]
            importance = [float(row["importance"] or "nan") for row in read["importance"]]
            values = np.array([float(row["value"]) for row in read["tuning"]])
            order = np.lexsort(
                [[int(row[k]) for row in read["tuning"]] for k in ("candidate", "inner_fold")]
            )
            trained.setdefault(name, {})[split] = (
                kept[columns].to_numpy(float), np.array(importance),
                values[order].reshape(3, -1).mean(axis=0),
            )  # fmt: skip
        assert len(trained) == len(specs), done.stderr
        return trained


def read_rows(path: Path) -> list[dict]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def compare(files, task: str, pairs) -> list[dict]:
    """One row per pair: how far predictions, importances and tuning values are apart, at most."""
    one = train_python(files, task, [spec_of("python", task, pair[0]) for pair in pairs])
    other = train_r(files, task, [spec_of("r", task, pair[1]) for pair in pairs])
    outcome = pd.read_csv(files[1], sep="\t")["outcome"]
    unit = 1.0 if task == "classification" else float(outcome.astype(float).std(ddof=0))
    rows = []
    for python, r, limit in pairs:
        gaps, coefficients, tuning, same = [], [], [], []
        for split, (predicted, importance, values) in one[python].items():
            twin, twin_importance, twin_values = other[r][split]
            same.append(int(np.argmin(np.round(values, 9)) == np.argmin(np.round(twin_values, 9))))
            tuning.append(np.abs(values - twin_values).max() / unit)
            gaps.append(np.abs(predicted - twin).max() / unit)
            size = np.abs(importance).max()
            coefficients.append(np.abs(importance - twin_importance).max() / size if size else 0.0)
        rows.append({
            "task": task, "python": python, "r": r, "limit": limit, "gap": max(gaps),
            "coefficient": max(coefficients), "tuning": max(tuning),
            "chosen": f"{sum(same)} of {len(same)}", "candidates": len(values),
        })  # fmt: skip
    return rows


def simulated(task: str, seed: int = 1, n: int = 48, p: int = 60, classes: int = 2):
    """(x, outcome): a signal in ten of p features, or in ten for each class."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p))
    if task == "regression":
        return x, [f"{v:.6f}" for v in 50 + 5 * x[:, :10].sum(axis=1) + rng.normal(size=n) * 10]
    label = np.arange(n) % classes
    for k in range(classes):
        x[label == k, 10 * k : 10 * k + 10] += 1
    return x, [f"c{k}" for k in label]


def power(value: float) -> str:
    """A difference rounded up to a power of ten; "" if there is none to tell."""
    if np.isnan(value):
        return ""
    return "< 1e-09" if value < 1e-9 else f"< 1e{int(np.floor(np.log10(value))) + 1:+03d}"


def compare_all(folder: Path, task: str, classes: int, n: int, p: int, features: int, most=None):
    """The rows of `compare` for all twins on simulated data; features: how many are selected."""
    x, outcome = simulated(task, n=n, p=p, classes=classes)
    files = write_study(folder, x, outcome, task, features, folds=2, seed=1, most=most)
    return compare(files, task, SAME[task])


def main() -> int:
    rows = []
    for task, classes in (("classification", 2), ("classification", 3), ("regression", 0)):
        with tempfile.TemporaryDirectory() as folder:
            found = compare_all(Path(folder), task, classes, n=60, p=120, features=60)
        rows += [{**row, "classes": classes} for row in found]
    header = [
        "Python", "R", "task", "candidates", "predictions", "coefficients", "tuning", "same choice",
    ]  # fmt: skip
    print(f"| {' | '.join(header)} |\n|{'---|' * len(header)}")
    failed = 0
    for row in rows:
        task = row["task"] + (f", {row['classes']} classes" if row["classes"] else "")
        # R weights the importances of pls by component.
        coefficient = "" if row["python"] == "pls" else power(row["coefficient"])
        cells = [
            row["python"], row["r"], task, str(row["candidates"]), power(row["gap"]), coefficient,
            power(row["tuning"]), row["chosen"],
        ]  # fmt: skip
        print(f"| {' | '.join(cells)} |")
        failed += row["gap"] > row["limit"]
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
