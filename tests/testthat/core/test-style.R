# What lintr's cyclocomp_linter measures, in a hundredth of its time.

decisions <- c("IF", "FOR", "WHILE", "REPEAT", "AND2", "OR2")

#' Lines and decisions of each top-level expression of a file.
measured <- function(file) {
  tokens <- utils::getParseData(parse(file, keep.source = TRUE))
  whole <- tokens[tokens$parent == 0 & tokens$token == "expr", ]
  at <- tokens$line1[tokens$token %in% decisions]
  data.frame(
    place = sprintf("%s:%d", basename(file), whole$line1),
    lines = whole$line2 - whole$line1 + 1,
    decisions = mapply(
      function(first, last) sum(at >= first & at <= last), whole$line1, whole$line2
    )
  )
}

test_that("a function fits a screen and takes few decisions", {
  folders <- file.path(root, "workflow", c("R", "scripts"))
  files <- list.files(folders, "[.]R$", recursive = TRUE, full.names = TRUE)
  functions <- do.call(rbind, lapply(files, measured))
  expect_gt(nrow(functions), 500)
  expect_equal(functions$place[functions$lines > 80], character())
  expect_equal(functions$place[functions$decisions > 12], character())
})

test_that("each decision counts", {
  file <- tempfile(fileext = ".R")
  writeLines(c("f <- function(x) {", "  if (x || !x && x) for (i in x) 1", "}", "y <- 1"), file)
  functions <- measured(file)
  expect_equal(functions$lines, c(3, 1))
  expect_equal(functions$decisions, c(4, 0))
})
