# Train one split: tune on the inner folds, refit, predict the test samples (twin: training.py).

use("logs", "csv_files", "tables", "seeds", "models", "saving", "job", "batch", "learn/tuning")

#' Tune, refit and predict one split. An error becomes a failure, with its stage.
#'
#' @inheritParams train_batch
#' @param split name of the split.
#' @return list of data.frames without the leading names, NULL where there is nothing: predictions,
#'   tuning, importance, timing, failures.
train_split <- function(batch, settings, info, split, model = NULL) {
  result <- new.env()
  result$at <- "tune"
  outcome <- tryCatch(
    withCallingHandlers(
      run_stages(result, batch, settings, info, split, model),
      error = log_calls,
      warning = warn_once(split)
    ),
    error = identity
  )
  if (inherits(outcome, "error")) {
    result$predictions <- NULL
    result$importance <- NULL
    add_failure(result, result$at, one_line(outcome))
  }
  names <- c("predictions", "tuning", "importance", "timing", "failures")
  stats::setNames(lapply(names, function(name) result[[name]]), names)
}

run_stages <- function(result, batch, settings, info, split, model) {
  rows <- split_rows(batch, split)
  fit <- one_fit(batch$fits, split, 0)
  y <- train <- chosen <- NULL
  # The matrix of the training rows is made where it is used: kept, it would lie beside those of the
  # inner folds.
  timed(result, "tune", {
    check_classes(settings$spec, info, length(batch$classes))
    y <- caret_outcome(batch, rows$train)
    x <- fit_matrix(batch, fit, rows$train)
    grid <- split_candidates(batch, settings, info, split, rows, x, y)
    rm(x)
    if (is.null(batch$tuned)) {
      evaluated <- evaluate_candidates(batch, settings, info, split, rows, grid)
    } else {
      evaluated <- batch$tuned[batch$tuned$split == split, tuned_columns]
    }
    if (is.null(settings$part)) {
      chosen <- choose_candidate(result, settings, grid, evaluated)
    } else {
      result$tuning <- evaluated
    }
  })
  if (!is.null(settings$part)) {
    return(invisible())
  }
  timed(result, "fit", {
    collect_garbage(batch)
    x <- fit_matrix(batch, fit, rows$train)
    train <- refit_split(settings, info, split, x, y, chosen)
    rm(x)
  })
  timed(result, "predict", {
    if (length(rows$test)) {
      x_test <- fit_matrix(batch, fit, rows$test)
      result$predictions <- predict_test(batch, info, train, x_test, rows$test, levels(y))
    }
  })
  result$importance <- importance_rows(settings$spec, info, train, batch, fit, split)
  if (!is.null(model)) {
    save_rds(saved_model(batch, settings, info, train, fit), file.path(model, "model.rds"))
  }
}

#' The model of a split: the chosen candidate, fitted on all training rows.
#'
#' @param x,y the preprocessed training samples.
#' @param chosen data.frame of one row.
refit_split <- function(settings, info, split, x, y, chosen) {
  seed <- split_seed(settings, split, 0)
  # The kinds of the generator; caret itself sets the seed.
  start_generator(seed)
  refit_model(settings$spec, info, x, y, chosen, settings$imbalance, seed)
}

# Each distinct warning once per split: a method repeats the same one in every fit.
warn_once <- function(split) {
  seen <- character()
  function(w) {
    text <- one_line(w)
    if (!text %in% seen) {
      seen <<- c(seen, text)
      message(sprintf("%s: warning (shown once): %s", split, text))
    }
    invokeRestart("muffleWarning")
  }
}

# Rows of predictions.csv; the label is the class with the highest probability. `x`: the samples in
# the rows `test`, preprocessed.
predict_test <- function(batch, info, train, x, test, levels) {
  classes <- class_codes(batch)
  sheet <- batch$sheet[test, ]
  rows <- data.frame(cohort = sheet$cohort, sample = sheet$sample, truth = sheet$outcome)
  if (is.null(classes)) {
    predicted <- as.numeric(stats::predict(train, x))
    if (length(predicted) != length(test) || !all(is.finite(predicted))) {
      stop("the predictions hold values that are not finite")
    }
    rows$predicted <- number(predicted)
    return(rows)
  }
  if (is.function(info$prob)) {
    found <- from_prob(stats::predict(train, x, type = "prob"), levels, classes)
  } else {
    found <- list(predicted = match(as.character(stats::predict(train, x)), classes))
  }
  if (length(found$predicted) != length(test) || anyNA(found$predicted)) {
    stop("a sample got no predicted class")
  }
  rows$predicted <- batch$classes[found$predicted]
  for (k in seq_along(classes)) {
    prob <- if (is.null(found$prob)) NA_character_ else number(found$prob[, k])
    rows[[prob_columns(batch)[k]]] <- prob
  }
  rows
}

# Rows of importance.csv for the columns of the refit. A failure here costs only the numbers.
importance_rows <- function(spec, info, train, batch, fit, split) {
  at <- match(fit$index, batch$columns)
  found <- tryCatch(own_importance(spec, info, train, batch$safe[at]), error = function(e) {
    message(sprintf("%s: no importance: %s", split, one_line(e)))
    NULL
  })
  data.frame(
    feature = batch$features[at], selected = rep("true", length(at)),
    importance = if (is.null(found)) NA_character_ else number(found$value),
    kind = if (is.null(found)) NA_character_ else found$kind
  )
}
