brier_summary <- function(data, lev = NULL, model = NULL) {
  prob <- as.matrix(data[, lev])
  c(brier = tuning_value("brier", as.integer(data$obs), NULL, prob))
}

# The same split by plain caret::train: same folds, same seeds, same candidates.
plain_train <- function(batch, settings, split) {
  info <- models[[settings$spec$method]]
  rows <- split_rows(batch, split)
  fit <- one_fit(batch$fits, split, 0)
  x <- fit_matrix(batch, fit, rows$train)
  y <- caret_outcome(batch, rows$train)
  grid <- candidates(
    settings$spec, info, x, y,
    seed = split_seed(settings, split, "candidates")
  )
  folds <- sort(unique(rows$inner))
  seeds <- lapply(folds, function(fold) rep(split_seed(settings, split, fold), nrow(grid)))
  control <- trainControl(
    method = "cv", index = lapply(folds, function(fold) which(rows$inner != fold)),
    indexOut = lapply(folds, function(fold) which(rows$inner == fold)),
    seeds = c(seeds, split_seed(settings, split, 0)), classProbs = TRUE,
    summaryFunction = brier_summary, allowParallel = FALSE
  )
  arguments <- fit_arguments(settings$spec, info, ncol(x), 2, grid[1, , drop = FALSE])
  train <- do.call(caret::train, c(list(
    x = x, y = y, method = settings$spec$method, metric = "brier", maximize = FALSE,
    trControl = control, tuneGrid = grid
  ), arguments))
  list(train = train, prob = predict(train, fit_matrix(batch, fit, rows$test), type = "prob"))
}

test_that("the loop chooses the candidate and predicts as plain caret::train does", {
  data <- leukemia()
  splits <- deal_splits(rownames(data$x), data$outcome, inner_folds = 4)
  batch <- open_study(make_study(data$x, data$outcome, splits))
  cases <- list(
    settings_for("glmnet", list(alpha = c(.1, 1), lambda = c(.001, .03, .1, .3))),
    settings_for(
      "ranger", list(mtry = c(5, 20), splitrule = "gini", min.node.size = 1),
      list(num.trees = 100)
    ),
    settings_for("pls", list(ncomp = 1:4)),
    settings_for("knn", list(k = c(3, 5))),
    settings_for("rpart", list(cp = c(.01, .3)))
  )
  for (settings in cases) {
    method <- settings$spec$method
    actual <- suppressMessages(train_split(batch, settings, models[[method]], "r01f01"))
    expect_null(actual$failures, info = method)
    plain <- suppressWarnings(plain_train(batch, settings, "r01f01"))
    means <- tapply(as.numeric(actual$tuning$value), actual$tuning$parameters, mean)
    chosen <- parameters_json(plain$train$bestTune)
    best <- actual$tuning$parameters[best_candidate("brier", means[actual$tuning$parameters])]
    expect_equal(best, chosen, info = method)
    names <- names(plain$train$bestTune)
    keys <- vapply(seq_len(nrow(plain$train$results)), function(row) {
      parameters_json(plain$train$results[row, names, drop = FALSE])
    }, "")
    brier <- plain$train$results$brier
    expect_equal(as.vector(means[keys]), brier, tolerance = 1e-11, info = method)
    prob <- cbind(as.numeric(actual$predictions$prob_ALL), as.numeric(actual$predictions$prob_AML))
    expect_equal(prob, unname(as.matrix(plain$prob)), tolerance = 1e-11, info = method)
  }
})

test_that("a batch does not depend on how the splits are cut into batches", {
  names <- c(sprintf("r01f%02d", 1:5), "r02f01", "r02f02", "final")
  expect_equal(batch_splits(names, 1, 3, FALSE), names[1:2])
  expect_equal(batch_splits(names, 2, 3, FALSE), names[3:4])
  expect_equal(batch_splits(names, 3, 3, TRUE), names[5:8])
  expect_equal(batch_splits(names, 3, 3, FALSE), names[5:7])
  for (count in c(1, 2, 4, 7, 9)) {
    actual <- unlist(lapply(seq_len(count), function(index) {
      batch_splits(names, index, count, final = index == count)
    }))
    expect_equal(actual, names)
  }
  data <- two_classes()
  paths <- make_study(data$x, data$outcome)
  settings <- settings_for("ranger", list(mtry = c(2, 4)), list(num.trees = 20))
  complete <- suppressMessages(train_batch(open_study(paths), settings, models$ranger))
  half <- open_study(paths, index = 2, count = 2)
  second <- suppressMessages(train_batch(half, settings, models$ranger))
  expect_equal(names(second), c("r01f02", "r01f03", "final"))
  expect_identical(second$r01f02$predictions, complete$r01f02$predictions)
})

test_that("a large batch, whose values stay in a file, gives the same results", {
  data <- two_classes()
  paths <- make_study(data$x, data$outcome)
  settings <- settings_for("pls", list(ncomp = 1:2))
  train <- function() {
    batch <- open_study(paths)
    list(held = !is.null(batch$values), results = suppressMessages(
      train_batch(batch, settings, models$pls)
    ))
  }
  small <- train()
  library <- environment(load_batch)
  before <- library$held_numbers
  on.exit(library$held_numbers <- before)
  library$held_numbers <- 0
  large <- train()
  expect_true(small$held)
  expect_false(large$held)
  for (split in names(small$results)) {
    one <- large$results[[split]]
    for (table in c("predictions", "importance", "failures")) {
      expect_identical(one[[table]], small$results[[split]][[table]])
    }
    expect_identical(one$tuning$value, small$results[[split]]$tuning$value)
  }
})

test_that("class labels and feature names may be any text", {
  labels <- c("1", "a, \"b\" / \u00e9", "0")
  data <- two_classes(n = 45, labels = labels)
  colnames(data$x) <- c("HLA-A, \"x\"", "5' UTR`", "\u03b1\\n", "if", "a b", ".outcome")
  paths <- make_study(data$x, data$outcome)
  batch <- open_study(paths)
  # Some methods write a formula of the names.
  expect_equal(make.names(batch$safe), batch$safe)
  expect_equal(batch$classes, c("0", "1", "a, \"b\" / \u00e9"))
  for (method in c("glmnet", "rpart", "nnet", "knn")) {
    grid <- if (method == "nnet") list(size = 1, decay = c(.1, 1)) else NULL
    settings <- settings_for(method, grid)
    results <- suppressMessages(train_batch(batch, settings, models[[method]]))
    expect_null(results$r01f01$failures, info = method)
    output <- as.list(file.path(paths$folder, paste0(names(csv_columns), ".csv")))
    names(output) <- names(csv_columns)
    write_results(output, batch, settings, results, timing_row("load", proc.time()), "a.log", "k")
    actual <- read_csv(output$predictions, ",")
    expect_equal(names(actual)[8:10], paste0("prob_", batch$classes), info = method)
    expect_true(all(actual$predicted %in% labels), info = method)
    expect_equal(actual$truth, data$outcome[match(actual$sample, rownames(data$x))], info = method)
    importance <- read_csv(output$importance, ",")
    expect_equal(unique(importance$feature), colnames(data$x), info = method)
    if (method != "knn") {
      expect_true(all(nzchar(importance$importance)), info = method)
      expect_true(any(as.numeric(importance$importance) > 0), info = method)
    }
  }
})

test_that("files have the agreed columns, even where nothing is to be said", {
  data <- two_classes()
  paths <- make_study(data$x, data$outcome)
  batch <- open_study(paths)
  settings <- settings_for("null", list())
  results <- suppressMessages(train_batch(batch, settings, models[["null"]]))
  output <- as.list(file.path(paths$folder, paste0(names(csv_columns), ".csv")))
  names(output) <- names(csv_columns)
  write_results(output, batch, settings, results, timing_row("load", proc.time()), "a.log", "k")
  expect_false(file.exists(output$inner_predictions))
  for (name in setdiff(names(csv_columns), c("predictions", "inner_predictions"))) {
    expect_equal(names(read_csv(output[[name]], ",")), csv_columns[[name]], info = name)
  }
  expect_equal(
    readLines(output$predictions)[1],
    "language,model,split,cohort,sample,truth,predicted,prob_a,prob_b,splits_sha256,key"
  )
  expect_equal(nrow(read_csv(output$predictions, ",")), 30)
  expect_equal(nrow(read_csv(output$failures, ",")), 0)
  timing <- read_csv(output$timing, ",")
  expect_equal(timing$stage, c("load", rep(c("tune", "fit", "predict"), 4)))
  expect_true(all(as.numeric(timing$peak_mb) > 50))
})

test_that("each training sample has an inner prediction, the same whichever job has tuned", {
  data <- two_classes(n = 36)
  paths <- make_study(data$x, data$outcome)
  batch <- open_study(paths)
  cases <- list(
    settings_for("glmnet", list(alpha = c(.1, 1), lambda = c(.001, .03, .1, .3))),
    settings_for("pls", list(ncomp = 1:4)),
    settings_for("gbm", list(
      n.trees = c(20, 50), interaction.depth = 1:2, shrinkage = .1, n.minobsinnode = 3
    )),
    settings_for("ranger", list(mtry = c(2, 4)), list(num.trees = 20)),
    settings_for("svmRadial", list(C = 1)),
    settings_for("null", list())
  )
  for (settings in cases) {
    method <- settings$spec$method
    settings$inner_predictions <- TRUE
    results <- suppressMessages(train_batch(batch, settings, models[[method]]))
    for (split in names(results)) {
      rows <- split_rows(batch, split)
      actual <- results[[split]]$inner_predictions
      by_fold <- order(rows$inner)
      expect_equal(actual$sample, batch$sheet$sample[rows$train][by_fold], info = method)
      expect_equal(actual$inner_fold, sort(rows$inner), info = method)
      expect_null(results[[split]]$failures, info = method)
    }
    tuning <- lapply(names(results), function(split) {
      if (!is.null(results[[split]]$tuning)) cbind(split, results[[split]]$tuning, error = "")
    })
    again <- batch
    again$tuned <- do.call(rbind, tuning)
    if (is.null(again$tuned)) {
      next
    }
    again <- suppressMessages(train_batch(again, settings, models[[method]]))
    for (split in names(results)) {
      expect_identical(again[[split]]$inner_predictions, results[[split]]$inner_predictions)
    }
    # Their mean score is that of the chosen candidate.
    actual <- results$r01f01$inner_predictions
    scores <- tapply((as.numeric(actual$prob_b) - (actual$truth == "b"))^2, actual$inner_fold, mean)
    tuned <- results$r01f01$tuning
    means <- tapply(as.numeric(tuned$value), tuned$candidate, mean)
    expect_equal(mean(scores), min(means), tolerance = 1e-9, info = method)
  }
  output <- as.list(file.path(paths$folder, paste0(names(csv_columns), ".csv")))
  names(output) <- names(csv_columns)
  write_results(output, batch, settings, results, timing_row("load", proc.time()), "a.log", "k")
  expect_equal(
    readLines(output$inner_predictions)[1],
    "language,model,split,inner_fold,sample,truth,predicted,prob_a,prob_b,splits_sha256,key"
  )
  timing <- read_csv(output$timing, ",")
  expect_equal(timing$stage, c("load", rep(c("tune", "fit", "predict"), 4)))
})

test_that("copies of a sample are one inner prediction", {
  data <- two_classes(n = 24)
  splits <- deal_splits(rownames(data$x), data$outcome)
  splits <- splits[rep(seq_len(nrow(splits)), ifelse(splits$role == "train", 2, 1)), ]
  batch <- open_study(make_study(data$x, data$outcome, splits))
  settings <- settings_for("knn", list(k = c(3, 5)))
  settings$inner_predictions <- TRUE
  result <- suppressMessages(train_split(batch, settings, models$knn, "r01f01"))
  train <- batch$sheet$sample[split_rows(batch, "r01f01")$train]
  expect_equal(sort(result$inner_predictions$sample), sort(unique(train)))
})

test_that("an inner prediction that fails costs nothing else", {
  data <- two_classes()
  batch <- open_study(make_study(data$x, data$outcome))
  info <- models$knn
  info$fit <- function(x, ...) {
    if (nrow(x) < 15) stop("too few")
    models$knn$fit(x, ...)
  }
  settings <- settings_for("knn", list(k = 3))
  settings$inner_predictions <- TRUE
  result <- suppressMessages(train_split(batch, settings, info, "r01f01"))
  expect_equal(result$failures$stage, "tune")
  expect_equal(result$failures$message, "no inner predictions: too few")
  expect_equal(nrow(result$predictions), 10)
  expect_null(result$inner_predictions)
})

test_that("a candidate that fails is left out, and a split without candidates is lost alone", {
  data <- two_classes()
  # The marked sample stands in the test rows of every split but the second and `final`.
  data$x["S01", 1] <- -1000
  splits <- deal_splits(rownames(data$x), data$outcome)
  away <- splits$sample == "S01" & splits$split %in% c("r01f01", "r01f03")
  splits$role[away] <- "test"
  splits$inner_fold[away] <- ""
  batch <- open_study(make_study(data$x, data$outcome, splits))
  info <- models$knn
  info$fit <- function(x, y, wts, param, ...) {
    if (param$k == 5 || any(x == -1000)) {
      stop("deliberate\n  failure")
    }
    models$knn$fit(x, y, wts, param, ...)
  }
  results <- suppressMessages(train_batch(batch, settings_for("knn", list(k = c(3, 5, 7))), info))
  expect_equal(results$r01f01$failures$stage, "tune")
  expect_equal(
    results$r01f01$failures$message, "candidate 2 {\"k\":5}, left out: deliberate failure"
  )
  expect_true(all(is.na(results$r01f01$tuning$value) == (results$r01f01$tuning$candidate == 2)))
  expect_gt(nrow(results$r01f01$predictions), 0)
  expect_match(results$r01f02$failures$message, "no candidate is left: deliberate failure")
  expect_null(results$r01f02$predictions)
  expect_gt(nrow(results$r01f03$predictions), 0)
  expect_match(results$final$failures$message, "no candidate is left")
})

test_that("a process that is killed costs its split, and the others go on", {
  data <- two_classes()
  data$x["S01", 1] <- -1000
  splits <- deal_splits(rownames(data$x), data$outcome)
  away <- splits$sample == "S01" & splits$split != "r01f02"
  splits <- splits[!away | splits$split == "r01f01", ]
  away <- splits$sample == "S01" & splits$split == "r01f01"
  splits$role[away] <- "test"
  splits$inner_fold[away] <- ""
  batch <- open_study(make_study(data$x, data$outcome, splits))
  info <- models$knn
  info$fit <- function(x, ...) {
    if (any(x == -1000)) {
      tools::pskill(Sys.getpid(), tools::SIGKILL)
    }
    models$knn$fit(x, ...)
  }
  settings <- settings_for("knn", list(k = c(3, 7)))
  folder <- tempfile("final")
  results <- suppressMessages(train_batch(batch, settings, info, folder))
  expect_equal(names(results), c("r01f01", "r01f02", "r01f03", "final"))
  expect_match(results$r01f02$failures$message, "was killed")
  for (split in c("r01f01", "r01f03", "final")) {
    expect_null(results[[split]]$failures, info = split)
  }
  clean <- suppressMessages(train_batch(batch, settings, models$knn))
  expect_identical(results$r01f03$predictions, clean$r01f03$predictions)
  expect_equal(list.files(folder), "model.rds")
})

test_that("the model of a failed `final` is an empty folder", {
  data <- two_classes()
  batch <- open_study(make_study(data$x, data$outcome))
  info <- models$knn
  info$fit <- function(...) stop("deliberate")
  folder <- tempfile("final")
  suppressMessages(train_batch(batch, settings_for("knn", list(k = c(3, 7))), info, folder))
  expect_true(dir.exists(folder))
  expect_equal(list.files(folder), character())
})

test_that("a saved model predicts raw values as the job did", {
  data <- two_classes(labels = c("no", "0"))
  splits <- deal_splits(rownames(data$x), data$outcome)
  outside <- splits$split == "final" & splits$sample %in% c("S01", "S02", "S03")
  splits$role[outside] <- "test"
  splits$inner_fold[outside] <- ""
  colnames(data$x)[2] <- "a`b"
  batch <- open_study(make_study(data$x, data$outcome, splits, index = c(0L, 1L, 4L)))
  folder <- tempfile("final")
  settings <- settings_for("glmnet", list(alpha = 1, lambda = c(.01, .1)))
  results <- suppressMessages(train_batch(batch, settings, models$glmnet, folder))
  path <- file.path(folder, "model.rds")
  saved <- load_model(path, sha256_file(path))
  expect_s3_class(saved$train, "train")
  # The training data would double a large model's size, and more.
  expect_null(saved$train$trainingData)
  expect_false(any(c("x", "y") %in% names(saved$train$finalModel$call)))
  expect_equal(saved$features, colnames(data$x)[c(1, 2, 5)])
  expect_equal(saved$classes, c("0", "no"))
  expect_equal(saved$versions$R, as.character(getRversion()))
  expect_equal(saved$libraries, c("glmnet", "Matrix"))
  actual <- predict_saved(saved, data$x[c("S01", "S02", "S03"), ])
  expect_equal(actual$predicted, results$final$predictions$predicted)
  expect_equal(number(actual$prob[, 2]), results$final$predictions$prob_no)
  cat("one more byte", file = path, append = TRUE)
  expect_error(load_model(path, "0"), "model.rds: .*not the one that the run wrote")
})

test_that("three classes: a method's packages are attached for its fits, or it is refused", {
  data <- two_classes(labels = c("a", "b", "c"))
  batch <- open_study(make_study(data$x, data$outcome))
  for (method in c("glm", "gam")) {
    settings <- settings_for(method, NULL)
    results <- suppressMessages(train_split(batch, settings, models[[method]], "final"))
    expect_equal(
      results$failures$message,
      sprintf("caret method '%s' does two classes only; this outcome has 3", method)
    )
  }
  results <- suppressMessages(train_batch(batch, settings_for("earth", NULL), models$earth))
  expect_null(results$r01f01$failures)
})

test_that("the task decides, not the outcome's type", {
  data <- two_classes(labels = c("0", "1"))
  paths <- make_study(data$x, data$outcome)
  results <- suppressMessages(train_batch(
    open_study(paths), settings_for("ranger", list(mtry = 2), list(num.trees = 20)), models$ranger
  ))
  expect_true(all(results$r01f01$predictions$predicted %in% c("0", "1")))
  expect_null(results$r01f01$tuning)
  numbers <- open_study(paths, "regression")
  settings <- settings_for("ranger", list(mtry = 2), list(num.trees = 20), task = "regression")
  results <- suppressMessages(train_batch(numbers, settings, models$ranger))
  expect_false(all(results$r01f01$predictions$predicted %in% c("0", "1")))
})

test_that("a regression predicts numbers, tuned by its own metric", {
  data <- two_classes(n = 36)
  outcome <- sprintf("%.6f", 50 + 10 * data$x[, 1] + data$x[, 2])
  splits <- deal_splits(rownames(data$x), rep("x", nrow(data$x)))
  batch <- open_study(make_study(data$x, outcome, splits), "regression")
  for (method in c("glmnet", "pls", "nnet", "gbm", "knn", "svmRadial")) {
    grid <- switch(method,
      nnet = list(size = 2, decay = c(.1, 1)),
      gbm = list(n.trees = c(20, 50), interaction.depth = 1, shrinkage = .1, n.minobsinnode = 3)
    )
    params <- if (method == "nnet") list(maxit = 500) else list()
    settings <- settings_for(method, grid, params, task = "regression")
    result <- suppressMessages(train_split(batch, settings, models[[method]], "r01f01"))
    expect_null(result$failures, info = method)
    truth <- as.numeric(result$predictions$truth)
    expect_gt(cor(truth, as.numeric(result$predictions$predicted)), .5)
    expect_equal(unique(result$tuning$metric), "rmse", info = method)
  }
})

test_that("a class that an inner fold's training rows lack does not stop the split", {
  data <- two_classes(n = 31)
  data$outcome[31] <- "rare"
  data$outcome[30] <- "rare"
  splits <- deal_splits(rownames(data$x), ifelse(data$outcome == "rare", "b", data$outcome))
  both <- splits$split == "final" & splits$sample %in% c("S30", "S31")
  splits$inner_fold[both] <- "1"
  batch <- open_study(make_study(data$x, data$outcome, splits))
  settings <- settings_for("rpart", list(cp = c(.01, .3)))
  result <- suppressMessages(train_split(batch, settings, models$rpart, "final"))
  expect_null(result$failures)
  expect_false(anyNA(result$tuning$value))
})

test_that("weights reach the methods that take them", {
  data <- two_classes(n = 40)
  data$outcome[c(rep(FALSE, 12), rep(TRUE, 28))] <- "a"
  batch <- open_study(make_study(data$x, data$outcome))
  for (method in c("glmnet", "svmRadial", "rf", "rpart")) {
    settings <- settings_for(method, switch(method,
      glmnet = list(alpha = 1, lambda = .05),
      svmRadial = list(C = 1, sigma = .1),
      rf = list(mtry = 2),
      rpart = list(cp = .01)
    ))
    weighted <- settings
    weighted$imbalance <- "weights"
    share <- vapply(list(settings, weighted), function(s) {
      result <- suppressMessages(train_split(batch, s, models[[method]], "r01f01"))
      expect_null(result$failures, info = method)
      mean(as.numeric(result$predictions$prob_b))
    }, 1)
    expect_false(isTRUE(all.equal(share[1], share[2])), info = method)
  }
})

test_that("preprocessing of other splits is refused", {
  data <- two_classes()
  paths <- make_study(data$x, data$outcome)
  cat("\n", file = paths$splits, append = TRUE)
  expect_error(open_study(paths), "made from other splits", class = "user_error")
})
