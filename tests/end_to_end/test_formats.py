"""The same matrix in every format gives the same metrics, byte by byte."""

import subprocess

import anndata
import pandas as pd
import pytest
from scipy import sparse

from omc.data.reading import read_sheet, read_table

pytestmark = pytest.mark.slow

WRITE_RDS = """
suppressPackageStartupMessages(library(SummarizedExperiment))
x <- t(as.matrix(read.csv("table.csv", row.names = 1, check.names = FALSE)))
sheet <- read.csv("sheet.csv", row.names = 1)
saveRDS(SummarizedExperiment(list(other = 2 * x, values = x), colData = sheet), "experiment.rds")
saveRDS(Matrix::Matrix(x, sparse = TRUE), "sparse.rds")
"""
FORMATS = {
    "parquet": {"table": "table.parquet"},
    "h5ad": {"table": "dense.h5ad"},
    "sparse h5ad": {"table": "sparse.h5ad", "matrix": "values"},
    "rds": {"table": "experiment.rds", "matrix": "values"},
    "sparse rds": {"table": "sparse.rds", "orientation": "features_in_rows"},
}
SHEETS = {"h5ad": "dense.h5ad", "rds": "experiment.rds"}


def write_files(root, folder):
    data = root / "resources" / "leukemia"
    table = read_table(str(data / "expression.tsv.gz"), "features_in_rows").iloc[:, ::30]
    # Zeros for the sparse formats, and nothing that needs more digits than text holds.
    table = table.where(table > 0, 0)
    sheet = read_sheet(str(data / "samples.tsv"))
    table = table.loc[sheet.index]
    table.to_csv(folder / "table.tsv", sep="\t")
    table.to_csv(folder / "table.csv")
    table.to_parquet(folder / "table.parquet")
    sheet.to_csv(folder / "sheet.csv")
    dense = anndata.AnnData(table, sheet)
    dense.write_h5ad(folder / "dense.h5ad")
    dense.layers["values"] = sparse.csr_matrix(table.to_numpy())
    dense.write_h5ad(folder / "sparse.h5ad")
    script = folder / "write.R"
    script.write_text(WRITE_RDS, encoding="utf-8")
    subprocess.run(["Rscript", script], cwd=folder, check=True)


def test_every_format_gives_the_bytes_of_text(workflow, small, root):
    run = workflow()
    write_files(root, run.folder)
    small["resampling"]["inner_folds"] = 2
    small["models"] = {"python": ["knn"], "r": ["knn"]}
    dataset = small["datasets"]["leukemia"]
    dataset["samples"] = "sheet.csv"
    metrics = {}
    for name, layer in {"tsv": {"table": "table.tsv"}, **FORMATS}.items():
        dataset["layers"] = {"expression": {"transform": "log1p", **layer}}
        dataset["samples"] = SHEETS.get(name, "sheet.csv")
        small["run"] = name.replace(" ", "_")
        process = run.compare(small, "--", f"results/{small['run']}/metrics.csv")
        assert process.returncode == 0, (name, process.stderr)
        metrics[name] = run.path("results", small["run"], "metrics.csv").read_bytes()
    assert len(pd.read_csv(run.path("results", "tsv", "metrics.csv"))) > 20
    assert [name for name in metrics if metrics[name] != metrics["tsv"]] == []


def test_an_rds_file_that_is_something_else_is_named(workflow, small):
    run = workflow()
    run.path("table.rds").write_text("feature\tS1\n", encoding="utf-8")
    small["datasets"]["leukemia"]["layers"]["expression"]["table"] = "table.rds"
    process = run.compare(small, "--", "results/leukemia/data.h5ad")
    assert process.returncode != 0
    messages = [line for line in process.stderr.splitlines() if line.startswith("ERROR: ")]
    assert messages and "table.rds: by its ending it is an R object" in messages[0]
