"""A survival analysis from a sheet with times to its figures, in both languages."""

import json

import numpy as np
import pandas as pd
import pytest
import yaml

from omc.core.checksums import sha256_file
from tests.contract.headers import wrong_headers

pytestmark = pytest.mark.slow

NUMBERS = "survival_1825", "survival_3650"
MODELS = {
    "python": [
        "dummy",
        {"name": "cox_elastic_net", "grid": {"alpha": [0.1, 0.03], "l1_ratio": [0.5]}},
        {"name": "svm", "estimator": "sksurv.svm.FastSurvivalSVM", "params": {"rank_ratio": 1.0}},
        # It cannot take more columns than events.
        {"name": "ipc", "estimator": "sksurv.linear_model.IPCRidge", "params": {"alpha": -1.0}},
    ],
    "r": [
        "null",
        {"name": "glmnet", "grid": {"alpha": [0.5], "lambda": [0.1, 0.03]}},
        {"name": "ranger", "params": {"num.trees": 10}, "grid": {"mtry": [9]}},
    ],
}


@pytest.fixture(scope="module")
def run(root, tmp_path_factory):
    """The example, cut down, with a group of patients as an external cohort and a null."""
    from tests.end_to_end.conftest import Workflow

    run = Workflow(root, tmp_path_factory.mktemp("survival"))
    config = yaml.safe_load((root / "config" / "examples" / "survival.yaml").read_text())
    sheet = pd.read_csv(root / "resources/breast_cancer/samples.tsv", sep="\t", dtype=str)
    outside = np.arange(len(sheet)) % 4 == 0
    dataset = config["datasets"]["breast_cancer"]
    # The figures of layers have tests of their own.
    del dataset["compare_layers"]
    dataset["samples"] = str(run.path("inside.tsv"))
    dataset["cohorts"] = {"outside": {"samples": str(run.path("outside.tsv"))}}
    sheet[~outside].to_csv(run.path("inside.tsv"), sep="\t", index=False)
    sheet[outside].to_csv(run.path("outside.tsv"), sep="\t", index=False)
    config |= {
        "run": None,
        "resampling": {"folds": 2, "repeats": 1, "inner_folds": 2},
        "selection": {"method": "cox", "features": 20},
        "comparison": {"null_permutations": 1},
        "models": MODELS,
    }
    process = run.compare(config)
    # A model failed on purpose.
    assert process.returncode == 1, process.stderr
    run.text = process.stderr
    return run


def test_a_failed_model_is_a_row_and_the_others_end(run):
    _, failures = run.table("results", "failures.csv")
    assert {(row["language"], row["model"]) for row in failures} == {("python", "ipc")}
    # On permuted outcomes too, where it fails the verdict but counts nowhere.
    names = {row["dataset"] for row in failures}
    assert {"breast_cancer", "breast_cancer/null/001"} <= names
    assert "ipc failed on permuted outcomes of breast_cancer (001/r01f01, 001/r01f02)" in run.text
    _, own = run.table("results", "breast_cancer", "failures.csv")
    assert {row["dataset"] for row in own} == {"breast_cancer"}
    _, estimates = run.table("results", "estimates.csv")
    rows = [r for r in estimates if (r["model"], r["cohort"]) == ("ipc", "development")]
    assert {row["n_failed"] for row in rows} == {"2"}
    _, metrics = run.table("results", "metrics.csv")
    empty = {row["model"] for row in metrics if row["metric"] == "concordance" and not row["value"]}
    assert empty == {"ipc"}


def test_tables_have_the_columns_of_the_catalog(run):
    assert not wrong_headers(run.path("results"))


def test_both_languages_predict_the_same_samples_with_the_same_weights(run):
    # A model is called null.
    path = run.path("results", "breast_cancer", "predictions.csv")
    table = pd.read_csv(path, keep_default_na=False, na_values={c: [""] for c in NUMBERS})
    weights = ["time", "event", "uncensored", "uncensored_1825", "uncensored_3650"]
    python, r = (
        table[table["model"] == model].sort_values(["split", "sample"]).reset_index(drop=True)
        for model in ("dummy", "null")
    )
    pd.testing.assert_frame_equal(python[["split", "sample"]], r[["split", "sample"]])
    np.testing.assert_allclose(python[weights], r[weights], rtol=1e-9)
    np.testing.assert_allclose(python["survival_3650"], r["survival_3650"], rtol=1e-9)
    # The same learner.
    python, r = (
        table[table["model"] == model].sort_values(["split", "sample"]).reset_index(drop=True)
        for model in ("cox_elastic_net", "glmnet")
    )
    np.testing.assert_allclose(python["survival_1825"], r["survival_1825"], atol=1e-3)


def test_folds_hold_events_of_both_kinds(run):
    samples = pd.read_csv(run.path("results", "breast_cancer", "samples.tsv"), sep="\t", dtype=str)
    splits = pd.read_csv(run.path("results", "breast_cancer", "splits.csv"))
    event = samples.set_index("sample")["outcome"].str.endswith("+")
    tested = splits[(splits["role"] == "test") & (splits["split"] != "final")]
    share = tested.groupby("split")["sample"].agg(lambda names: event[names].mean())
    assert share.max() - share.min() < 0.03


def test_figures_are_drawn_and_the_summary_speaks_of_times(run):
    for figure in (
        *("model_comparison", "risk_groups", "horizons", "added_value", "subgroups"),
        *("null", "horizon_calibration", "survival_decision"),
    ):
        path = run.path("images", "breast_cancer", f"{figure}.png")
        assert path.stat().st_size > 10_000, figure
    text = run.path("results", "summary.md").read_text(encoding="utf-8")
    assert "concordance" in text and "nan" not in text.lower().split()
    methods = run.path("results", "methods.md").read_text(encoding="utf-8")
    assert "Cox" in methods and "Uno" in methods and "10.1002/sim.4154" in methods


@pytest.mark.parametrize(
    ("model", "likelihood"), [("python/cox_elastic_net", True), ("python/svm", False),
                              ("r/ranger", True)]
)  # fmt: skip
def test_new_samples_are_predicted(run, root, model, likelihood):
    data = root / "resources" / "breast_cancer"
    output = run.path(f"{model.replace('/', '_')}.csv")
    request = {
        "dataset": "breast_cancer", "model": model, "output": str(output),
        "input": f"genes={data}/expression.tsv.gz,clinical={data}/samples.tsv",
    }  # fmt: skip
    before = sha256_file(str(run.path("results", "metrics.csv")))
    given = f"predict={json.dumps(request)}"
    process = run.run("--configfile", run.path("config.yaml"), "--config", given, "--", "predict")
    assert process.returncode == 0, process.stderr
    new = pd.read_csv(output).set_index("sample")
    known = pd.read_csv(run.path("results", "breast_cancer", "predictions.csv"))
    language, name = model.split("/")
    known = known[(known["cohort"] == "outside") & (known["language"] == language)]
    known = known[known["model"] == name].set_index("sample")
    np.testing.assert_allclose(new.loc[known.index, "risk"], known["risk"], rtol=1e-6)
    if likelihood:
        columns = ["survival_1825", "survival_3650"]
        np.testing.assert_allclose(new.loc[known.index, columns], known[columns], rtol=1e-6)
    assert sha256_file(str(run.path("results", "metrics.csv"))) == before
