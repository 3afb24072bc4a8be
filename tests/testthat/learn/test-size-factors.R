# A study of counts in two layers, of which the second is not normalised, and their size factors
# (layers x samples x fits) in another order of the samples.
counted_study <- function() {
  set.seed(4)
  x <- matrix(
    rpois(24 * 5, 40) + 0, 24, 5,
    dimnames = list(sprintf("S%02d", 1:24), paste0("g", 1:5))
  )
  x[2, 1] <- NaN
  x[3, 2] <- 0
  paths <- make_study(x, rep(c("a", "b"), 12))
  fits <- expand.grid(fit = 0:3, split = c("r01f01", "r01f02", "r01f03", "final"))
  factors <- array(stats::rlnorm(2 * 24 * nrow(fits)), c(2, 24, nrow(fits)))
  write_h5(paths$preprocessing, "r+", function(file) {
    write_group(file, "size_factors", function(group) {
      write_dataset(group, "sample", rev(rownames(x)))
      write_dataset(group, "layer", c("genes", "mirna"))
      write_dataset(group, "factor", factors)
    })
    write_dataset(file, "features/normalised", rep(c(0L, 0L, 1L, -1L, -1L), nrow(fits)))
  })
  list(x = x, paths = paths, fits = fits, factors = factors[, 24:1, ])
}

test_that("each fit divides counts by its own size factors", {
  study <- counted_study()
  batch <- open_study(study$paths, index = 2, count = 2)
  rows <- c(3, 2, 20)
  for (case in list(list("r01f03", 0), list("r01f02", 2), list("final", 3))) {
    at <- which(study$fits$split == case[[1]] & study$fits$fit == case[[2]])
    x <- unname(study$x[rows, ])
    x[, 1:2] <- log2(x[, 1:2] / study$factors[1, rows, at] + 1)
    x[, 3] <- log2(x[, 3] / study$factors[2, rows, at] + 1)
    # The value that fills gaps is one of normalised counts.
    x[2, 1] <- 0
    actual <- fit_matrix(batch, one_fit(batch$fits, case[[1]], case[[2]]), rows)
    expect_equal(unname(actual), x, tolerance = 1e-14, info = case[[1]])
    expect_identical(unname(actual[1, 2]), 0)
  }
})

test_that("a saved model does not normalise its samples again", {
  study <- counted_study()
  batch <- open_study(study$paths)
  fit <- one_fit(batch$fits, "final", 0)
  settings <- settings_for("knn", list(k = 3))
  saved <- saved_model(batch, settings, models$knn, NULL, fit)
  x <- fit_matrix(batch, fit, 1:24)
  expect_identical(unname(apply_fit(unname(x), saved)), unname(x))
})

test_that("there are no size factors without normalised layers", {
  data <- two_classes()
  paths <- make_study(data$x, data$outcome)
  expect_null(read_size_factors(paths$preprocessing))
  expect_null(one_fit(open_study(paths)$fits, "final", 0)$size_factors)
})
