use("records")


test_that("a script refuses an input that is not the one of its record", {
  folder <- tempfile("records")
  dir.create(folder)
  path <- file.path(folder, "new.h5ad")
  writeLines("values", partial_path(path))
  publish(path)
  expect_equal(list.files(folder), "new.h5ad")
  expect_silent(check(path))
  # Of the same size.
  writeLines("valuez", path)
  job <- run_script("learn/predict.R", input = list(new = path))
  expect_equal(job$status, 1)
  expect_match(job$console, "new.h5ad: it is not what the run wrote .*delete it")
})

test_that("large files have the same checksum by another way", {
  path <- file.path(tempdir(), "it's large.bin")
  writeBin(raw(2e7), path)
  expect_equal(sha256_file(path), digest::digest(path, algo = "sha256", file = TRUE))
})

test_that("records are those that Python writes and reads", {
  folder <- file.path(tempfile("records"), "final")
  dir.create(partial_path(folder), recursive = TRUE)
  for (name in c("model.rds", "B", "\u00e4.txt", ".snakemake_timestamp")) {
    writeLines(name, file.path(partial_path(folder), name))
  }
  publish(folder)
  expect_false(differs(folder))
  library <- shQuote(file.path(root, "workflow", "python"))
  python <- sprintf("import sys; from omc.core.records import check; check(['%s'])", folder)
  command <- sprintf("PYTHONPATH=%s python3 -c %s 2>&1", library, shQuote(python))
  expect_equal(system(command), 0)
  writeLines("", file.path(folder, "model.joblib"))
  expect_true(differs(folder))
  # The model of a split that failed.
  dir.create(partial_path(paste0(folder, "2")))
  publish(paste0(folder, "2"))
  expect_false(differs(paste0(folder, "2")))
})
