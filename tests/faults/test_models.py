"""Models that misbehave, tuned and not, in both languages: a row each, and no other model changes.

They are trained in one process per language, by the code of a training job; the worst of them also
stand in a run of the workflow.
"""

import csv
import os
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from omc.learn.processes import Limits
from tests.conftest import ROOT
from tests.end_to_end.conftest import small, workflow  # noqa: F401
from tests.misbehaving import KINDS, spec_of
from tests.unit.learn.test_training import run, write_study

pytestmark = pytest.mark.faults

# Kinds that pass no limit have more time: the machine may be busy.
LIMITS, MORE = Limits(4, 1200), Limits(100, 1200)
GOOD = [
    {"estimator": "sklearn.naive_bayes.GaussianNB", "grid": {"var_smoothing": [1e-9, 1]}},
    {"estimator": "sklearn.ensemble.ExtraTreesClassifier", "params": {"n_estimators": 5}},
    {"estimator": "sklearn.svm.SVC"},
]
# They cost the saved model alone, or the importance.
KEEP_PREDICTIONS = {"Unsaveable", "Unreadable"}


def good_tables(files, folder):
    """What good models predict, choose and weigh."""
    tables = [run(files, folder, spec)[0] for spec in GOOD]
    for table in tables:
        for row in table["tuning"]:
            row.pop("seconds")
    names = ("predictions", "inner_predictions", "tuning", "importance", "failures")
    return [table[name] for table in tables for name in names]


def problem_of(how, tuned, files, folder):
    """What is wrong with the tables of a kind, or an empty text."""
    spec, part = spec_of(how, tuned)
    began = time.monotonic()
    tables = run(files, folder, spec, limits=LIMITS if part and "time_limit" in part else MORE)[0]
    messages = [row["message"] for row in tables["failures"]]
    if time.monotonic() - began > 30:
        return f"took {time.monotonic() - began:.0f} s"
    if part is None:
        lost = {"predictions": 24, "inner_predictions": 12 + 12 + 24}
        return str(messages) if any(len(tables[n]) != c for n, c in lost.items()) else ""
    if not messages or max(map(len, messages)) > 1200:
        return "no row" if not messages else "a long row"
    if not all(part in m or m.startswith("not tried") for m in messages):
        return messages[0]
    splits = {row["split"] for row in tables["failures"]}
    if how in KEEP_PREDICTIONS:
        return "" if splits == {"final"} and len(tables["predictions"]) == 24 else "lost more"
    if how == "KillsWhenSaved":
        return "" if splits == {"final"} else "lost more"
    # Split `final` has nothing to predict, but inner predictions.
    return "" if splits == {"r01f01", "r01f02", "final"} and not tables["predictions"] else "kept"


def test_models_of_python_that_misbehave(tmp_path):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(24, 30))
    x[:12, :3] += 1
    (tmp_path / "data").mkdir()
    files = write_study(tmp_path / "data", x, ["a"] * 12 + ["b"] * 12)
    before = good_tables(files, tmp_path)
    cases = [(how, tuned) for how in KINDS for tuned in (False, True)]
    problems = {case: problem_of(*case, files, tmp_path) for case in cases}
    wrong = {case: text for case, text in problems.items() if text}
    untouched = good_tables(files, tmp_path) == before
    print(
        f"\nmodels, Python: {len(cases) - len(wrong)} of {len(cases)} cases ({len(KINDS)} kinds)"
        f" are a row or do no harm; other models: {'un' if untouched else ''}touched"
    )
    assert not wrong, "\n".join(f"{case}: {text}" for case, text in wrong.items())
    assert untouched and len(KINDS) >= 45


def test_methods_of_r_that_misbehave(tmp_path):
    script, output = ROOT / "tests" / "faults" / "misbehaving.R", tmp_path / "rows.csv"
    environment = {**os.environ, "TZ": "UTC"}
    subprocess.run(["Rscript", script, ROOT, output], check=True, env=environment, cwd=ROOT)
    with open(output, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    wrong = [row for row in rows if row["right"] != "TRUE"]
    kinds = len({row["how"] for row in rows}) - 1
    print(
        f"\nmodels, R: {len(rows) - len(wrong)} of {len(rows)} cases ({kinds} kinds) are a row or"
        " do no harm, the other models being one of them"
    )
    assert not wrong


WORST = [
    "long message", "surrogates", "no message", "segfault", "endless, deaf", "eats memory",
    "shouts", "percentages", "long label", "more rows", "Unsaveable", "Unreadable", "WritesX",
]  # fmt: skip
# Bodies of the functions `fit` of R methods, and the limit that each of them passes.
WORST_OF_R = {
    "hangs": ("repeat Sys.sleep(1)", "time_limit"),
    "works": ("repeat sum(sqrt(1:1e5))", "time_limit"),
    "slow": ("Sys.sleep(3); caret::knn3(list(...)$x, list(...)$y, k = 3)", "time_limit"),
    "eats": ("held <- list(); repeat held[[length(held) + 1]] <- rep(1, 2^23)", "memory_limit"),
}


def method_of(run, name, body):
    """A model of R whose definition is a file with another `fit` of caret's knn."""
    path = run.path(f"{name}.R")
    path.write_text(
        'info <- caret::getModelInfo("knn", regex = FALSE)[["knn"]]\n'
        f"info$fit <- function(...) {{ {body} }}\ninfo\n",
        encoding="utf-8",
    )
    return {"name": name, "method": path.name, "grid": {"k": [3]}}


def test_a_run_with_the_worst_of_them(workflow, small):  # noqa: F811
    small["models"] = {"python": ["dummy", "nearest_centroid"], "r": ["knn"]}
    small["on_failure"] = "report"
    small["comparison"] = {"metric": {"classification": "roc_auc"}}
    clean, bad = workflow("clean"), workflow("bad")
    path = {"PYTHONPATH": str(ROOT)}
    process = clean.compare(small, **path)
    assert process.returncode == 0, process.stderr
    limits = {"time_limit": 0.1, "memory_limit": 1500, "cost": "costly"}
    for how in WORST:
        spec = {key: value for key, value in spec_of(how, False)[0].items() if value}
        name = "".join(c for c in how if c.isalnum())
        small["models"]["python"].append({"name": name, **spec, **limits})
    small["models"]["r"].append({"name": "pls", "params": {"validation": "nonsense"}})
    for name, (body, limit) in WORST_OF_R.items():
        spec = {**method_of(bad, name, body), **limits}
        if limit == "memory_limit":
            # On a busy machine, memory may last longer than 6 seconds.
            spec["time_limit"] = 5
        small["models"]["r"].append(spec)
    process = bad.compare(small, **path)
    assert process.returncode == 0, process.stderr
    failures = bad.table("results", "failures.csv")[1]
    failed = {row["model"] for row in failures}
    assert len(failed) == len(WORST) + len(WORST_OF_R), failed
    for row in failures:
        if row["model"] in WORST_OF_R:
            limit = WORST_OF_R[row["model"]][1]
            assert limit in row["message"] or row["message"].startswith("not tried"), row
    tables = ("metrics.csv", "importance.csv", "leukemia/predictions.csv", "tuning.csv")
    for name in tables:
        expected, actual = (good_rows(run, name) for run in (clean, bad))
        assert actual == expected and expected, name
    logs = [Path(bad.path(row["log"])).stat().st_size for row in failures]
    assert max(logs) < 3 * 21 * 2**20
    assert bad.path("images", "leukemia", "model_comparison.svg").exists()
    assert bad.path("results", "summary.md").exists()
    count = len(WORST) + 1 + len(WORST_OF_R)
    print(f"\nmodels, a run: {count} bad models, the others untouched byte for byte")


def good_rows(run, name):
    """Rows of the good models in a table of a run, without times."""
    rows = run.table("results", *name.split("/"))[1]
    good = {"dummy", "nearest_centroid", "knn"}
    return [{**row, "seconds": ""} for row in rows if row["model"] in good]
