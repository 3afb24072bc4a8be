# Train one split: tune on the inner folds, refit, predict the test samples (twin: training.py).

use("logs", "tables", "seeds", "preprocessing", "models", "learn/calibration", "saving", "job")
use("batch", "learn/tuning", "inner_folds")

#' Tune, refit and predict one split. An error becomes a failure, with its stage.
#'
#' @inheritParams train_batch
#' @param split name of the split.
#' @return list of data.frames without the leading names, or NULL if empty: predictions,
#'   inner_predictions, tuning, importance, timing, failures.
train_split <- function(batch, settings, info, split, model = NULL) {
  result <- new.env()
  result$stage <- "tune"
  status <- tryCatch(
    withCallingHandlers(
      run_stages(result, batch, settings, info, split, model),
      error = log_calls,
      warning = warn_once(split)
    ),
    error = identity
  )
  if (inherits(status, "error")) {
    result$predictions <- NULL
    result$importance <- NULL
    add_failure(result, result$stage, one_line(status))
  }
  sapply(names(csv_columns), function(name) result[[name]], simplify = FALSE)
}

run_stages <- function(result, batch, settings, info, split, model) {
  rows <- split_rows(batch, split)
  fit <- one_fit(batch$fits, split, 0)
  y <- refit <- chosen <- grid <- evaluated <- NULL
  # The matrix of the training rows is removed after use, so that it is not in memory beside those
  # of the inner folds.
  timed(result, "tune", {
    check_classes(settings$spec, info, length(batch$classes))
    y <- caret_outcome(batch, rows$train)
    x <- fit_matrix(batch, fit, rows$train)
    grid <- split_candidates(batch, settings, info, split, rows, x, y)
    rm(x)
    if (is.null(batch$tuned)) {
      evaluated <- evaluate_candidates(batch, settings, info, split, rows, grid)
    } else {
      evaluated <- list(rows = batch$tuned[batch$tuned$split == split, tuned_columns])
    }
    if (is.null(settings$part)) {
      chosen <- choose_candidate(result, settings, grid, evaluated$rows)
    } else {
      result$tuning <- evaluated$rows
    }
  })
  if (!is.null(settings$part)) {
    return(invisible())
  }
  timed(result, "fit", {
    collect_garbage(batch)
    refit <- refit_split(batch, settings, info, split, chosen)
  })
  train <- refit$train
  timed(result, "predict", {
    if (length(rows$test)) {
      x_test <- fit_matrix(batch, fit, rows$test)
      result$predictions <- predict_test(
        batch, train, x_test, rows$test, levels(y), rows$train
      )
    }
  })
  result$importance <- importance_rows(settings$spec, info, train, batch, fit, split)
  if (!is.null(model)) {
    save_rds(saved_model(batch, settings, info, train, fit), file.path(model, "model.rds"))
  }
  decision <- refit$decision
  rm(train, refit)
  if (settings$inner_predictions) {
    number <- as.integer(rownames(chosen))
    known <- if (length(evaluated$predictions)) evaluated$predictions[[number]]
    timed(result, "tune", add_inner_predictions(
      result,
      inner_predictions(batch, settings, info, split, rows, grid, number, known, decision)
    ))
  }
}

#' Add what `inner_predictions` returns. An error is a failure that costs nothing else.
add_inner_predictions <- function(result, expr) {
  tryCatch(
    result$inner_predictions <- withCallingHandlers(expr, error = log_calls),
    error = function(e) {
      add_failure(result, "tune", sprintf("no inner predictions: %s", one_line(e)))
    }
  )
}

#' The model of a split: the chosen candidate, fitted on all training rows.
#'
#' A classifier without probabilities is calibrated on decision values of the training rows, each
#' from a model that was trained without its inner fold, with the preprocessing of that fit. If a
#' class is in one inner fold only, the model stays without probabilities.
#'
#' @param chosen data.frame of one row.
#' @return list: train, decision (n x 1, or n x K with more than two classes: these values; NULL
#'   without calibration).
refit_split <- function(batch, settings, info, split, chosen) {
  rows <- split_rows(batch, split)
  matrix_of <- function(j, which) {
    fit_matrix(batch, one_fit(batch$fits, split, j), rows$train[which])
  }
  y <- caret_outcome(batch, rows$train)
  seed <- split_seed(settings, split, 0)
  # This sets the kind of the generator; caret itself sets the seed.
  start_generator(seed)
  train <- refit_model(
    settings$spec, info, matrix_of(0, TRUE), y, chosen, settings$imbalance, seed,
    unpenalised(batch, one_fit(batch$fits, split, 0))
  )
  uncalibrated <- list(train = train, decision = NULL)
  if (!is.factor(y) || !needs_calibration(info)) {
    return(uncalibrated)
  }
  complete <- vapply(unique(rows$inner), function(j) all(y %in% y[rows$inner != j]), TRUE)
  if (!all(complete)) {
    return(uncalibrated)
  }
  decision <- cross_fitted(rows$inner, function(j) {
    in_train <- rows$inner != j
    start_generator(split_seed(settings, split, j))
    fit <- fit_model(
      settings$spec, info, matrix_of(j, in_train), y[in_train], chosen, settings$imbalance
    )
    info$decision(fit, matrix_of(j, !in_train))
  })
  weights <- if (settings$imbalance == "weights") class_weights(y)[as.integer(y)]
  sigmoids <- fit_sigmoids(decision, y, weights)
  train$modelInfo$prob <- calibrated_prob(info$decision, sigmoids, levels(y))
  list(train = train, decision = decision)
}

# Show each distinct warning once per split: a method repeats it in every fit.
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
# rows `test`, preprocessed; `training`: the model's rows.
predict_test <- function(batch, train, x, test, levels, training) {
  predictions <- predict_train(train, x, levels, class_codes(batch), batch$horizons)
  data.frame(
    cohort = batch$sheet$cohort[test],
    prediction_cells(batch, test, predictions$predicted, predictions$prob, training),
    check.names = FALSE
  )
}

# Rows of importance.csv for the columns of the final fit. A failure here costs only the numbers.
importance_rows <- function(spec, info, train, batch, fit, split) {
  at <- match(fit$index, batch$columns)
  importance <- tryCatch(own_importance(spec, info, train, batch$safe[at]), error = function(e) {
    message(sprintf("%s: no importance: %s", split, one_line(e)))
    NULL
  })
  data.frame(
    feature = batch$features[at], selected = rep("true", length(at)),
    importance = if (is.null(importance)) NA_character_ else number(importance$value),
    kind = if (is.null(importance)) NA_character_ else importance$kind
  )
}
