svm_spec <- list(
  name = "svmRadial", method = "svmRadial", params = list(), size = 9, grid = list(C = 1)
)

# Probabilities of a machine with a sigmoid of cross-fitted values, as `refit_split` gives them.
calibrated <- function(x, y, folds, method = "svmRadial", sigma = 0.02) {
  info <- models[[method]]
  param <- data.frame(sigma = sigma, C = 1)
  decision <- cross_fitted(folds, function(j) {
    part <- fit_model(svm_spec, info, x[folds != j, ], y[folds != j], param, "none")
    info$decision(part, x[folds == j, ])
  })
  fit <- fit_model(svm_spec, info, x, y, param, "none")
  prob <- calibrated_prob(info$decision, fit_sigmoids(decision, y), levels(y))
  list(decision = info$decision(fit, x), prob = prob(fit, x))
}

test_that("on noise, the probabilities of a machine never reverse the order of samples", {
  y <- factor(rep(c("c1", "c2"), each = 24))
  folds <- rep_len(1:3, 48)
  reversed <- vapply(1:60, function(seed) {
    set.seed(seed)
    x <- matrix(stats::rnorm(48 * 50), 48, dimnames = list(NULL, paste0("f", 1:50)))
    both <- calibrated(x, y, folds)
    stats::cor(both$decision[, 1], both$prob[, "c2"], method = "spearman") < 1 - 1e-9
  }, TRUE)
  expect_equal(sum(reversed), 0)
})

test_that("decision values are high for the second class, whichever comes first", {
  data <- two_classes(n = 40)
  y <- factor(data$outcome, levels = c("a", "b"))
  for (rows in list(1:40, 40:1)) {
    both <- calibrated(data$x[rows, ], y[rows], rep(1:4, each = 10))
    expect_gt(mean(both$decision[y[rows] == "b", 1]), mean(both$decision[y[rows] == "a", 1]))
    expect_gt(mean(both$prob[y[rows] == "b", "b"]), 0.6)
  }
})

test_that("sigmoids are those of scikit-learn", {
  # CalibratedClassifierCV's _sigmoid_calibration of these values, with a rising slope.
  y <- factor(c("a", "a", "b", "a", "b", "b", "b"))
  value <- matrix(c(-2, -1, -0.5, 0.5, 1, 1.5, 3))
  expect_equal(drop(fit_sigmoids(value, y)), c(0.6360172, 0.0856610), tolerance = 1e-5)
  weights <- c(1, 2, 1, 1, 0.5, 1, 1)
  expect_equal(drop(fit_sigmoids(value, y, weights)), c(0.6834860, -0.1994798), tolerance = 1e-5)
  share <- drop(fit_sigmoids(-value, y))
  expect_equal(share[2], log(4 / 3))
  expect_true(share[1] > 0 && share[1] < 1e-3)
})

test_that("a saved machine predicts as it did, without the library, and three classes sum to 1", {
  data <- two_classes(n = 45, labels = c("a", "b", "c"))
  splits <- deal_splits(rownames(data$x), data$outcome)
  outside <- splits$split == "final" & splits$sample %in% c("S01", "S02", "S03")
  splits$role[outside] <- "test"
  splits$inner_fold[outside] <- ""
  batch <- open_study(make_study(data$x, data$outcome, splits))
  for (method in c("svmRadial", "ridge_regression")) {
    grid <- if (method == "svmRadial") list(C = c(.25, 4)) else list(alpha = c(100, 1))
    folder <- tempfile("final")
    settings <- settings_for(method, grid)
    results <- suppressMessages(train_batch(batch, settings, models[[method]], folder))
    expect_null(results$final$failures, info = method)
    path <- file.path(folder, "model.rds")
    # The library itself would be megabytes.
    expect_lt(file.size(path), 100000)
    saved <- load_model(path, sha256_file(path))
    actual <- predict_saved(saved, data$x[c("S01", "S02", "S03"), ])
    expect_equal(rowSums(actual$prob), rep(1, 3))
    expect_equal(number(actual$prob[, 2]), results$final$predictions$prob_b, info = method)
    expect_equal(actual$predicted, results$final$predictions$predicted, info = method)
  }
})

test_that("calibration and inner predictions share their fits, and no sample its own sigmoid", {
  data <- two_classes(n = 30)
  batch <- open_study(make_study(data$x, data$outcome))
  fits <- 0
  info <- models$svmRadial
  info$fit <- function(...) {
    fits <<- fits + 1
    models$svmRadial$fit(...)
  }
  settings <- settings_for("svmRadial", list(C = 1, sigma = .1))
  settings$inner_predictions <- TRUE
  result <- suppressMessages(train_split(batch, settings, info, "r01f01"))
  expect_null(result$failures)
  expect_equal(fits, 1 + 3)
  chosen <- data.frame(C = 1, sigma = .1)
  decision <- refit_split(batch, settings, info, "r01f01", chosen)$decision
  rows <- split_rows(batch, "r01f01")
  y <- caret_outcome(batch, rows$train)
  held_out <- rows$inner == 2
  sigmoid <- fit_sigmoids(decision[!held_out, , drop = FALSE], y[!held_out])
  expected <- stats::plogis(sigmoid[1] * decision[held_out] + sigmoid[2])
  actual <- result$inner_predictions
  expect_equal(as.numeric(actual$prob_b[actual$inner_fold == 2]), expected, tolerance = 1e-9)
})

test_that("a class that is in one inner fold leaves a machine without probabilities", {
  data <- two_classes(n = 30)
  splits <- deal_splits(rownames(data$x), data$outcome)
  inside <- splits$role == "train" & data$outcome[match(splits$sample, rownames(data$x))] == "b"
  splits$inner_fold[inside] <- "1"
  batch <- open_study(make_study(data$x, data$outcome, splits))
  result <- suppressMessages(
    train_split(batch, settings_for("svmRadial", list(C = 1)), models$svmRadial, "final")
  )
  expect_null(result$failures)
  result <- suppressMessages(
    train_split(batch, settings_for("svmRadial", list(C = 1)), models$svmRadial, "r01f01")
  )
  expect_true(all(is.na(result$predictions$prob_a)))
  expect_true(all(result$predictions$predicted %in% data$outcome))
})
