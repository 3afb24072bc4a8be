# Probabilities from decision values by a sigmoid, as scikit-learn calibrates them.

# Slope times the largest decision value, for a sigmoid that would otherwise fall.
rise <- 1e-4

#' Sigmoids of decision values (Platt 1999, Advances in Large Margin Classifiers, 61-74), one for
#' each class or, with two classes, one for the second.
#'
#' With a weak signal, decision values may by chance be higher outside the class, and the fitted
#' sigmoid would fall. This would reverse the order of the samples.
#'
#' @param decision (n x 1) or (n x K) decision values, by models not trained on these samples.
#' @param y factor without empty levels.
#' @param weights (n) weights of samples, or NULL.
#' @param keep_order whether a sigmoid that would fall is set to the share of the class and rises
#'   just enough to keep the order.
#' @return (2 x 1) or (2 x K) matrix: slope and intercept of each sigmoid.
fit_sigmoids <- function(decision, y, weights = NULL, keep_order = TRUE) {
  if (is.null(weights)) {
    weights <- rep(1, length(y))
  }
  labels <- utils::tail(levels(y), ncol(decision))
  vapply(seq_along(labels), function(k) {
    fit_sigmoid(decision[, k], y == labels[k], weights, keep_order)
  }, numeric(2))
}

# Platt's targets keep the slope finite where the classes are separated.
fit_sigmoid <- function(value, inside, weights, keep_order) {
  total <- c(sum(weights[!inside]), sum(weights[inside]))
  target <- ifelse(inside, (total[2] + 1) / (total[2] + 2), 1 / (total[1] + 2))
  largest <- max(abs(value), .Machine$double.xmin)
  fit <- suppressWarnings(stats::glm.fit(
    cbind(value / largest, 1), target, weights,
    family = stats::quasibinomial(), control = list(epsilon = 1e-12, maxit = 100)
  ))
  slope <- unname(fit$coefficients[1]) / largest
  if (is.na(slope) || (slope <= 0 && keep_order)) {
    return(c(rise / largest, log(total[2] / total[1])))
  }
  c(slope, unname(fit$coefficients[2]))
}

#' A `prob` function for a method with decision values; it needs nothing but itself when saved.
#'
#' @param decision the method's `decision` function.
#' @param sigmoids see `fit_sigmoids`.
#' @param levels of the outcome.
#' @return function(modelFit, newdata, submodels) that returns (n x K) probabilities; with more than
#'   two classes, the values of the sigmoids are divided by their sum (Zadrozny & Elkan 2002,
#'   doi:10.1145/775047.775151).
calibrated_prob <- function(decision, sigmoids, levels) {
  prob <- function(modelFit, newdata, submodels = NULL) { # nolint: object_name_linter.
    value <- decision(modelFit, newdata)
    linear <- t(t(value) * sigmoids[1, ] + sigmoids[2, ])
    prob <- stats::plogis(linear)
    prob <- if (ncol(prob) == 1) cbind(1 - prob, prob) else prob / rowSums(prob)
    prob[!is.finite(prob)] <- 1 / length(levels)
    dimnames(prob) <- list(NULL, levels)
    prob
  }
  held <- list(decision = decision, sigmoids = sigmoids, levels = levels)
  environment(prob) <- list2env(held, parent = baseenv())
  prob
}

#' Decision values of all samples, each from a model that was trained without its fold.
#'
#' @param folds (n) number of the fold of each sample.
#' @param values function(fold) that returns the decision values of its samples.
#' @return (n x 1) or (n x K) matrix.
cross_fitted <- function(folds, values) {
  fold_numbers <- sort(unique(folds))
  parts <- lapply(fold_numbers, values)
  decision <- matrix(0, length(folds), ncol(parts[[1]]))
  for (k in seq_along(fold_numbers)) {
    decision[folds == fold_numbers[k], ] <- parts[[k]]
  }
  decision
}

#' Whether a classifier has decision values but no probabilities.
needs_calibration <- function(info) {
  is.function(info$decision) && !is.function(info$prob)
}
