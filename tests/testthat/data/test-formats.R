use("formats")
# Genes in rows.
x <- matrix(
  c(.1 + .2, 0, NA, 4, 0, 6), 3, 2,
  dimnames = list(c("g1", "g\u03b1", "7"), c("S1", "2"))
)
about <- data.frame(class = factor(c("u", NA)), age = c(53, 85.3), row.names = colnames(x))

test_that("every kind of object gives the same values, samples in rows", {
  experiment <- SummarizedExperiment::SummarizedExperiment(list(counts = x, twice = 2 * x))
  expect_identical(values_of(experiment, NULL, "samples_in_rows", "p"), t(x))
  expect_identical(values_of(experiment, "twice", "samples_in_rows", "p"), 2 * t(x))
  set <- Biobase::ExpressionSet(x)
  expect_identical(values_of(set, NULL, "samples_in_rows", "p"), t(x))
  expect_identical(values_of(x, NULL, "features_in_rows", "p"), t(x))
  table <- data.frame(t(x), check.names = FALSE)
  expect_identical(values_of(table, NULL, "samples_in_rows", "p"), t(x))
  sparse <- values_of(Matrix::Matrix(x, sparse = TRUE), NULL, "features_in_rows", "p")
  expect_s4_class(sparse, "dgCMatrix")
  expect_identical(as.matrix(sparse), t(x))
})

test_that("a tibble and a data.table have their names in the first column", {
  expect_read <- function(table, orientation, expected) {
    suppressMessages(expect_identical(values_of(table, NULL, orientation, "p"), expected))
  }
  samples <- data.frame(id = colnames(x), t(x), check.names = FALSE, row.names = NULL)
  expect_read(samples, "samples_in_rows", t(x))
  expect_read(data.table::as.data.table(samples), "samples_in_rows", t(x))
  tibble <- structure(samples, class = c("tbl_df", "tbl", "data.frame"))
  expect_read(tibble, "samples_in_rows", t(x))
  genes <- data.frame(
    id = factor(rownames(x)), x, symbol = c("A", "B", NA), check.names = FALSE, row.names = NULL
  )
  expect_read(genes, "features_in_rows", t(x))
  expect_message(values_of(genes, NULL, "features_in_rows", "p"), "annotation, .* text: symbol")
  expect_error(
    values_of(cbind(samples, sex = "F"), NULL, "samples_in_rows", "p"),
    "column 'sex' holds character, not numbers", class = "user_error"
  )
})

test_that("integer64 is read as what it says, or refused where no double is exact", {
  # 4000000000, -5 and NA, as bit64 and data.table::fread store them.
  big <- readBin(
    writeBin(c(-294967296L, 0L, -5L, -1L, 0L, NA), raw(), endian = "little"), "double", 3,
    endian = "little"
  )
  class(big) <- "integer64"
  read <- function(object) values_of(object, NULL, "samples_in_rows", "p.rds")
  table <- data.frame(g1 = c(1, 2, 3), row.names = c("S1", "S2", "S3"))
  table$g2 <- big
  expect_identical(read(table)[, "g2"], c(S1 = 4e9, S2 = -5, S3 = NA))
  wide <- structure(big, dim = c(1L, 3L), dimnames = list("S1", c("g1", "g2", "g3")))
  expect_identical(read(wide), matrix(c(4e9, -5, NA), 1, dimnames = dimnames(wide)))
  expect_identical(sheet_of(table, "p")$g2, c("4000000000", "-5", ""))
  huge <- structure(rep(1.5, 3), class = "integer64")
  table$g2 <- huge
  for (reader in list(read, function(sheet) sheet_of(sheet, "p.rds"))) {
    expect_error(
      reader(table), "p.rds: column 'g2' holds integer64 above 2^53", fixed = TRUE,
      class = "user_error"
    )
  }
})

test_that("row names that are numbers are no names beside a first column of text", {
  genes <- data.frame(id = c("g1", "g2", "g3", "g4"), S1 = 1:4, S2 = 5:8)
  for (kept in list(c(1, 3, 4), 4:1)) {
    expect_message(
      values <- values_of(genes[kept, ], NULL, "features_in_rows", "p.rds"),
      "p.rds: column 'id' names the rows"
    )
    expect_identical(colnames(values), genes$id[kept])
  }
  numbered <- data.frame(S1 = 1:2, row.names = c("7157", "1956"))
  expect_identical(
    colnames(values_of(numbered, NULL, "features_in_rows", "p")), c("7157", "1956")
  )
})

test_that("sheets are text, with the samples as row names", {
  expected <- data.frame(class = c("u", ""), age = c("53", "85.3"), row.names = colnames(x))
  experiment <- SummarizedExperiment::SummarizedExperiment(
    list(x), colData = S4Vectors::DataFrame(about)
  )
  expect_identical(sheet_of(experiment, "p"), expected)
  set <- Biobase::ExpressionSet(x, Biobase::AnnotatedDataFrame(about))
  expect_identical(sheet_of(set, "p"), expected)
  expect_identical(sheet_of(cbind(sample = colnames(x), about), "p"), expected)
})

test_that("what cannot be read is named", {
  experiment <- SummarizedExperiment::SummarizedExperiment(list(counts = x))
  wrong <- function(...) expect_error(values_of(...), class = "user_error")
  expect_match(
    conditionMessage(wrong(experiment, "count", "", "p.rds")),
    "p.rds: there is no assay 'count'. It has: counts", fixed = TRUE
  )
  expect_match(conditionMessage(wrong(x, "a", "", "p")), "no matrix 'a' in a matrix")
  expect_match(conditionMessage(wrong(list(1), NULL, "", "p")), "holds a list. Give a Summ")
  expect_match(conditionMessage(wrong(unname(x), NULL, "", "p")), "lacks row or column names")
  table <- data.frame(a = 1, b = "high")
  expect_match(conditionMessage(wrong(table, NULL, "", "p")), "column 'b' holds character")
  expect_error(sheet_of(x, "p"), "p: a matrix has no sample sheet", class = "user_error")
  text <- tempfile(fileext = ".rds")
  writeLines("sample,g1", text)
  expect_error(suppressWarnings(read_rds(text)), "begins with 'sample,g1'", class = "user_error")
})

test_that("a package that is not installed is named, with how to install it", {
  object <- structure(about, class = structure("Odd", package = "notInstalled"))
  object <- asS4(object)
  expect_error(
    is_kind(object, "ExpressionSet", "p"),
    "takes the R package notInstalled.*apt-get install r-bioc-notinstalled.*BiocManager",
    class = "user_error"
  )
})

test_that("texts about the features come with an experiment", {
  about <- S4Vectors::DataFrame(symbol = c("A", NA, "C"), length = 1:3)
  experiment <- SummarizedExperiment::SummarizedExperiment(list(x), rowData = about)
  expect_identical(annotation_of(experiment, "p"), list(symbol = c("A", "", "C")))
  expect_length(annotation_of(x, "p"), 0)
  file <- tempfile(fileext = ".h5ad")
  write_annotated(t(x), NULL, file, annotation_of(experiment, "p"))
  written <- with_h5(file, function(stored) read_h5(stored, "var/symbol"))
  expect_identical(written, c("A", "", "C"))
})
