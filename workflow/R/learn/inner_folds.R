# Fits and predictions of candidates on the inner folds of a split (twin: inner_folds.py).

use("seeds", "preprocessing", "models", "learn/calibration", "grids", "job", "batch")

#' An inner fold of a split, preprocessed by its own fit.
#'
#' @return list: x, y (of the training rows outside the fold, for caret), folds (their inner folds),
#'   x_out, truth (of the rows in it; class numbers or numbers), seed (of every candidate's fit),
#'   unpenalised, horizons.
read_fold <- function(batch, settings, split, rows, fold) {
  collect_garbage(batch)
  fit <- one_fit(batch$fits, split, fold)
  outside <- rows$train[rows$inner != fold]
  held_out <- rows$train[rows$inner == fold]
  list(
    x = fit_matrix(batch, fit, outside), y = caret_outcome(batch, outside),
    x_out = fit_matrix(batch, fit, held_out), truth = batch$outcome[held_out],
    folds = rows$inner[rows$inner != fold], seed = split_seed(settings, split, fold),
    unpenalised = unpenalised(batch, fit), horizons = batch$horizons
  )
}

#' Predictions of an inner fold's samples by one fit and its submodels.
#'
#' @param fold what `read_fold` returned.
#' @param param,submodels a row of caret's tuning loop, and its submodels.
#' @param classes all levels of the outcome.
#' @return see `predict_model`.
predict_fold <- function(settings, info, fold, param, submodels, classes) {
  start_generator(fold$seed)
  if (!is.null(fold$horizons)) {
    attr(param, "submodels") <- submodels
  }
  fit <- fit_model(
    settings$spec, info, fold$x, fold$y, param, settings$imbalance, fold$folds, fold$unpenalised
  )
  predict_model(info, fit, fold$x_out, levels(fold$y), classes, submodels, fold$horizons)
}

#' Rows of inner_predictions.csv from `inner_fold` on: a prediction of each training sample.
#'
#' Each comes from a model that was trained without the sample's inner fold, preprocessing
#' included. Copies of a drawn sample share their fold, and so their prediction: a sample has one
#' row.
#'
#' @param grid,number data.frame of candidates, and the row of the chosen one.
#' @param known its results of `predict_model` by inner fold, from the tuning, so that nothing is
#'   fitted twice; NULL to fit it, with all candidates that share its fit, as the tuning does.
#' @param decision decision values of `refit_split`, which become probabilities by sigmoids fitted
#'   to the other inner folds; NULL without calibration.
#' @return data.frame.
inner_predictions <- function(batch, settings, info, split, rows, grid, number, known = NULL,
                              decision = NULL) {
  loop <- tuning_loop(grid, info)
  by_fold <- lapply(sort(unique(rows$inner)), function(fold) {
    result <- known[[as.character(fold)]]
    if (!is.null(decision)) {
      y <- caret_outcome(batch, rows$train)
      result <- calibrated_fold(decision, y, rows$inner == fold, settings, class_codes(batch))
    } else if (is.null(result)) {
      result <- fit_candidate(
        settings, info, read_fold(batch, settings, split, rows, fold), grid, number, loop,
        class_codes(batch)
      )
    }
    held_out <- rows$train[rows$inner == fold]
    first <- !duplicated(held_out)
    prob <- result$prob[first, , drop = FALSE]
    outside <- rows$train[rows$inner != fold]
    cells <- prediction_cells(batch, held_out[first], result$predicted[first], prob, outside)
    data.frame(inner_fold = fold, cells, check.names = FALSE)
  })
  do.call(rbind, by_fold)
}

# Predictions of the held-out samples by sigmoids of the decision values of the others.
calibrated_fold <- function(decision, y, held_out, settings, classes) {
  others <- y[!held_out]
  weights <- if (settings$imbalance == "weights") class_weights(others)[as.integer(others)]
  sigmoids <- fit_sigmoids(decision[!held_out, , drop = FALSE], others, weights)
  prob <- calibrated_prob(function(fit, values) values, sigmoids, levels(y))
  from_prob(prob(NULL, decision[held_out, , drop = FALSE]), levels(y), classes, sum(held_out))
}

# Predictions of an inner fold by candidate `number`, from the fit that it shares with others.
fit_candidate <- function(settings, info, fold, grid, number, loop, classes) {
  for (row in seq_len(nrow(loop$loop))) {
    param <- loop$loop[row, , drop = FALSE]
    submodels <- loop$submodels[[row]]
    served <- submodel_rows(grid, param, submodels)
    if (number %in% served) {
      return(predict_fold(settings, info, fold, param, submodels, classes)[[match(number, served)]])
    }
  }
  stop(sprintf("no fit gives candidate %d", number))
}

# Rows of the grid that a row of the loop and its submodels cover, in the order in which the method
# returns their predictions.
submodel_rows <- function(grid, param, submodels) {
  all <- param[rep(1, 1 + NROW(submodels)), , drop = FALSE]
  for (name in names(submodels)) {
    all[[name]][-1] <- submodels[[name]]
  }
  key <- function(table) {
    columns <- lapply(table[names(grid)], function(column) {
      if (is.numeric(column)) sprintf("%.17g", column) else as.character(column)
    })
    do.call(paste, c(unname(columns), sep = "\r"))
  }
  match(key(all), key(grid))
}
