"""Speed of the training loops against plain caret and plain scikit-learn: `make benchmark-fit`.

    PYTHONPATH=workflow/python python tests/benchmarks/benchmark_fit.py [--results FOLDER]

Both sides do the same work in the same process, in turn: on each outer split of repeat 1 of the
default comparison they tune on the inner folds, train the chosen candidate on all training rows
and predict the test rows. Counted are CPU seconds (user and system, children included), and the
answer is their ratio. The status is 1 if the two sides choose or predict differently, and 0 however
slow the product is. R's part is in benchmark_fit.R.

FOLDER holds finished inputs of the default configuration, such as results; without it they are made
in a folder that is removed at the end.
"""

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.model_selection import GridSearchCV, PredefinedSplit
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from omc.data.matrix import axis_names, read_columns
from omc.learn import job as training_job
from omc.learn import models, tuning
from omc.learn.batch import Data, inner_folds
from omc.learn.job import Settings
from omc.learn.losses import best_candidate
from omc.learn.preprocessing import learn
from omc.learn.processes import Limits, run_in_child, train_splits
from omc.study import study as configuration
from omc.study.models import read_presets, resolve_models

ROOT = Path(__file__).resolve().parents[2]
WORKFLOW = ROOT / "workflow"
FILES = ("data.h5ad", "samples.tsv", "splits.csv", "preprocessing.h5")
# The first of five batches of 25 splits: repeat 1.
BATCH = (1, 5)
# GridSearchCV gives all its fits one random_state, so here the product's fits get it too.
SEED = 2022
TOLERANCE = 1e-6
FORESTS = ("random_forest", "gradient_boosting")
WITHOUT_SELECTION = ["glmnet", "rf"]
# The product calibrates its probabilities out of fold, which caret leaves to kernlab.
OTHER_PROBABILITIES = "svmRadial"


@dataclass(frozen=True)
class Part:
    """Rows of the table with one target; `each`: it holds for every model, not only for all."""

    title: str
    target: float
    each: bool = False


PARTS = {
    "r_selection": Part("R, features selected in every inner fold; plain: caret::train()", 0.7),
    "r_same": Part("R, the same features in every fold; plain: one caret::train()", 1.05, True),
    "python_cheap": Part("Python, cheap models; plain: GridSearchCV on a Pipeline", 0.9),
    "python_costly": Part("Python, forests and boosting; plain: the same", 1.05, True),
}
NOTES = """\
CPU seconds over both data sets and five splits, mean of the rounds. Start-up and reading files are
counted on neither side.
R: the product's side is train_split, without the one fork that guards a job's splits. Both sides
train on the numbers of preprocessing.h5; the product makes its matrices from them, the plain side
gets them made. Each caret::train() ends with a fit of its own, which cannot be turned off.
Python: the product's side is train_splits in a forked process, as a job runs it. The pipeline
learns its preprocessing in every fit; the product learned it once per split and inner fold, for all
models of both languages, so each model here is charged 1/{sharing} of that ({learned:.2f} s).
It includes medians for the imputation, which the pipeline does without. With one candidate, plain
use fits the pipeline without a search. A support vector machine gets its probabilities from a
calibration of the whole pipeline on the inner folds; inside one of these, to rank candidates, only
of its last step, and there a wrapper is given the folds."""


# ------------------------------------------------------------------------------------ measurement


def cpu_seconds() -> float:
    """User and system time of this process and of its finished children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def spent(function, *arguments):
    """(CPU seconds, result) of a call."""
    before = cpu_seconds()
    result = function(*arguments)
    return cpu_seconds() - before, result


def rounds(model) -> int:
    """How often each split of a model is measured: what is over at once is measured more often."""
    return 2 if model.cost == "cheap" else 1


# ----------------------------------------------------------------------------------------- inputs


def make_inputs(folder: str, datasets) -> None:
    """Run the workflow in a folder up to the preprocessing of each data set."""
    subprocess.run(
        [
            sys.executable, "-m", "snakemake", "--snakefile", WORKFLOW / "Snakefile",
            "--configfile", ROOT / "config" / "config.yaml", "--directory", folder,
            "--quiet", "all", "--", *(f"results/{name}/preprocessing.h5" for name in datasets),
        ],
        check=True,
    )  # fmt: skip


# ----------------------------------------------------------------------------------------- Python


def variance(x, y):
    """Population variance of each feature, as a score that SelectKBest takes."""
    return x.var(axis=0)


class OnInnerFolds(ClassifierMixin, BaseEstimator):
    """Calibrates on folds that `fit` is given, where CalibratedClassifierCV has its own for all."""

    def __init__(self, estimator):
        self.estimator = estimator

    def fit(self, x, y, folds):
        cv = PredefinedSplit(folds)
        self.model_ = CalibratedClassifierCV(self.estimator, cv=cv, ensemble=False).fit(x, y)
        self.classes_ = self.model_.classes_
        return self

    def predict_proba(self, x):
        return self.model_.predict_proba(x)


def plain_python(estimator, grid: dict, setting: dict, x, y, split):
    """(chosen candidate, probabilities) of one split as scikit-learn's users write it."""
    train, test, inner = split
    model = clone(estimator)
    if "random_state" in model.get_params():
        model.set_params(random_state=SEED)
    calibrated = not hasattr(model, "predict_proba")
    prefix, searched, more = "model__", model, {}
    if calibrated:
        prefix, searched, more = "model__estimator__", OnInnerFolds(model), {"model__folds": inner}
    # Selected first, so that only what is left has to be scaled: the F statistic is the same.
    steps = [
        ("top_variance", SelectKBest(variance, k=setting["top_variance"])),
        ("select", SelectKBest(f_classif, k=setting["features"])),
        ("scale", StandardScaler()),
    ]
    chosen = {}
    if grid:
        search = GridSearchCV(
            Pipeline([*steps, ("model", searched)]),
            {prefix + name: values for name, values in grid.items()},
            cv=inner_folds(inner),
            scoring="neg_brier_score",
            n_jobs=1,
            error_score="raise",
            refit=False,
        )
        search.fit(x[train], y[train], **more)
        chosen = {name.removeprefix(prefix): value for name, value in search.best_params_.items()}
    pipeline = Pipeline([*steps, ("model", model.set_params(**chosen))])
    if calibrated:
        pipeline = CalibratedClassifierCV(pipeline, cv=PredefinedSplit(inner), ensemble=False)
    return chosen, pipeline.fit(x[train], y[train]).predict_proba(x[test])


def product_answer(result, grid: list, classes: int):
    """(chosen candidate, probabilities) out of the rows of `train_split`."""
    if result.failures:
        raise RuntimeError(f"the product failed: {result.failures}")
    values = [[] for _ in grid]
    for row in result.tuning:
        values[int(row[0]) - 1].append(float(row[4]))
    chosen = (
        grid[best_candidate("brier", np.array([np.mean(v) for v in values]))]
        if result.tuning
        else {}
    )
    return chosen, np.array([[float(p) for p in row[-classes:]] for row in result.predictions])


def learn_all(x, data, layers, setting, splits) -> dict:
    """The preprocessing of all fits of some splits, as preprocess.py learns it."""
    fits = {}
    for split in splits:
        train, _, inner = data.split_rows(split)
        for j in (0, *np.unique(inner)):
            rows = train[inner != j]
            fits[split, int(j)] = learn(x[rows], data.truth[rows], layers, setting)
    return fits


def benchmark_python(study, folder: Path):
    """(measurements, CPU seconds of learning, number of models that share it)."""
    training_job.fit_seed = lambda *names_of_fit: SEED
    rows, learned = [], 0.0
    for dataset in study.datasets:
        paths = [str(folder / dataset / name) for name in FILES]
        data = Data(*paths, study.task(dataset))
        splits = data.batch_splits(*BATCH, final=False)
        data.load_batch(splits)
        x = read_columns(paths[0], data.samples, np.arange(len(axis_names(paths[0], "var"))))
        setting = json.loads(study.slices.preprocessing_setting(dataset))
        (most,) = setting["top_variance"].values()
        layers = [{"columns": np.arange(x.shape[1]), "top_variance": most}]
        learn_all(x, data, layers, setting, splits[:1])
        seconds, fits = spent(learn_all, x, data, layers, setting, splits)
        for key, fit in fits.items():
            np.testing.assert_array_equal(fit.index, data.fits[key].index)
            np.testing.assert_array_equal(fit.center, data.fits[key].center)
        learned += seconds
        share = seconds / len(study.models[dataset]) / len(splits)
        for model in [m for m in study.models[dataset] if m.language == "python"]:
            job = Settings(
                dataset, model.name, model.spec, study.task(dataset),
                study.tuning_metric(dataset), study.config["imbalance"], SEED,
            )  # fmt: skip
            estimator = models.build(model.spec, job.task, job.imbalance, model.key)
            grid, plain_setting = model.spec["grid"], {**setting, "top_variance": most}

            def product(split, data=data, job=job, estimator=estimator):
                result, *_ = run_in_child(
                    Limits(), train_splits, data, job, estimator, [split], None, {}
                )
                return result

            def plain(split, data=data, x=x, more=(estimator, grid, plain_setting)):
                return plain_python(*more, x, data.outcome, data.split_rows(split))

            product(splits[0]), plain(splits[0])
            for split in splits:
                candidates = tuning.split_candidates(data, job, split)
                for _ in range(rounds(model)):
                    mine, result = spent(product, split)
                    theirs, (chosen, prob) = spent(plain, split)
                    found, found_prob = product_answer(result, candidates, len(data.classes))
                    rows.append({
                        "part": "python_costly" if model.name in FORESTS else "python_cheap",
                        "dataset": dataset, "model": model.name, "split": split,
                        "product": (mine + share) / rounds(model), "plain": theirs / rounds(model),
                        "difference": np.abs(found_prob - prob).max(),
                        "same_choice": found == chosen,
                    })  # fmt: skip
            say(f"python/{model.name} on {dataset}")
    return rows, learned, len(study.models[next(iter(study.datasets))])


# ---------------------------------------------------------------------------------------------- R


def benchmark_r(study, presets: dict, folder: Path, scratch: Path) -> list[dict]:
    """Measurements of benchmark_fit.R, which is told what to train in a file."""
    config = {**study.config, "models": {"python": [], "r": WITHOUT_SELECTION}}
    jobs = []
    for dataset in study.datasets:
        task = study.task(dataset)
        learners = [m for m in study.models[dataset] if m.language == "r"]
        for part, of_part in (
            ("r_selection", [m for m in learners if m.name != OTHER_PROBABILITIES]),
            ("r_same", resolve_models(config, task, presets)),
        ):
            jobs += [
                {
                    "part": part, "dataset": dataset, "folder": str(folder / dataset),
                    "model": model.name, "spec": model.spec_text, "rounds": rounds(model),
                    "task": task, "tuning_metric": study.tuning_metric(dataset),
                    "imbalance": study.config["imbalance"], "seed": study.config["seed"],
                    "batch": list(BATCH),
                }
                for model in of_part
            ]  # fmt: skip
    told, found = scratch / "jobs.json", scratch / "measured.csv"
    told.write_text(json.dumps(jobs), encoding="utf-8")
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    script = Path(__file__).with_suffix(".R")
    subprocess.run(["Rscript", "--vanilla", script, told, found], check=True, env=environment)
    with open(found, encoding="utf-8", newline="") as file:
        return [
            {
                **row,
                "product": float(row["product"]) / int(row["rounds"]),
                "plain": float(row["plain"]) / int(row["rounds"]),
                "difference": float(row["difference"]),
                "same_choice": row["same_choice"] == "TRUE",
            }
            for row in csv.DictReader(file)
        ]


# ----------------------------------------------------------------------------------------- report


def say(text: str) -> None:
    """Progress, away from the table."""
    print(text, file=sys.stderr, flush=True)


def line(name: str, part, target: float | None) -> str:
    """One line of the table."""
    mine, theirs = part["product"].sum(), part["plain"].sum()
    ratio = mine / theirs
    text = f"  {name:22}{mine:10.2f}{theirs:10.2f}{ratio:8.2f}"
    if target is None:
        return text
    return f"{text}{target:8.2f}  {'PASS' if ratio <= target else 'ABOVE'}"


def report(table: pd.DataFrame) -> None:
    """Print CPU seconds and ratios of every model and of every part."""
    print(f"{'':24}{'product':>10}{'plain':>10}{'ratio':>8}{'target':>8}")
    for key, part in PARTS.items():
        of_part = table[table["part"] == key]
        print(part.title)
        for name, of_model in of_part.groupby("model", sort=False):
            print(line(name, of_model, part.target if part.each else None))
        print(line("total", of_part, part.target))


def main() -> int:
    """Measure, print the table; 1 if the two sides differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, help="folder with finished inputs")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    config = yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))
    study = configuration.load(config, str(WORKFLOW))
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.results
        if folder is None:
            say("Making the inputs")
            make_inputs(scratch, study.datasets)
            folder = Path(scratch, "results")
        rows = benchmark_r(study, read_presets(), folder.resolve(), Path(scratch))
        with threadpool_limits(1):
            more, learned, sharing = benchmark_python(study, folder)
    table = pd.DataFrame([*rows, *more])
    report(table)
    print(NOTES.format(learned=learned, sharing=sharing))
    # Written so that a difference that is no number counts as one.
    wrong = table[~(table["same_choice"] & (table["difference"] <= TOLERANCE))]
    for row in wrong.itertuples():
        what = "other predictions" if row.same_choice else "another candidate"
        where = f"{row.part}, {row.model} on {row.dataset}, {row.split}"
        print(f"DIFFERENT: {where}: {what} (probabilities differ by {row.difference:.2g})")
    if not len(wrong):
        largest = table["difference"].max()
        print(f"Both sides chose the same and predict the same (largest difference {largest:.1g}).")
    return int(len(wrong) > 0)


if __name__ == "__main__":
    sys.exit(main())
