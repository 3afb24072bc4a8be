"""New samples, predicted by the saved models of finished runs of both languages."""

import json
import re

import h5py
import numpy as np
import pandas as pd
import pytest

from omc.core.checksums import sha256_file
from tests.conftest import ROOT
from tests.end_to_end.conftest import Workflow
from tests.end_to_end.test_run import planned

pytestmark = pytest.mark.slow

OWN = """
from sklearn.neighbors import KNeighborsClassifier


class Own(KNeighborsClassifier):
    pass
"""
NEW = "again"
# All models are saved when this is written; figures would only take time.
TRAINED = "results/manifest.json"


def renamed(frame):
    return frame.set_axis([f"new {name}" for name in frame.index], axis=0)


def shipped(workflow, name, table, features):
    """(rows of the sheet, samples x features) of shipped data; the sheet is written as a cohort's.

    The cohort has the samples of development once more, under other names.
    """
    folder = ROOT / "resources" / name
    sheet = pd.read_csv(folder / "samples.tsv", sep="\t", dtype=str).set_index("sample")
    values = pd.read_csv(folder / table, sep="\t", index_col=0, float_precision="round_trip").T
    sheet.to_csv(workflow.path(f"{name}.tsv"), sep="\t")
    renamed(sheet).rename_axis("sample").to_csv(workflow.path(f"{name}_new.tsv"), sep="\t")
    return values.iloc[:, :features].loc[sheet.index]


def layer(workflow, name, values, orientation="samples_in_rows", **more):
    """A layer and its cohort's, whose features stand in another order, with one more."""
    other = renamed(values).iloc[:, ::-1].assign(unknown=1.0)
    for ending, table in {"": values, "_new": other}.items():
        turned = table if orientation == "samples_in_rows" else table.T
        turned.to_csv(workflow.path(f"{name}{ending}.tsv"), sep="\t")
    return {"table": f"{name}.tsv", "orientation": orientation, **more}


def data_set(name, layers, column, **more):
    task = "regression" if column == "octane" else "classification"
    tables = {layer: {"table": setting["table"].replace(".", "_new.")} for layer, setting in layers}
    return {
        "layers": dict(layers),
        "samples": f"{name}.tsv",
        "outcome": {"column": column, "task": task},
        "cohorts": {NEW: {"samples": f"{name}_new.tsv", "layers": tables}},
        **more,
    }


def start(folder, datasets, models):
    workflow = Workflow(ROOT, folder)
    workflow.path("own.py").write_text(OWN, encoding="utf-8")
    config = {
        "datasets": datasets(workflow),
        "resampling": {"folds": 2, "repeats": 1, "inner_folds": 3},
        "selection": {"method": "none"},
        "tuning": {"size": 1},
        "models": models,
    }
    python_path = {"PYTHONPATH": str(workflow.folder)}
    process = workflow.compare(config, "--", TRAINED, **python_path)
    assert process.returncode == 0, process.stderr
    return workflow, config


@pytest.fixture(scope="module")
def classification(tmp_path_factory):
    def datasets(workflow):
        genes = shipped(workflow, "leukemia", "expression.tsv.gz", 80)
        first = layer(workflow, "first", genes.iloc[:, :50], "features_in_rows", top_variance=30)
        # Counts of libraries of different sizes, with a sample that lacks a value.
        reads = 2 ** (genes.iloc[:, 50:] + 6) * np.linspace(0.5, 3, len(genes))[:, None]
        reads = reads.round()
        reads.iloc[3, 10] = None
        second = layer(workflow, "second", reads, transform="median_of_ratios")
        counts = shipped(workflow, "obesity", "counts.tsv.gz", 60)
        taxa = layer(workflow, "taxa", counts, transform="clr", top_variance=20)
        return {
            "leukemia": data_set("leukemia", [("first", first), ("second", second)], "subtype"),
            "obesity": data_set("obesity", [("taxa", taxa)], "bmi_class", groups="subject"),
        }

    models = {
        "python": ["svm_rbf", {"name": "own", "estimator": "own.Own"}],
        "r": [{"name": "glmnet", "grid": {"alpha": [0.5], "lambda": [0.05]}}],
    }
    return start(tmp_path_factory.mktemp("classification"), datasets, models)


@pytest.fixture(scope="module")
def regression(tmp_path_factory):
    def datasets(workflow):
        values = shipped(workflow, "gasoline", "spectra.tsv.gz", 60)
        return {
            "gasoline": data_set("gasoline", [("nir", layer(workflow, "nir", values))], "octane")
        }

    models = {"python": ["ridge"], "r": [{"name": "pls", "grid": {"ncomp": [2]}}]}
    return start(tmp_path_factory.mktemp("regression"), datasets, models)


def predict(run, request, *more, output="out.csv"):
    workflow, config = run
    dataset, model, path = request
    wanted = {"dataset": dataset, "model": model, "input": path, "output": output}
    return workflow.run(
        *("--configfile", workflow.write(config)),
        *("--config", f"predict={json.dumps(wanted)}", *more, "--", "predict"),
        PYTHONPATH=str(workflow.folder),
    )


TWO = "first=first_new.tsv,second=second_new.tsv"
CASES = [
    ("classification", "leukemia", "python/svm_rbf", TWO, "skops"),
    ("classification", "leukemia", "python/own", TWO, "joblib"),
    ("classification", "leukemia", "r/glmnet", TWO, "rds"),
    ("classification", "obesity", "python/svm_rbf", "taxa_new.tsv", "skops"),
    ("classification", "obesity", "r/glmnet", "taxa_new.tsv", "rds"),
    ("regression", "gasoline", "python/ridge", "nir_new.tsv", "skops"),
]


@pytest.mark.parametrize(("run", "dataset", "model", "path", "ending"), CASES)
def test_a_saved_model_predicts_what_its_training_job_did(
    run, dataset, model, path, ending, request
):
    predicts_as_trained(request.getfixturevalue(run), dataset, model, path, ending)


def predicts_as_trained(run, dataset, model, path, ending):
    workflow, _ = run
    process = predict(run, (dataset, model, path))
    assert process.returncode == 0, process.stderr
    assert "\nThe predictions are in out.csv\n" in process.stderr
    header, rows = workflow.table("out.csv")
    known, all_rows = workflow.table("results", dataset, "predictions.csv")
    assert header == ["sample", "predicted", *(c for c in known if c.startswith("prob_"))]
    language, name = model.split("/")
    wanted = {
        row["sample"]: row
        for row in all_rows
        if (row["language"], row["model"], row["cohort"]) == (language, name, NEW)
    }
    assert len(rows) == len(wanted) > 30
    for row in rows:
        assert row == {column: wanted[row["sample"]][column] for column in header}
    assert len({row["predicted"] for row in rows}) > 1
    saved = f"results/{dataset}/{model}/1of1/final/model.{ending}"
    manifest = json.loads(workflow.path("results", "manifest.json").read_text(encoding="utf-8"))
    assert manifest["models"][saved] == sha256_file(workflow.path(saved))


def test_only_data_with_normalised_counts_have_size_factors(classification):
    workflow, _ = classification
    for name, expected in {"leukemia": True, "obesity": False}.items():
        with h5py.File(workflow.path("results", name, "preprocessing.h5")) as file:
            assert ("size_factors" in file) == expected == ("normalised" in file["features"])
            if expected:
                factors = file["size_factors/factor"][:]
                assert factors.shape == (len(file["fits/fit"]), 76, 1) and np.ptp(factors) > 1


def test_nothing_of_the_run_is_made_again(regression):
    workflow, config = regression
    # A table that was not read before.
    workflow.path("copy.tsv").write_bytes(workflow.path("nir_new.tsv").read_bytes())
    request = ("gasoline", "r/pls", "copy.tsv")
    # A configuration that would train everything anew.
    changed = {**config, "preprocessing": {"scale": "none"}}
    process = predict((workflow, changed), request, "--dry-run")
    assert process.returncode == 0, process.stderr
    jobs = set(re.findall(r"^(\w+) +\d+$", process.stdout + process.stderr, flags=re.M))
    assert jobs == {"read_new_samples", "predict", "total"}
    predicts_as_trained(regression, *request, "rds")
    process = workflow.compare(config, "--dry-run", "--", TRAINED)
    assert "Nothing to be done" in process.stdout + process.stderr


def error_lines(process):
    assert process.returncode != 0
    lines = [line for line in process.stderr.splitlines() if line.startswith("ERROR: ")]
    assert "Traceback" not in process.stderr
    return lines[0]


def test_a_model_of_another_run_is_refused(regression):
    workflow, _ = regression
    for model, file in {"python/ridge": "model.skops", "r/pls": "model.rds"}.items():
        path = workflow.path("results", "gasoline", model, "1of1", "final", file)
        kept = path.read_bytes()
        path.write_bytes(kept + b"0")
        sentence = error_lines(
            predict(regression, ("gasoline", model, "nir_new.tsv"), output="no.csv")
        )
        path.write_bytes(kept)
        assert f"results/gasoline/{model}/1of1/final: it is not what the run wrote" in sentence
        assert not workflow.path("no.csv").exists()


def test_one_sentence_says_what_is_wrong(regression, workflow):
    table = pd.read_csv(regression[0].path("nir_new.tsv"), sep="\t", index_col=0)
    table.T.to_csv(regression[0].path("turned.tsv"), sep="\t")
    sentence = error_lines(predict(regression, ("gasoline", "python/ridge", "turned.tsv")))
    assert "turned.tsv: 60 of the 60 features" in sentence
    assert "names of samples" in sentence
    sentence = error_lines(predict(regression, ("gasoline", "python/rigde", "nir_new.tsv")))
    assert "predict.model: 'python/rigde'" in sentence and "python/ridge" in sentence
    never_run = workflow("never run")
    for name in ("gasoline.tsv", "gasoline_new.tsv", "nir.tsv", "nir_new.tsv"):
        never_run.path(name).write_bytes(regression[0].path(name).read_bytes())
    run = (never_run, regression[1])
    sentence = error_lines(predict(run, ("gasoline", "python/ridge", "nir_new.tsv")))
    assert "run the comparison first" in sentence


def test_models_can_be_left_out_and_saved_later(workflow, small):
    run, models = workflow(), {"python": ["logistic_regression"], "r": ["glmnet"]}
    small |= {"models": models, "final_models": False}
    small["resampling"]["splits_per_job"] = 1
    process = run.compare(small, "--", TRAINED)
    assert process.returncode == 0, process.stderr
    metrics = run.path("results", "metrics.csv").read_bytes()
    _, timing = run.table("results", "leukemia", "r", "glmnet", "2of2", "timing.csv")
    assert {row["split"] for row in timing} == {"", "r01f02"}
    assert not list(run.path("results").glob("leukemia/*/*/*/final"))
    run.path("new.tsv").write_text("any", encoding="utf-8")
    wanted = ("leukemia", "r/glmnet", "new.tsv")
    assert "predict: this run has final_models: false" in error_lines(predict((run, small), wanted))
    # With them, the other batches stay as they are.
    small["final_models"] = True
    jobs = planned(run.compare(small, "--dry-run", "--", TRAINED))
    assert jobs["train_python_final"] == jobs["train_r_final"] == 1
    assert not {"train_python", "train_r", "preprocess", "make_splits"} & set(jobs)
    process = run.compare(small, "--", TRAINED)
    assert process.returncode == 0, process.stderr
    assert run.path("results", "metrics.csv").read_bytes() == metrics
    assert len(list(run.path("results").glob("leukemia/*/*/2of2/final/model.*"))) == 2
