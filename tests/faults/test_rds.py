"""R's files: data are read, code is refused and never runs, and what is broken is named."""

import gzip
import random
import re
import struct
import subprocess

import numpy as np
import pandas as pd
import pytest

from omc.data.reading import read_table
from tests.faults.test_input import damaged

MAKE_RDS = """
folder <- commandArgs(TRUE)[1]
x <- matrix(c(.5, NA, 3, 4, 5, 6), 3, dimnames = list(c("NA", "g,1", "\\u03b1"), c("S1", "null")))
touched <- file.path(folder, "touched")
run <- bquote(file.create(.(touched)))
promise <- new.env()
delayedAssign("p", file.create(touched), assign.env = promise)
active <- new.env(parent = emptyenv())
makeActiveBinding("a", eval(bquote(function() file.create(.(touched)))), active)
data <- list(
  x, as.data.frame(x, optional = TRUE), Matrix::Matrix(x, sparse = TRUE), Biobase::ExpressionSet(x),
  SummarizedExperiment::SummarizedExperiment(list(x))
)
code <- list(
  promise, active, list(promise), structure(x, p = promise), structure(x, f = sum),
  list(dim = run), structure(x, class = c("a", "matrix"), run = run), y ~ x, list(function() run),
  do.call(expression, list(run)), structure(list(run), class = "data.frame", row.names = 1L),
  list2env(list(f = run), parent = emptyenv()), compiler::cmpfun(function() 1), asNamespace("stats")
)
save_all <- function(objects, kind) {
  for (i in seq_along(objects)) {
    for (compress in c("gzip", "bzip2", "xz")) {
      file <- file.path(folder, sprintf("%s_%d_%s.rds", kind, i, compress))
      tryCatch(saveRDS(objects[[i]], file, compress = compress), error = function(e) NULL)
    }
    plain <- file(file.path(folder, sprintf("bytes_%s_%d", kind, i)), "wb")
    tryCatch(serialize(objects[[i]], plain), finally = close(plain))
  }
}
save_all(data, "data")
save_all(code, "code")
"""
READ_RDS = """
arguments <- commandArgs(TRUE)
source(file.path(arguments[1], "use.R"))
use("formats")
for (package in c("Matrix", "rhdf5", "SummarizedExperiment")) {
  suppressMessages(requireNamespace(package))
}
for (path in readLines(arguments[2])) {
  cat(path, "", sep = "\\t")
  cat(tryCatch({
    in_child(path, {
      values <- values_of(read_rds(path), NULL, "features_in_rows", path)
      write_annotated(values, NULL, paste0(path, ".h5ad"))
    })
    "read"
  }, user_error = conditionMessage), "\\n", sep = "")
}
"""
RDS = pd.DataFrame(
    [[0.5, np.nan, 3], [4, 5, 6]], index=["S1", "null"], columns=["NA", "g,1", "α"], dtype=float
)


def run_r(program, *arguments):
    """What an R program prints; R is ended after the seconds that a file may take for each."""
    command = ["Rscript", "--vanilla", "-e", program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8")


@pytest.mark.faults
def test_no_rds_file_executes_code(tmp_path, root):
    generator = random.Random(2022)
    made = run_r(MAKE_RDS, tmp_path)
    assert made.returncode == 0, made.stderr
    expected = {}
    for path in sorted(tmp_path.glob("*.rds")):
        expected[path] = RDS if path.name.startswith("data") else "could be executed"
    for bytes_of in sorted(tmp_path.glob("bytes_*")):
        for i in range(10):
            path = tmp_path / f"damaged_{bytes_of.name}_{i}.rds"
            path.write_bytes(bytes_of.read_bytes())
            expected[path] = damaged(path, generator).expected
    zeros = tmp_path / "bomb.rds"
    head = b"X\n" + struct.pack(">8i", 3, 0x40202, 0x30500, 5, 0, 14, -1, 0)
    zeros.write_bytes(gzip.compress(head[:14] + struct.pack(">i", 0) + bytes(300 * 10**6)))
    expected[zeros] = ""
    listed = tmp_path / "list.txt"
    listed.write_text("\n".join(map(str, expected)), encoding="utf-8")
    process = run_r(READ_RDS, root / "workflow" / "R", listed)
    lines = [line.split("\t", 1) for line in process.stdout.splitlines()]
    assert process.returncode == 0 and len(lines) == len(expected), (lines[-1], process.stderr)
    assert not (tmp_path / "touched").exists()
    problems, refused = [], 0
    for (path, wanted), (name, outcome) in zip(expected.items(), lines, strict=True):
        assert str(path) == name
        refused += outcome != "read"
        if isinstance(wanted, pd.DataFrame):
            table = read_table(f"{path}.h5ad") if outcome == "read" else wanted.iloc[:0]
            good = pd.DataFrame(table.to_numpy(), table.index, table.columns).equals(wanted)
        elif outcome == "read":
            good = wanted is None
        else:
            good = outcome.startswith(name) and re.search(wanted or "", outcome)
        if not good:
            problems.append(f"{name}: {outcome}")
    assert not problems, "\n".join(problems)
    print(f"\n{len(lines)} of {len(lines)} .rds files refused ({refused}) or read, 0 executed")
