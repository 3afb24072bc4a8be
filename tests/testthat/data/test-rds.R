use("formats")
x <- matrix(c(.5, NA, 3, 4), 2, dimnames = list(c("g1", "g2"), c("S1", "S2")))
written <- function(object, ...) {
  path <- tempfile(fileext = ".rds")
  saveRDS(object, path, ...)
  path
}

test_that("data of every kind are read", {
  # 1:2, dates and texts of numbers are written in a short form.
  table <- data.frame(a = 1:2, day = Sys.Date() + 1:2, id = as.character(1:2), f = factor(1:2))
  objects <- list(
    x, table, data.table::data.table(a = 1:2), list(NULL, NA_character_, 1i, as.raw(1)),
    Matrix::Matrix(x, sparse = TRUE), Biobase::ExpressionSet(x),
    SummarizedExperiment::SummarizedExperiment(list(x), rowData = S4Vectors::DataFrame(q = 1:2))
  )
  for (object in objects) {
    for (compress in list("gzip", "bzip2", "xz", FALSE)) {
      expect_equal(read_rds(written(object, compress = compress)), object)
    }
    expect_equal(read_rds(written(object, version = 2)), object)
  }
})

test_that("a file that R could execute is refused before anything runs", {
  touched <- tempfile()
  run <- bquote(file.create(.(touched)))
  promise <- new.env()
  delayedAssign("p", file.create(touched), assign.env = promise)
  active <- new.env(parent = emptyenv())
  makeActiveBinding("a", function() file.create(touched), active)
  found <- list(
    "a function" = structure(x, f = function(x) x), "a function" = list(sum),
    "a call" = structure(x, f = run), "a call" = y ~ x, "an expression" = list(expression(x)),
    "a promise" = promise, "a binding that is a function" = active,
    "a function|compiled" = compiler::cmpfun(function(x) x), "a namespace" = asNamespace("stats")
  )
  for (i in seq_along(found)) {
    expect_error(read_rds(written(found[[i]])), names(found)[i], class = "user_error")
  }
  expect_false(file.exists(touched))
  expect_error(read_rds(written(x, ascii = TRUE)), "without ascii", class = "user_error")
})

test_that("a broken file is named, and nothing runs over its end", {
  path <- tempfile(fileext = ".rds")
  bytes <- serialize(x, NULL)
  for (at in seq(3, length(bytes), 3)) {
    writeBin(head(bytes, at), path)
    expect_error(read_rds(path), paste0(path, ": .*cut short"), class = "user_error")
    changed <- bytes
    changed[at] <- as.raw(127)
    writeBin(changed, path)
    tryCatch(
      in_child(path, {
        values <- values_of(read_rds(path), NULL, "features_in_rows", path)
        stopifnot(identical(dim(values), c(2L, 2L)))
      }),
      user_error = function(error) expect_match(conditionMessage(error), path, fixed = TRUE)
    )
  }
  expect_error(in_child("p.rds", tools::pskill(Sys.getpid(), 9)), "p.rds: .*R crashes")
  expect_null(in_child("p.rds", x))
  huge <- written(numeric(3e7), compress = "xz")
  expect_error(read_rds(huge), "far too large for the size of the file", class = "user_error")
})
