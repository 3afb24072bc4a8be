methods <- survival_methods()
horizons <- c(1825, 3650)
cancer <- breast_cancer()
cancer_y <- outcomes(cancer$outcome)
status <- ifelse(endsWith(cancer$outcome, "+"), "censored", "event")
cancer_splits <- deal_splits(rownames(cancer$x), status)

# A candidate of each method that is quick to fit.
grids <- list(
  "null" = list(), cox = list(), glmnet = list(alpha = .5, lambda = .05),
  ranger = list(mtry = 5, min.node.size = 3), rpart = list(cp = .03),
  gbm = list(n.trees = 30, interaction.depth = 2, shrinkage = .1, n.minobsinnode = 3)
)
method_params <- function(method) if (method == "ranger") list(num.trees = 40) else list()
survival_settings <- function(method, grid = grids[[method]], metric = "concordance") {
  settings_for(method, grid, method_params(method), task = "survival", metric = metric)
}
open_survival <- function(x = cancer$x, outcome = cancer$outcome, splits = cancer_splits, ...) {
  open_study(make_study(x, outcome, splits, horizons = horizons, ...), "survival")
}
fit_method <- function(method, x = cancer$x, y = cancer_y) {
  spec <- survival_settings(method)$spec
  param <- candidates(spec, methods[[method]], x, y)
  start_generator(1)
  refit_model(spec, methods[[method]], x, y, param, "none", 1)
}

test_that("a forest with ten random cutpoints ranks as well as one with all of them", {
  train <- seq_len(nrow(cancer$x)) %% 2 == 1
  fit <- function(rule) {
    param <- data.frame(mtry = 5, min.node.size = 15, splitrule = rule)
    set.seed(1)
    methods$ranger$fit(
      cancer$x[train, ], cancer_y[train], NULL, param, NULL, TRUE, TRUE, num.trees = 200
    )
  }
  value <- function(forest) {
    risk <- methods$ranger$predict(forest, cancer$x[!train, ])
    tuning_value("concordance", cancer_y[!train], risk)
  }
  random <- fit("extratrees")
  expect_equal(random$num.random.splits, 10)
  expect_gt(value(random), value(fit("logrank")) - .03)
})

test_that("times are read, censored or not, and horizons name columns as in Python", {
  actual <- outcomes(c("365", "365+", "1e+05", "0.5+"))
  expect_equal(actual[, "time"], c(365, 365, 1e5, .5))
  expect_equal(actual[, "status"], c(1, 0, 1, 0))
  expect_equal(survival_columns(c(1825, 0.5)), c("survival_1825", "survival_0.5"))
  expect_equal(uncensored_columns(1e6), c("uncensored", "uncensored_1000000"))
  expect_equal(
    with_outcome(csv_columns$predictions, NULL, 5)[-(1:4)],
    c("sample", "time", "event", "risk", "survival_5", "uncensored", "uncensored_5")
  )
})

test_that("each method ranks its training samples, and its probabilities fall with time", {
  times <- c(1, 500, 1825, 3650, 1e5)
  for (method in names(methods)) {
    fit <- fit_method(method)
    actual <- predict_train(fit, cancer$x, NULL, NULL, times)
    value <- tuning_value("concordance", cancer_y, actual$predicted)
    if (method == "null") expect_equal(value, .5) else expect_gt(value, .65)
    expect_equal(dim(actual$prob), c(nrow(cancer$x), length(times)), info = method)
    expect_true(all(actual$prob[, -1] <= actual$prob[, -length(times)]), info = method)
    # Nobody had an event on the first day.
    expect_equal(actual$prob[, 1], rep(1, nrow(cancer$x)), info = method)
    if (method != "null") {
      expect_lt(cor(actual$predicted, actual$prob[, 3], method = "spearman"), -.5)
    }
    # The mean is that of the Kaplan-Meier estimate.
    curve <- summary(survival::survfit(cancer_y ~ 1), times = 1825)$surv
    expect_equal(mean(actual$prob[, 3]), curve, tolerance = .15, info = method)
    expect_identical(predict_train(fit_method(method), cancer$x, NULL, NULL, times), actual)
  }
})

test_that("each method predicts a single sample, and trains on a single column", {
  for (method in names(methods)) {
    for (columns in list(TRUE, 1)) {
      x <- cancer$x[, columns, drop = FALSE]
      train <- fit_method(method, x)
      predicted <- function(rows) {
        start_generator(0)
        predict_train(train, x[rows, , drop = FALSE], NULL, NULL, horizons)
      }
      all <- predicted(TRUE)
      one <- predicted(3)
      expect_equal(unname(one$predicted), unname(all$predicted[3]), info = method)
      expect_equal(unname(one$prob), unname(all$prob[3, , drop = FALSE]), info = method)
    }
  }
})

test_that("Cox regression is that of the package, with Breslow's hazard", {
  x <- cancer$x[, 1:4]
  actual <- predict_train(fit_method("cox", x), x, NULL, NULL, horizons)
  fit <- survival::coxph(cancer_y ~ x)
  linear <- drop(x %*% coef(fit))
  expect_equal(actual$predicted, unname(linear))
  breslow <- survival::coxph(cancer_y ~ linear, init = 1, iter.max = 0, ties = "breslow")
  curve <- survival::survfit(breslow, newdata = data.frame(linear = linear))
  expect_equal(actual$prob, unname(t(summary(curve, times = horizons)$surv)))
})

test_that("glmnet leaves columns without a penalty, and penalises the others as alone", {
  x <- cancer$x[, 1:6]
  free <- c(TRUE, FALSE, FALSE, TRUE, FALSE, FALSE)
  coefficients <- function(unpenalised, lambda = .04) {
    grid <- list(alpha = 1, lambda = c(.1, lambda))
    spec <- list(method = "glmnet", params = list(), grid = grid)
    param <- data.frame(alpha = 1, lambda = lambda)
    fit_model(
      spec, methods$glmnet, x, cancer_y, param, "none",
      unpenalised = unpenalised
    )$coefficients
  }
  # The penalty of a lasso is the largest score of the columns that have one.
  found <- coefficients(free)
  at <- survival::coxph(cancer_y ~ x, init = found, iter.max = 0, ties = "breslow")
  score <- abs(colSums(survival::coxph.detail(at)$score)) / nrow(x)
  expect_true(all(score[free] < 1e-5))
  expect_equal(max(score[!free]), .04, tolerance = 1e-4)
  plain <- coef(survival::coxph(cancer_y ~ x, ties = "breslow"))
  expect_equal(unname(coefficients(rep(TRUE, 6))), unname(plain), tolerance = 1e-4)
  expect_identical(coefficients(rep(FALSE, 6)), coefficients(NULL))
})

test_that("one path of glmnet gives all penalties of a mixing, as a path for each does", {
  x <- cancer$x
  spec <- list(method = "glmnet", params = list())
  fitted <- function(param) fit_model(spec, methods$glmnet, x, cancer_y, param, "none")
  grid <- sorted_grid(expand.grid(alpha = c(.2, 1), lambda = c(.05, .1, .3)), methods$glmnet)
  loop <- tuning_loop(grid, methods$glmnet)
  expect_equal(loop$loop$lambda, c(.05, .05))
  for (row in 1:2) {
    param <- loop$loop[row, ]
    submodels <- loop$submodels[[row]]
    expect_equal(submodels$lambda, c(.3, .1))
    attr(param, "submodels") <- submodels
    together <- with_submodels(fitted(param), submodels)
    for (i in 1:3) {
      alone <- data.frame(alpha = param$alpha, lambda = c(.05, .3, .1)[i])
      expect_equal(together[[i]]$coefficients, fitted(alone)$coefficients, tolerance = 1e-3)
    }
  }
  expect_error(with_submodels(list(), submodels), "holds 0 submodels, for 2 rows")
})

test_that("ties, and a fold with one event, give numbers or a failure with its reason", {
  x <- cancer$x[1:40, 1:3]
  tied <- survival::Surv(rep(c(1, 1, 2, 3), 10), rep(c(1, 0, 1, 1), 10))
  single <- survival::Surv(seq_len(40), as.numeric(seq_len(40) == 20))
  for (method in names(methods)) {
    actual <- predict_train(fit_method(method, x, tied), x, NULL, NULL, c(1, 2.5))
    expect_true(all(is.finite(actual$predicted)), info = method)
    expect_true(all(actual$prob >= 0 & actual$prob <= 1), info = method)
    one <- suppressWarnings(tryCatch(
      predict_train(fit_method(method, x, single), x, NULL, NULL, c(10, 30)),
      error = identity
    ))
    expect_true(inherits(one, "error") || all(is.finite(one$predicted)), info = method)
  }
})

test_that("a split is tuned, refitted and predicted; a saved model predicts the same again", {
  outside <- rownames(cancer$x)[1:3]
  splits <- cancer_splits
  left_out <- splits$split == "final" & splits$sample %in% outside
  splits$role[left_out] <- "test"
  splits$inner_fold[left_out] <- ""
  batch <- open_survival(splits = splits, index = seq(0L, 16L, by = 2L))
  batch$splits <- batch$splits[c("r01f01", "final")]
  for (method in names(methods)) {
    settings <- survival_settings(method)
    settings$inner_predictions <- TRUE
    folder <- tempfile("final")
    results <- suppressMessages(train_batch(batch, settings, methods[[method]], folder))
    first <- results$r01f01
    expect_null(first$failures, info = method)
    expect_equal(
      names(first$predictions), with_outcome(csv_columns$predictions, NULL, horizons)[-(1:3)],
      info = method
    )
    train <- split_rows(batch, "r01f01")$train
    expect_equal(nrow(first$inner_predictions), length(train), info = method)
    expect_equal(first$predictions$uncensored_1825[1], number(censoring(cancer_y[train])(1825)))
    path <- file.path(folder, "model.rds")
    saved <- load_model(path, sha256_file(path))
    expect_lt(file.size(path), 1e5)
    actual <- predict_saved(saved, cancer$x[outside, ])
    expect_equal(number(actual$predicted), results$final$predictions$risk, info = method)
    expect_equal(number(actual$prob[, 2]), results$final$predictions$survival_3650, info = method)
  }
})

test_that("candidates are chosen by concordance or by the integrated Brier score", {
  batch <- open_survival()
  grid <- list(alpha = 1, lambda = c(.3, .03))
  for (metric in c("concordance", "integrated_brier")) {
    settings <- survival_settings("glmnet", grid, metric)
    result <- suppressMessages(train_split(batch, settings, methods$glmnet, "r01f01"))
    expect_null(result$failures)
    # With the larger penalty no gene is left.
    means <- tapply(as.numeric(result$tuning$value), result$tuning$candidate, mean)
    expect_equal(best_candidate(metric, as.vector(means)), 2)
    expect_true(any(as.numeric(result$importance$importance) > 0))
  }
})

test_that("a method without survival probabilities leaves empty cells", {
  batch <- open_survival()
  info <- methods$cox
  info$survival <- NULL
  result <- suppressMessages(train_split(batch, survival_settings("cox"), info, "r01f01"))
  expect_true(all(is.na(result$predictions$survival_1825)))
  expect_false(anyNA(result$predictions$risk))
  settings <- survival_settings("glmnet", list(alpha = 1, lambda = c(.1, .03)), "integrated_brier")
  info <- methods$glmnet
  info$survival <- NULL
  result <- suppressMessages(train_split(batch, settings, info, "r01f01"))
  expect_match(result$failures$message, "set tuning.metric.survival: concordance")
})

test_that("a model that fails, or predicts what is no probability, is a row of failures", {
  batch <- open_survival()
  failure <- function(name, value) {
    info <- methods[["null"]]
    info[[name]] <- value
    result <- suppressMessages(train_split(batch, survival_settings("null"), info, "r01f01"))
    expect_null(result$predictions)
    result$failures$message
  }
  expect_match(failure("fit", function(...) stop("deliberate")), "deliberate")
  expect_match(failure("predict", function(...) 1:3), "returned 3 predictions of")
  expect_match(failure("predict", function(fit, x) rep(NaN, nrow(x))), "not finite")
  wrong <- function(value) function(fit, x, times) matrix(value, nrow(x), length(times))
  expect_match(failure("survival", wrong(1.2)), "go from 1.2 to 1.2, not from 0 to 1")
  expect_match(failure("survival", wrong(NaN)), "not finite")
  expect_match(failure("survival", function(fit, x, times) 1), "have 1 rows and 1 columns, for")
})

test_that("methods are those of the task", {
  problems <- function(method, task = "survival", grid = NULL, imbalance = "none") {
    spec <- list(name = method, method = method, params = list(), grid = grid, size = 9)
    model_problems(spec, task, imbalance, "models.r[0]", task_models(task))
  }
  for (method in names(methods)) expect_null(problems(method, imbalance = "weights"))
  expect_equal(
    problems("svmRadial"),
    paste(
      "models.r[0]: unknown survival method 'svmRadial'.",
      "Known: null, cox, glmnet, ranger, gbm, rpart"
    )
  )
  expect_match(problems("glmnett"), "Did you mean 'glmnet'")
  expect_match(problems("rpart", grid = list(depth = 1)), "Its tuning parameters: cp")
  expect_match(problems("cox", "regression"), "unknown caret method 'cox'")
})

# A specification whose method is a file with this text.
spec_of_file <- function(lines) {
  path <- tempfile(fileext = ".R")
  writeLines(lines, path)
  list(
    name = "mine", method = path, sha256 = sha256_file(path), params = list(), grid = NULL, size = 9
  )
}
definition <- function(type, last) {
  c(
    "double <- function(x) 2 * x", "list(", sprintf("  type = '%s', library = NULL,", type),
    "  parameters = data.frame(parameter = 'column', class = 'numeric', label = 'Column'),",
    "  grid = function(x, y, len, search) data.frame(column = 1:2),",
    "  fit = function(x, y, wts, param, ...) list(column = param$column),",
    last, ")"
  )
}

test_that("a method may be a definition in a file, with functions of its own", {
  spec <- spec_of_file(definition("Survival", c(
    "  predict = function(modelFit, newdata, ...) double(newdata[, modelFit$column])"
  )))
  batch <- open_survival(index = 0:3)
  info <- resolve_method(spec, "survival")
  settings <- survival_settings("null")
  settings$spec <- spec
  folder <- tempfile("final")
  results <- suppressMessages(train_batch(batch, settings, info, folder))
  expect_null(results$r01f01$failures)
  column <- jsonlite::fromJSON(results$final$tuning$parameters[1])$column
  saved <- readRDS(file.path(folder, "model.rds"))
  rm(info)
  actual <- predict_saved(saved, cancer$x)$predicted
  expect_equal(actual, unname(2 * cancer$x[, saved$train$bestTune$column]))

  spec <- spec_of_file(definition("Regression", c(
    "  predict = function(modelFit, newdata, submodels = NULL) double(newdata[, modelFit$column])"
  )))
  numbers <- make_study(cancer$x, sprintf("%.6f", cancer$x[, 2]), cancer_splits, index = 0:3)
  settings <- settings_for("mine", NULL, task = "regression")
  settings$spec <- spec
  info <- resolve_method(spec, "regression")
  numbers <- open_study(numbers, "regression")
  result <- suppressMessages(train_split(numbers, settings, info, "final"))
  expect_null(result$failures)
  expect_equal(unique(result$tuning$parameters), c("{\"column\":1}", "{\"column\":2}"))
})

test_that("a file that is no definition is a sentence with the key and the file", {
  problems <- function(lines, task = "survival", change = NULL) {
    spec <- spec_of_file(lines)
    if (length(change)) write(change, spec$method)
    text <- model_problems(spec, task, "none", "models.r[2]", task_models(task))
    sub(spec$method, "mine.R", text, fixed = TRUE)
  }
  expect_match(problems("stop('no')"), "models.r[2].method: mine.R: no. Correct", fixed = TRUE)
  expect_match(problems("list("), "mine.R: .*end of input")
  expect_match(problems("5"), "its value is no list but of class numeric")
  expect_match(problems("list(fit = 1)"), "it lacks the function grid. The value of the file is a")
  no_type <- definition("Anything", "  predict = function(...) 1")
  expect_match(problems(no_type), "its 'type' is none of Classification, Regression, Survival")
  right <- definition("Survival", "  predict = function(...) 1")
  expect_length(problems(right), 0)
  expect_match(problems(right, "regression"), "cannot do regression, only survival")
  expect_match(problems(right, change = "5"), "mine.R: it has changed since the run began")
})
