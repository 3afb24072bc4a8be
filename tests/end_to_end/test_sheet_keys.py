"""A study as people have it: a workbook, a European sheet, names that R changed, no outcome."""

import pandas as pd
import pytest

from omc.data.reading import read_sheet, read_table
from tests.end_to_end.test_run import planned

pytestmark = pytest.mark.slow


def write_study(root, folder):
    """Counts in a workbook with symbols, a sheet with semicolons, and labels of some features."""
    data = root / "resources" / "leukemia"
    table = read_table(str(data / "expression.tsv.gz"), "features_in_rows").iloc[:, ::60]
    sheet = read_sheet(str(data / "samples.tsv"))
    counts = (2 ** table.clip(-3, 3) * 100).round().T
    names = {sample: f"PT-{at}" for at, sample in enumerate(sheet.index)}
    counts.columns = [names[sample].replace("-", ".") for sample in counts.columns]
    symbols = [f"GENE{at}" for at in range(len(counts))]
    counts.insert(0, "Gene symbol", symbols)
    counts = pd.concat([counts, counts.iloc[[0]]])
    with pd.ExcelWriter(folder / "counts.xlsx") as book:
        pd.DataFrame({"Read me": ["first"]}).to_excel(book, sheet_name="about", index=False)
        counts.to_excel(book, sheet_name="counts", index_label="probe")
    sheet = sheet.rename(names)
    sheet["dose"] = [f"{at},5" for at in range(len(sheet))]
    sheet.iloc[:2, sheet.columns.get_loc("subtype")] = ["", "N/A"]
    sheet.to_csv(folder / "samples.csv", sep=";", index_label="Patient", encoding="latin-1")
    labels = pd.DataFrame({"probe": [counts.index[1]], "label": ["my favourite"]})
    labels.to_csv(folder / "labels.tsv", sep="\t", index=False)
    return counts


def test_from_messy_tables_to_figures_and_predictions(workflow, small, root):
    run = workflow()
    counts = write_study(root, run.folder)
    layer = {
        "table": "counts.xlsx",
        "matrix": "counts",
        "orientation": "features_in_rows",
        "duplicates": "mean",
        "feature_labels": "labels.tsv",
    }
    dataset = small["datasets"].pop("leukemia")
    dataset["layers"] = {"genes": layer, "clinic": {"columns": ["dose"]}}
    dataset["samples"] = {"file": "samples.csv", "id": "Patient", "match": "r_names"}
    dataset["outcome"]["missing"] = "drop"
    small["datasets"] = {"mess": dataset}
    small["models"] = {"python": ["dummy", "logistic_regression"], "r": []}
    targets = [f"images/mess/signature.{ending}" for ending in ("svg", "png")]
    process = run.compare(small, "--", "results/manifest.json", *targets)
    assert process.returncode == 0, process.stderr
    checks = {row["check"]: row for row in run.table("results", "checks.csv")[1]}
    assert checks["missing_outcome"]["value"] == "2 of 38 samples have no outcome: PT-0, PT-1"
    assert checks["raw_counts"]["value"].startswith("genes: whole numbers")
    columns, rows = run.table("results", "feature_labels.csv")
    labels = {row["feature"]: row["label"] for row in rows}
    assert columns == ["dataset", "feature", "label"]
    assert labels[f"genes:{counts.index[0]}"] == "GENE0"
    assert labels[f"genes:{counts.index[1]}"] == "my favourite"
    drawn = run.path("images", "mess", "signature.svg").read_text(encoding="utf-8")
    first = run.table("results", "signature.csv")[1][:20]
    for feature in (row["feature"] for row in first if row["feature"] in labels):
        # Long names are cut at their end.
        assert f">{labels[feature]} ({feature[:12]}" in drawn
    log = run.path("results", "logs", "mess", "import.log").read_text(encoding="utf-8")
    for said in (
        "counts.xlsx: sheet 'counts' of about, counts",
        "treated as annotation, since it is text in every row: Gene symbol",
        "1 feature(s) appear several times, mean",
        "samples.csv: separated by semicolons",
        "samples.csv: left out, since their outcome is missing: PT-0, PT-1",
        "sample(s) found by R's names, as 'PT-2' by 'PT.2'",
    ):
        assert said in log
    # Labels change no number.
    small["datasets"]["mess"]["layers"]["genes"]["feature_labels"] = None
    again = run.compare(small, "--dry-run", "--", *targets)
    planned_jobs = planned(again)
    assert "label_features" in planned_jobs
    assert not [job for job in planned_jobs if job.startswith(("train", "import"))]
    # New samples are read by the same keys.
    small["predict"] = {
        "dataset": "mess",
        "model": "python/logistic_regression",
        "input": "genes=counts.xlsx,clinic=new.csv",
        "output": "out.csv",
    }
    new = run.path("samples.csv").read_text(encoding="latin-1").replace("PT-", "PT.")
    run.path("new.csv").write_text(new, encoding="utf-8")
    process = run.compare(small, "--", "predict")
    assert process.returncode == 0, process.stderr
    assert len(run.table("out.csv")[1]) == 38
