# testthat's own functions evaluate their first argument twice, which here may draw a figure.

expect_match <- function(object, ...) {
  label <- rlang::expr_label(substitute(object))
  force(object)
  testthat::expect_match(object, ..., label = label)
}

expect_no_match <- function(object, ...) {
  label <- rlang::expr_label(substitute(object))
  force(object)
  testthat::expect_no_match(object, ..., label = label)
}
