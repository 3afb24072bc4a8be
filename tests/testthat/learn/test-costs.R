# What a check measures of the cost of a model (twin: tests/unit/learn/test_costs.py).

# Change a value of the library until the end of a test.
set_library <- function(name, value, frame = parent.frame()) {
  library <- environment(model_cost)
  before <- get(name, library)
  assign(name, value, library)
  withr::defer(assign(name, before, library), frame)
}

# CPU seconds that only the method below spends, whatever else the machine does.
clock <- new.env()
clock$seconds <- 0
use_clock <- function(frame = parent.frame()) {
  set_library("proc.time", frame = frame, value = function() {
    time <- base::proc.time()
    time[-3] <- c(clock$seconds, 0, 0, 0)
    time
  })
}

# A method that takes some CPU seconds of the clock for each training row, for each value of k, or
# really for ever; but none on the cut data, which have fewer rows.
busy <- function(per_row) {
  info <- models$knn
  info$own <- TRUE
  fit <- info$fit
  info$fit <- function(x, ...) {
    if (nrow(x) > 8) {
      while (per_row == Inf) NULL
      clock$seconds <- clock$seconds + nrow(x) * per_row
    }
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
  use_clock()
  cost <- costs_of(.005, c(1, 3, 5))
  actual <- sum(cost$train()$timing$cpu_seconds)
  expect_identical(cost$basis, "measured")
  # The first inner fold has 10 rows, the others 11.
  expect_equal(cost$seconds, actual, tolerance = .07)
})

test_that("a model with one candidate is fitted for inner predictions", {
  use_clock()
  # Three inner fits on two thirds of 16 rows, and one on all of them.
  expected <- .01 * (32 + 16)
  cost <- costs_of(.01, 3)
  expect_identical(cost$basis, "measured")
  expect_equal(cost$seconds, expected, tolerance = .07)
})

test_that("a fit without end costs at least what it was given", {
  set_library("most", list(seconds = c(60, 1), memory_mb = Inf, log = NULL))
  cost <- costs_of(Inf, c(1, 3))
  expect_identical(cost[c("basis", "seconds")], list(basis = "at least", seconds = 6))
})

test_that("a slow fit is told from a part of the samples", {
  use_clock()
  # 27 of 108 rows in .108 s.
  set_library("quarter_factor", 200)
  cost <- costs_of(.004, 3, n = 243)
  expected <- 200 * .108 * (3 + 1.5)
  expect_identical(cost$basis, "extrapolated")
  expect_equal(cost$seconds, expected, tolerance = .01)
})
