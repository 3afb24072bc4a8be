# Tuning metrics: the value of a candidate on an inner fold (twin: losses.py, equal to 1e-9).

use("logs", "core/survival")

larger_is_better <- c("accuracy", "balanced_accuracy", "concordance")

#' Value of a tuning metric on one inner fold.
#'
#' @param metric "brier" (mean over samples of the squared distance to the one-hot truth, halved for
#'   two classes), "log_loss" (natural logarithm, probabilities clipped at 1e-15), "accuracy",
#'   "balanced_accuracy", "rmse", "mae", "concordance" (Harrell's, 0.5 where no two samples can be
#'   compared) or "integrated_brier" (the Brier score with weights for censoring, integrated over
#'   the horizons).
#' @param truth,predicted class numbers 1..K (n), or numbers in a regression; in a survival analysis
#'   a Surv object and risks.
#' @param prob (n x K) probabilities, NULL in a regression; `one_hot` labels if a model has no
#'   probabilities; in a survival analysis (n x H) or NULL.
#' @param training,horizons in a survival analysis: Surv object of the training samples; (H).
#' @return one number. Stops at an unknown metric.
tuning_value <- function(metric, truth, predicted, prob = NULL, training = NULL, horizons = NULL) {
  switch(metric,
    rmse = sqrt(mean((predicted - truth)^2)),
    mae = mean(abs(predicted - truth)),
    accuracy = mean(predicted == truth),
    balanced_accuracy = mean(vapply(
      unique(truth), function(k) mean(predicted[truth == k] == k), numeric(1)
    )),
    brier = mean(rowSums((prob - one_hot(truth, ncol(prob)))^2)) / (if (ncol(prob) == 2) 2 else 1),
    log_loss = -mean(log(pmin(pmax(prob[cbind(seq_along(truth), truth)], 1e-15), 1))),
    concordance = concordance(truth, predicted),
    integrated_brier = integrated_brier(truth, prob, training, horizons),
    stop(sprintf("no tuning metric '%s'", metric))
  )
}

concordance <- function(outcome, risk) {
  pairs <- comparable(outcome)
  if (any(pairs)) sum(pairs * concordant(risk)) / sum(pairs) else 0.5
}

integrated_brier <- function(outcome, survival, training, horizons) {
  if (is.null(survival)) {
    stop(user_condition(
      "the model has no survival probabilities: set tuning.metric.survival: concordance"
    ))
  }
  uncensored <- censoring(training)
  own <- uncensored(outcome[, "time"])
  errors <- squared_errors(outcome, survival, horizons, own, uncensored(horizons))
  sum(colMeans(errors) * horizon_weights(horizons))
}

#' (n x K) matrix with 1 at each label and 0 elsewhere.
one_hot <- function(labels, classes) {
  hot <- matrix(0, length(labels), classes)
  hot[cbind(seq_along(labels), labels)] <- 1
  hot
}

#' Number of the best candidate, the first one on ties; NA (failed) is never chosen.
#'
#' @param values means over the inner folds of numbers with 12 digits; equality in 11 is a tie.
best_candidate <- function(metric, values) {
  values <- signif(values, 11)
  if (metric %in% larger_is_better) which.max(values) else which.min(values)
}
