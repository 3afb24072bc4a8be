values <- matrix(seq_len(60) / 4, 4, 15, dimnames = list(paste0("S", 1:4), paste0("g", 1:15)))
values[2, 3] <- NaN

test_that("samples and columns come in the order asked for, from chunks or not", {
  for (chunk in list(4, 15, NULL)) {
    path <- tempfile(fileext = ".h5ad")
    write_h5ad(path, values, chunk)
    result <- read_columns(path, c("S3", "S2"), c(0, 2, 3, 9, 14))
    expect_equal(result, values[c("S3", "S2"), c(1, 3, 4, 10, 15)])
    expect_true(is.na(result["S2", "g3"]))
  }
})

test_that("a sparse matrix gives what the dense one gives, in blocks or not", {
  sparse <- values * (values > 3)
  sparse[, 5] <- 0
  path <- tempfile(fileext = ".h5ad")
  write_h5ad(path, sparse)
  requests <- list(c(0, 2, 4, 9, 14), 4, numeric())
  expected <- lapply(requests, function(columns) read_columns(path, c("S3", "S2"), columns))
  path <- tempfile(fileext = ".h5ad")
  write_h5ad(path, sparse)
  make_sparse(path, sparse)
  result <- lapply(requests, function(columns) read_columns(path, c("S3", "S2"), columns))
  expect_identical(result, expected)
  block_numbers <<- 12
  on.exit(block_numbers <<- 4e6)
  expect_identical(read_columns(path, c("S3", "S2"), requests[[1]]), expected[[1]])
})

test_that("a copy gives the columns that were copied, and one that is cut short says so", {
  path <- tempfile(fileext = ".h5ad")
  write_h5ad(path, values, 4)
  copy <- tempfile()
  copy_columns(path, c("S3", "S2", "S1"), c(0, 2, 3, 9, 14), copy)
  result <- copied_columns(copy, 3, c(2, 1, 2), c(5, 2, 1))
  expect_identical(result, unname(values[c("S2", "S3", "S2"), c(15, 3, 1)]))
  expect_equal(dim(copied_columns(copy, 3, integer(), integer())), c(0, 0))
  writeBin(readBin(copy, "raw", 100), copy)
  expect_error(copied_columns(copy, 3, 1, 5), "cut short: is the disk full")
})

test_that("no columns, and one column, keep the shape", {
  path <- tempfile(fileext = ".h5ad")
  write_h5ad(path, values)
  expect_equal(dim(read_columns(path, c("S1", "S4"), numeric())), c(2, 0))
  expect_equal(read_columns(path, "S4", 14), values["S4", "g15", drop = FALSE])
})

test_that("names keep their letters", {
  odd <- values
  colnames(odd)[1:3] <- c("gene \u03b1, 5'", "a\"b", "x/y")
  path <- tempfile(fileext = ".h5ad")
  write_h5ad(path, odd)
  expect_equal(axis_names(path, "var"), colnames(odd))
})

test_that("a sample that is not in the file is named", {
  path <- tempfile(fileext = ".h5ad")
  write_h5ad(path, values)
  expect_error(read_columns(path, "S9", 0), "sample 'S9'")
})

test_that("only the fits of the wanted splits are read, and each is found", {
  fit <- function(split, fit, index) {
    list(
      split = split, fit = fit, index = index, fill = index + .5, center = index + 1,
      scale = rep(2, length(index)), rank = rev(seq_along(index))
    )
  }
  path <- tempfile()
  fits <- list(fit("r01f01", 0, 0:2), fit("r01f02", 0, c(1L, 5L)), fit("r01f02", 1, 7L))
  write_fits(path, fits, "abc")
  result <- read_fits(path, "r01f02")
  expect_equal(result$table$split, c("r01f02", "r01f02"))
  expect_equal(result$attributes$splits_sha256, "abc")
  expect_equal(one_fit(result, "r01f02", 0)$index, c(1, 5))
  expect_equal(one_fit(result, "r01f02", 1)$fill, 7.5)
  expect_equal(one_fit(read_fits(path, c("final", "r01f01")), "r01f01", 0)$rank, 3:1)
  expect_error(one_fit(result, "r01f01", 0), "no fit 0 of split r01f01")
})

test_that("a fit fills, centres and scales column by column", {
  x <- rbind(c(1, NaN), c(3, 10))
  fit <- list(fill = c(100, 4), center = c(1, 2), scale = c(2, 4))
  expect_equal(apply_fit(x, fit), rbind(c(0, .5), c(1, 2)))
})
