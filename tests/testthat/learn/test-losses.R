prob <- rbind(c(.7, .2, .1), c(.1, .8, .1), c(.3, .3, .4), c(0, .5, .5))
truth <- c(1, 2, 1, 1)
label <- max.col(prob, "first")

test_that("classification metrics equal numbers worked out by hand, and Python's", {
  # Distances: .14, .06, .74, 1.5.
  expect_equal(tuning_value("brier", truth, label, prob), 2.44 / 4)
  expect_equal(tuning_value("log_loss", truth, label, prob), 9.080641923622391, tolerance = 1e-12)
  expect_equal(tuning_value("accuracy", truth, label, prob), 0.5)
  expect_equal(tuning_value("balanced_accuracy", truth, label, prob), (1 / 3 + 1) / 2)
})

test_that("the Brier score is halved for two classes", {
  two <- cbind(c(.9, .4), c(.1, .6))
  expect_equal(tuning_value("brier", c(1, 1), c(1, 2), two), (.01 + .36) / 2)
})

test_that("a model without probabilities is scored by its labels", {
  expect_equal(tuning_value("brier", c(1, 2), c(1, 1), one_hot(c(1, 1), 2)), 0.5)
})

test_that("regression metrics equal numbers worked out by hand", {
  expect_equal(tuning_value("rmse", c(1, 2, 3), c(1, 4, 3)), sqrt(4 / 3))
  expect_equal(tuning_value("mae", c(1, 2, 3), c(1, 4, 3)), 2 / 3)
})

test_that("an unknown metric is refused", {
  expect_error(tuning_value("kappa", 1, 1), "no tuning metric 'kappa'")
})

test_that("the best candidate is the first on ties, and never a failed one", {
  expect_equal(best_candidate("brier", c(NA, .2, .1, .1)), 3)
  expect_equal(best_candidate("accuracy", c(NA, .9, .9)), 2)
  # The same values in another order have another mean, by the last digits.
  expect_equal(best_candidate("brier", c(.3, .1 + 1e-13, .1)), 2)
})
