# Evaluate the candidates of a split on its inner folds, and choose one (twin: tuning.py).

use("logs", "csv_files", "preprocessing", "losses", "grids", "job", "batch", "inner_folds")

#' The hyperparameter candidates of a split, a data.frame.
#'
#' @param x,y the preprocessed training samples of fit 0.
split_candidates <- function(batch, settings, info, split, rows, x, y) {
  folds <- unique(rows$inner)
  columns <- vapply(folds, function(fold) length(one_fit(batch$fits, split, fold)$index), 1L)
  # Copies of a drawn sample do not count: they add no information.
  distinct <- vapply(folds, function(fold) length(unique(rows$train[rows$inner != fold])), 1L)
  candidates(
    settings$spec, info, x, y,
    rows = min(distinct), columns = min(ncol(x), columns),
    seed = split_seed(settings, split, "candidates")
  )
}

#' Fit and score the candidates of a split on each of its inner folds.
#'
#' @param grid data.frame of candidates. With `settings$part`, only that share of the fits is made,
#'   each with all its submodels.
#' @return list of `rows`, a data.frame: candidate, parameters, inner_fold, metric, value (text of
#'   12 digits), seconds, error (message, or ""), and `predictions`, the results of `predict_model`
#'   by number of the candidate and inner fold. Empty if there is nothing to choose.
evaluate_candidates <- function(batch, settings, info, split, rows, grid) {
  if (nrow(grid) == 1) {
    return(list())
  }
  loop <- tuning_loop(grid, info)
  part <- if (is.null(settings$part)) c(1, 1) else settings$part
  fits <- Filter(function(row) (row - part[1]) %% part[2] == 0, seq_len(nrow(loop$loop)))
  numbers <- seq_len(nrow(grid))
  parameters <- vapply(numbers, function(row) parameters_json(grid[row, , drop = FALSE]), "")
  failed <- FALSE
  predictions <- lapply(numbers, function(number) list())
  by_fold <- lapply(sort(unique(rows$inner)), function(fold) {
    data <- read_fold(batch, settings, split, rows, fold)
    do.call(rbind, lapply(fits, function(row) {
      param <- loop$loop[row, , drop = FALSE]
      submodels <- loop$submodels[[row]]
      served <- submodel_rows(grid, param, submodels)
      start <- proc.time()[["elapsed"]]
      error <- ""
      values <- tryCatch(
        withCallingHandlers(
          {
            results <- predict_fold(settings, info, data, param, submodels, class_codes(batch))
            for (i in seq_along(served)) {
              predictions[[served[i]]][[as.character(fold)]] <<- results[[i]]
            }
            vapply(results, function(result) {
              score_fold(settings, data, result, class_codes(batch))
            }, 1)
          },
          # Only the split's first error: the others mostly repeat it.
          error = function(e) if (!failed) log_calls(e)
        ),
        error = function(e) {
          failed <<- TRUE
          error <<- one_line(e)
          NA_real_
        }
      )
      data.frame(
        candidate = served, parameters = parameters[served], inner_fold = fold,
        metric = settings$tuning_metric, value = number(values),
        # One fit has several submodels: each gets an equal share of the time.
        seconds = sprintf("%.4f", (proc.time()[["elapsed"]] - start) / length(served)),
        error = error
      )
    }))
  })
  list(rows = do.call(rbind, by_fold), predictions = predictions)
}

#' The candidate with the best mean tuning metric over the inner folds.
#'
#' The folds are inside the training samples, because the error of a tuned model is biased otherwise
#' (Varma & Simon 2006, doi:10.1186/1471-2105-7-91). Adds the rows of tuning.csv, and a failure for
#' each candidate that failed on a fold. Means are of the 12 digits that are written, so that the
#' choice is the same whether the rows come from this job or from others.
#'
#' @param evaluated rows of `evaluate_candidates`.
#' @return data.frame of one row, whose name is its number. Stops with a user error if no candidate
#'   is left.
choose_candidate <- function(result, settings, grid, evaluated) {
  if (nrow(grid) == 1) {
    return(grid)
  }
  killed <- evaluated$error[evaluated$candidate == 0]
  if (length(killed)) {
    stop(user_condition(killed[1]))
  }
  evaluated <- evaluated[order(evaluated$inner_fold, evaluated$candidate), ]
  rownames(evaluated) <- NULL
  add_rows(result, "tuning", evaluated[names(evaluated) != "error"])
  first_error <- function(row) {
    row_errors <- evaluated$error[evaluated$candidate == row]
    c(row_errors[nzchar(row_errors)], "")[1]
  }
  errors <- vapply(seq_len(nrow(grid)), first_error, "")
  failed <- nzchar(errors)
  left_out <- if (all(failed)) "no candidate is left" else "left out"
  parameters <- evaluated$parameters[match(seq_along(errors), evaluated$candidate)]
  messages <- sprintf("candidate %d %s, %s: %s", seq_along(errors), parameters, left_out, errors)
  if (all(failed)) {
    stop(user_condition(messages[1]))
  }
  for (message in messages[failed]) {
    add_failure(result, "tune", message)
  }
  values <- tapply(as.numeric(evaluated$value), evaluated$candidate, mean)
  grid[best_candidate(settings$tuning_metric, as.vector(values)), , drop = FALSE]
}

# Value of the tuning metric of a candidate's predictions of an inner fold.
score_fold <- function(settings, fold, result, classes) {
  if (length(classes) && is.null(result$prob)) {
    result$prob <- one_hot(result$predicted, length(classes))
  }
  value <- tuning_value(
    settings$tuning_metric, fold$truth, result$predicted, result$prob, fold$y, fold$horizons
  )
  if (!is.finite(value)) {
    text <- "%s of the predictions is %s"
    stop(user_condition(sprintf(text, settings$tuning_metric, value)))
  }
  value
}

#' A candidate as compact JSON, keys sorted.
parameters_json <- function(candidate) {
  values <- lapply(as.list(candidate), function(value) {
    if (is.factor(value)) as.character(value) else value
  })
  names <- sort(names(values), method = "radix")
  as.character(jsonlite::toJSON(values[names], auto_unbox = TRUE, digits = I(12)))
}

#' Rows of `evaluate_candidates` for all splits of a batch, from the files of its tuning jobs.
#'
#' @param paths files; none if the training job tunes by itself.
#' @return data.frame with the column `split`, or NULL.
read_tuned <- function(paths) {
  if (!length(paths)) {
    return(NULL)
  }
  rows <- do.call(rbind, lapply(paths, read_csv, sep = ","))
  rows$candidate <- as.integer(rows$candidate)
  rows$inner_fold <- as.integer(rows$inner_fold)
  rows
}
