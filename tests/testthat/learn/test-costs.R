# What a check measures of the cost of a model (twin: tests/unit/learn/test_costs.py).

# A method that takes some CPU seconds for each training row, for each value of k, but none on the
# cut data, which have fewer rows.
busy <- function(per_row) {
  info <- models$knn
  fit <- info$fit
  info$fit <- function(x, ...) {
    until <- sum(proc.time()[1:2]) + (nrow(x) > 8) * nrow(x) * per_row
    while (sum(proc.time()[1:2]) < until) NULL
    fit(x, ...)
  }
  info
}

first_split <- function(n) {
  data <- two_classes(n = n)
  batch <- open_study(make_study(data$x, data$outcome))
  batch$splits <- batch$splits["r01f01"]
  batch
}

costs_of <- function(per_row, k, n = 24) {
  batch <- first_split(n)
  settings <- settings_for("knn", list(k = k))
  settings$inner_predictions <- TRUE
  result <- suppressMessages(model_cost(batch, settings, busy(per_row), first_split(12)))
  expect_null(result$tried$failures)
  cost <- result$cost
  expect_gt(as.numeric(cost$peak_mb), 20)
  list(basis = cost$basis, seconds = as.numeric(cost$split_seconds), train = function() {
    suppressMessages(train_batch(batch, settings, busy(per_row))[[1]])
  })
}

test_that("some fits tell what a split takes", {
  cost <- costs_of(.005, c(1, 3, 5))
  actual <- sum(cost$train()$timing$cpu_seconds)
  expect_identical(cost$basis, "measured")
  expect_gt(cost$seconds, actual / 2)
  expect_lt(cost$seconds, actual * 1.5)
})

test_that("a model with one candidate is fitted for inner predictions", {
  # Three inner fits on two thirds of 16 rows, and one on all of them.
  expected <- .01 * (32 + 16)
  cost <- costs_of(.01, 3)
  expect_identical(cost$basis, "measured")
  expect_gt(cost$seconds, expected / 1.5)
  expect_lt(cost$seconds, expected * 1.5)
})

# Change a constant of the library until the end of a test.
set_constant <- function(name, value, frame = parent.frame()) {
  library <- environment(model_cost)
  before <- get(name, library)
  assign(name, value, library)
  withr::defer(assign(name, before, library), frame)
}

test_that("a fit without end costs at least what it was given", {
  set_constant("most", list(seconds = c(60, 1), memory_mb = Inf, log = NULL))
  cost <- costs_of(1e6, c(1, 3))
  expect_identical(cost[c("basis", "seconds")], list(basis = "at least", seconds = 6))
})

test_that("a slow fit is told from a part of the samples", {
  # 27 of 108 rows in .108 s.
  set_constant("quarter_factor", 200)
  cost <- costs_of(.004, 3, n = 243)
  expected <- 200 * .108 * (3 + 1.5)
  expect_identical(cost$basis, "extrapolated")
  expect_gt(cost$seconds, expected / 1.2)
  expect_lt(cost$seconds, expected * 1.6)
})
