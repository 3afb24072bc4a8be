test_that("seeds equal those of seeds.py", {
  expect_equal(fit_seed(2022, "leukemia", "r", "glmnet", "r01f01", 0), 231949959)
  # as.character(100000L) is "1e+05".
  expect_equal(fit_seed(100000L, "leukemia", "r", "svmRadial", "final", 5L), 241432683)
  expect_equal(fit_seed(1L, "d", "r", "mod\u00e8le \u03b2", "r01f02", "candidates"), 203285563)
})

test_that("the key of a job equals that of checksums.py", {
  path <- tempfile()
  writeLines("some bytes", path)
  spec <- "{\"name\":\"\u03b2\"}"
  key <- training_key(path, "r", spec, "classification", "brier", "none", 100000L)
  expect_equal(key, "fa96891ff95b6d2e9cc77bbc79a858c18d2830996c472db5d7ccdcd4ee053ad0")
})

test_that("a seed gives the same numbers whatever kind of generator was set before", {
  start_generator(5)
  first <- c(runif(1), rnorm(1), sample(100, 1))
  old <- suppressWarnings(RNGkind("Wichmann-Hill", "Box-Muller", "Rounding"))
  start_generator(5)
  expect_equal(c(runif(1), rnorm(1), sample(100, 1)), first)
  do.call(RNGkind, as.list(old))
})
