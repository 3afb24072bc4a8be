"""A sheet straight out of a clinic, and a clinical layer that joins a finished run."""

import numpy as np
import pandas as pd
import pytest

from omc.data.matrix import axis_names, read_columns
from tests.end_to_end.test_run import planned

pytestmark = pytest.mark.slow

OUTCOME = {"column": "metastasis_5y", "task": "classification", "positive": "yes"}
GENES = {"table": "resources/breast_cancer/expression.tsv.gz", "orientation": "features_in_rows"}


@pytest.fixture(scope="module")
def sheet(root):
    """The real sheet, with the columns and the words that sheets of clinics have."""
    table = pd.read_csv(
        root / "resources/breast_cancer/samples_5y.tsv", sep="\t", dtype=str, keep_default_na=False
    )
    rows = np.arange(len(table))
    return table.assign(
        sex="F",
        smoker=np.where(rows % 3 == 0, "yes", "no"),
        arm=np.where(rows % 2 == 0, "1", "2"),
        menopause=np.where(rows % 7 == 0, "unknown", np.where(rows % 2 == 0, "pre", "post")),
        follow_up=np.where(table["metastasis_5y"] == "yes", "palliative", "routine"),
    )


def clinical(columns, sheet, folder, **more):
    folder.mkdir(exist_ok=True)
    path = folder / "samples.tsv"
    sheet.to_csv(path, sep="\t", index=False)
    layer = {"columns": columns, "role": "baseline", **more}
    layers = {"genes": GENES, "clinic": layer}
    return {"layers": layers, "samples": str(path), "outcome": OUTCOME}


def configured(datasets):
    return {
        "datasets": datasets,
        "resampling": {"folds": 2, "repeats": 1, "inner_folds": 2},
        "selection": {"features": 10},
        "models": {"python": ["dummy", {"name": "knn", "grid": {"n_neighbors": [5]}}]},
    }


def test_text_codes_and_missing_words_are_features_and_a_disguised_outcome_is_an_alarm(
    workflow, root, sheet
):
    run = workflow()
    columns = ["age", "grade", "er", "sex", "smoker", "arm", "menopause", "follow_up"]
    types = {
        "grade": {"levels": ["well differentiated", "intermediate", "poorly differentiated"]},
        "arm": "nominal",
    }
    dataset = clinical(columns, sheet, run.path("data"), types=types)
    config = configured({"breast": dataset})
    process = run.compare(config, "--", "results/breast/checks.csv")
    assert process.returncode == 0, process.stderr
    data = str(run.path("results", "breast", "data.h5ad"))
    names = [name for name in axis_names(data, "var") if name.startswith("clinic:")]
    assert names == [
        f"clinic:{name}"
        for name in ("age", "grade", "er: positive", "sex: F", "smoker: yes", "arm: 2",
                     "menopause: pre", "follow_up: routine")
    ]  # fmt: skip
    at = np.array([list(axis_names(data, "var")).index("clinic:menopause: pre")])
    values = read_columns(data, axis_names(data, "obs"), at)[:, 0]
    assert np.isnan(values).sum() == (sheet["menopause"] == "unknown").sum()
    warnings = {
        row["check"]: row["value"]
        for row in run.table("results", "breast", "checks.csv")[1]
        if row["status"] == "warning"
    }
    assert "clinic:follow_up: routine" in warnings["outcome_copy"]


def test_a_clinical_layer_trains_its_own_data_set_again_and_no_other(workflow, root, sheet):
    run = workflow()
    dataset = clinical(["age", "er"], sheet, run.path("data"))
    other = {
        "layers": {"rna": {"table": "resources/leukemia/expression.tsv.gz",
                           "orientation": "features_in_rows"}},
        "samples": "resources/leukemia/samples.tsv",
        "outcome": {"column": "subtype", "task": "classification"},
    }  # fmt: skip
    before = {**dataset, "layers": {"genes": GENES}}
    wanted = "results/metrics.csv"
    both = configured({"breast": before, "leukemia": other})
    tables = ["results/heterogeneity.csv", "results/subgroups.csv"]
    process = run.compare({**both, "report": {"subgroups": ["grade"]}}, "--", wanted, *tables)
    assert process.returncode == 0, process.stderr
    _, strata = run.table("results", "subgroups.csv")
    _, between = run.table("results", "heterogeneity.csv")
    # Two models and ten metrics; leukemia has no grades.
    assert len(between) == 2 * 10 and {row["dataset"] for row in between} == {"breast"}
    (row,) = (r for r in between if (r["model"], r["metric"]) == ("knn", "roc_auc"))
    # Three grades, and two samples without one.
    assert (row["n_strata"], row["n_left_out"]) == ("3", "1")
    of_model = [r for r in strata if (r["model"], r["metric"]) == ("knn", "roc_auc")]
    assert {r["p_column"] for r in of_model} == {row["p_column"], ""}
    values = [float(r["estimate"]) for r in of_model if r["p_column"]]
    assert min(values) <= float(row["estimate"]) <= max(values)
    assert float(row["prediction_low"]) < float(row["ci_low"]) < float(row["estimate"])
    folds = run.path("results", "breast", "splits.csv").read_bytes()
    config = configured({"breast": dataset, "leukemia": other})
    process = run.compare(config, "--dry-run", "--", wanted)
    # Two models, on all columns and on the clinical ones.
    assert planned(process)["train_python_final"] == 4
    assert "results/leukemia/python" not in process.stdout + process.stderr
    # The same samples stay in the same folds.
    process = run.compare(config, "--", "results/breast/splits.csv")
    assert process.returncode == 0, process.stderr
    assert run.path("results", "breast", "splits.csv").read_bytes() == folds
