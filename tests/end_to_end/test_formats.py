"""The same matrix in every format gives the same data, digit by digit."""

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


def read_back(folder):
    data = anndata.read_h5ad(folder / "data.h5ad")
    return data.to_df(), (folder / "samples.tsv").read_bytes()


def test_every_format_gives_the_data_of_text(workflow, small, root):
    """Only the import reads a format: what follows reads `data.h5ad` and `samples.tsv`."""
    run = workflow()
    write_files(root, run.folder)
    outcome = small["datasets"]["leukemia"]["outcome"]
    names = {name: name.replace(" ", "_") for name in ("tsv", *FORMATS)}
    small["datasets"] = {
        names[name]: {
            "layers": {"expression": {"transform": "log1p", **layer}},
            "samples": SHEETS.get(name, "sheet.csv"),
            "outcome": outcome,
        }
        for name, layer in {"tsv": {"table": "table.tsv"}, **FORMATS}.items()
    }
    folders = {name: run.path("results", names[name]) for name in names}
    targets = [f"results/{name}/data.h5ad" for name in names.values()]
    process = run.compare(small, "--", *targets)
    assert process.returncode == 0, process.stderr
    text = read_back(folders["tsv"])
    assert text[0].shape == (38, 102) and (text[0] > 0).any(axis=None)
    for name, folder in folders.items():
        table, sheet = read_back(folder)
        pd.testing.assert_frame_equal(table, text[0], check_exact=True, obj=name)
        assert sheet == text[1], name


def test_an_rds_file_that_is_something_else_is_named(workflow, small):
    run = workflow()
    run.path("table.rds").write_text("feature\tS1\n", encoding="utf-8")
    small["datasets"]["leukemia"]["layers"]["expression"]["table"] = "table.rds"
    process = run.compare(small, "--", "results/leukemia/data.h5ad")
    assert process.returncode != 0
    messages = [line for line in process.stderr.splitlines() if line.startswith("ERROR: ")]
    assert messages and "table.rds: its extension says an R object" in messages[0]
