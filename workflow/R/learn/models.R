# From a line of the configuration to fits and predictions of a caret method (twin: models.py).

use("caret_methods", "validation", "learn/calibration")

#' A model's specification, or a list of them, from JSON text; lists of scalars become vectors.
read_spec <- function(text) {
  jsonlite::fromJSON(text, simplifyDataFrame = FALSE, simplifyMatrix = FALSE)
}

#' Arguments of a fit beyond caret's own: of the method, of the configuration, and class weights.
#'
#' @param weights per class (named by level) or NULL.
#' @param unpenalised logical per column or NULL, for methods that take it.
fit_arguments <- function(spec, info, columns, classes, param, weights = NULL,
                          unpenalised = NULL) {
  entry <- method_table[[spec$method]]
  args <- if (is.null(entry$args)) list() else entry$args(columns, classes, param, spec$grid)
  args[names(info$arguments)] <- info$arguments
  args[names(spec$params)] <- spec$params
  # The workflow runs jobs in parallel: more threads in each would multiply.
  args[intersect(names(args), thread_arguments)] <- 1
  weights_argument <- weighting(spec, info)
  if (!is.null(weights) && weights_argument %in% c("class.weights", "classwt")) {
    args[[weights_argument]] <- weights
  }
  if (isTRUE(info$unpenalised)) {
    args$unpenalised <- unpenalised
  }
  args
}

#' Weight of each class, n / (K * n_k), so that all classes have the same total weight.
#'
#' @param y factor without empty levels.
#' @return numeric vector named by level.
class_weights <- function(y) {
  count <- table(y)
  stats::setNames(as.numeric(length(y) / (length(count) * count)), names(count))
}

#' Weights of a fit: by class (named by level), and by sample if the method takes those; both NULL
#' without weights.
fit_weights <- function(spec, info, y, imbalance) {
  if (!is.factor(y) || imbalance != "weights") {
    return(list())
  }
  by_class <- class_weights(y)
  by_sample <- if (weighting(spec, info) %in% "wts") unname(by_class[as.integer(y)])
  list(by_class = by_class, by_sample = by_sample)
}

#' Fit one row of a tuning loop with the method's definition, as caret::train does internally.
#'
#' With two or more folds, a classifier without probabilities is calibrated inside x. Its features
#' and scale were learned from all rows, so the probabilities are too extreme, but good enough to
#' rank candidates.
#'
#' @param x (n x p) numeric matrix with column names.
#' @param y factor without empty levels, numbers, or a Surv object.
#' @param param data.frame of one row.
#' @param imbalance "none" or "weights".
#' @param folds (n) numbers of the folds of the calibration, or NULL.
#' @param unpenalised see `fit_arguments`.
#' @return the method's fitted object or, if it was calibrated, a list of class "calibrated": `fit`
#'   and `prob` (a function).
fit_model <- function(spec, info, x, y, param, imbalance, folds = NULL, unpenalised = NULL) {
  levels <- if (is.factor(y)) levels(y)
  weights <- fit_weights(spec, info, y, imbalance)
  args <- fit_arguments(spec, info, ncol(x), length(levels), param, weights$by_class, unpenalised)
  fit <- do.call(info$fit, c(list(
    x = x, y = y, wts = weights$by_sample, param = param, lev = levels, last = FALSE,
    classProbs = is.factor(y) && is.function(info$prob)
  ), args))
  if (!isS4(fit)) {
    fit$xNames <- colnames(x)
    fit$problemType <- problem_type(y)
    fit$tuneValue <- param
    fit$obsLevels <- levels
    fit$param <- args
  }
  if (is.null(folds) || is.null(levels) || !needs_calibration(info)) {
    return(fit)
  }
  calibrated_inside(spec, info, fit, x, y, param, imbalance, folds)
}

problem_type <- function(y) {
  if (is.factor(y)) "Classification" else if (inherits(y, "Surv")) "Survival" else "Regression"
}

# A fit with probabilities by a sigmoid of decision values from fits to the other folds; without
# them if there is one fold only, or if a class is in one fold only.
calibrated_inside <- function(spec, info, fit, x, y, param, imbalance, folds) {
  fold_numbers <- unique(folds)
  complete <- vapply(fold_numbers, function(j) all(y %in% y[folds != j]), TRUE)
  if (length(fold_numbers) < 2 || !all(complete)) {
    return(fit)
  }
  decision <- cross_fitted(folds, function(j) {
    in_train <- folds != j
    part <- fit_model(spec, info, x[in_train, , drop = FALSE], y[in_train], param, imbalance)
    info$decision(part, x[!in_train, , drop = FALSE])
  })
  weights <- if (imbalance == "weights") class_weights(y)[as.integer(y)]
  sigmoids <- fit_sigmoids(decision, y, weights, keep_order = FALSE)
  prob <- calibrated_prob(info$decision, sigmoids, levels(y))
  structure(list(fit = fit, prob = prob), class = "calibrated")
}

#' The final fit: a genuine caret::train object without resampling, and without the training data.
#' caret knows no survival: then an object of class "survival_model" with modelInfo, finalModel and
#' bestTune, as in a train object.
#'
#' @param seed the seed that caret sets before the fit.
#' @param unpenalised see `fit_arguments`.
#' @return object of class "train" or "survival_model".
refit_model <- function(spec, info, x, y, param, imbalance, seed, unpenalised = NULL) {
  if (inherits(y, "Surv")) {
    set.seed(seed)
    fit <- fit_model(spec, info, x, y, param, imbalance, unpenalised = unpenalised)
    parts <- list(method = spec$method, modelInfo = info, finalModel = fit, bestTune = param)
    return(structure(parts, class = "survival_model"))
  }
  weights <- fit_weights(spec, info, y, imbalance)
  classes <- if (is.factor(y)) nlevels(y) else 0
  args <- fit_arguments(spec, info, ncol(x), classes, param, weights$by_class, unpenalised)
  control <- caret::trainControl(
    method = "none", classProbs = is.factor(y) && is.function(info$prob), seeds = list(seed),
    allowParallel = FALSE, returnData = FALSE
  )
  # A wrapper function, so that the object's call holds names, not a copy of the data.
  fit <- function(...) {
    caret::train(
      x = x, y = y, method = if (isTRUE(info$own)) info else spec$method,
      weights = weights$by_sample, trControl = control,
      tuneGrid = param, ...
    )
  }
  train <- do.call(fit, args)
  if (is.list(train$finalModel) && is.call(train$finalModel$call)) {
    train$finalModel$call <- drop_data(train$finalModel$call, nrow(x))
  }
  train
}

# A call made by do.call holds the data: drop arguments with a value or row per sample.
drop_data <- function(call, rows) {
  data <- vapply(as.list(call), function(part) {
    !is.language(part) && !is.function(part) && NROW(part) == rows
  }, TRUE)
  call[!data]
}

#' Predictions of a fit for one candidate or, with `submodels`, for a list of them.
#'
#' @param levels levels of the outcome that the fit knows, NULL in a regression.
#' @param classes all levels of the outcome.
#' @param horizons of a survival analysis: then `predicted` are risks, and `prob` (n x H) the
#'   probabilities of surviving the horizons, NULL if the method has none.
#' @return list (one element per candidate: the fit's own, then its submodels) of lists with
#'   `predicted` (class numbers in `classes`, or numbers) and `prob` (n x K, or NULL).
predict_model <- function(info, fit, x, levels, classes, submodels = NULL, horizons = NULL) {
  if (!is.null(horizons)) {
    return(lapply(with_submodels(fit, submodels), function(one) {
      predict_survival(info, one, x, horizons)
    }))
  }
  if (inherits(fit, "calibrated")) {
    info$prob <- fit$prob
    fit <- fit$fit
  }
  rows <- nrow(x)
  has_prob <- !is.null(levels) && is.function(info$prob)
  raw <- if (has_prob) info$prob(fit, x, submodels) else info$predict(fit, x, submodels)
  if (is.null(submodels)) {
    raw <- list(raw)
  }
  lapply(raw, function(one) {
    if (is.null(levels)) {
      list(predicted = checked_numbers(one, rows), prob = NULL)
    } else if (has_prob) {
      from_prob(one, levels, classes, rows)
    } else {
      list(predicted = checked_labels(one, classes, rows), prob = NULL)
    }
  })
}

# A fit of a survival method and those of its submodels, which it holds.
with_submodels <- function(fit, submodels) {
  fits <- c(list(fit), if (NROW(submodels)) fit$submodels)
  if (length(fits) != 1 + NROW(submodels)) {
    text <- "the fit holds %d submodels, for %d rows of its `loop`"
    stop(user_condition(sprintf(text, length(fits) - 1, NROW(submodels))))
  }
  fits
}

# How far probabilities may be from 0, 1 and a sum of 1: some methods compute in single precision.
rounding <- 1e-4

#' Label = argmax of the probabilities, the first on ties; a class that was not trained on gets 0.
#'
#' @param raw a method's probabilities: one row per sample, one column per level.
#' @param rows number of samples. Stops with a user error if raw is no such thing.
from_prob <- function(raw, levels, classes, rows = nrow(raw)) {
  raw <- as.matrix(raw)
  check_rows(nrow(raw), rows)
  if (!all(levels %in% colnames(raw)) && ncol(raw) == length(levels)) {
    colnames(raw) <- levels
  }
  if (!all(levels %in% colnames(raw))) {
    text <- "the probabilities have %d columns, for %d classes"
    stop(user_condition(sprintf(text, ncol(raw), length(levels))))
  }
  prob <- matrix(0, nrow(raw), length(classes), dimnames = list(NULL, classes))
  prob[, levels] <- as.numeric(raw[, levels])
  sums <- rowSums(prob)
  problem <- if (!all(is.finite(prob))) {
    "hold values that are not finite"
  } else if (min(prob) < -rounding || max(prob) > 1 + rounding) {
    sprintf("go from %.6g to %.6g, not from 0 to 1", min(prob), max(prob))
  } else if (max(abs(sums - 1)) > rounding) {
    sprintf("of a sample sum to %.6g, not to 1", sums[which.max(abs(sums - 1))])
  }
  if (!is.null(problem)) {
    stop(user_condition(paste("the probabilities", problem)))
  }
  list(predicted = max.col(prob, ties.method = "first"), prob = unname(prob))
}

check_rows <- function(count, rows) {
  if (count != rows) {
    text <- "the model returned %d predictions of %d samples"
    stop(user_condition(sprintf(text, count, rows)))
  }
}

# A method's predictions as numbers.
checked_numbers <- function(raw, rows) {
  values <- as.numeric(unlist(raw, use.names = FALSE))
  check_rows(length(values), rows)
  if (!all(is.finite(values))) {
    stop(user_condition("the predictions hold values that are not finite"))
  }
  values
}

# A method's predictions as numbers of the classes.
checked_labels <- function(raw, classes, rows) {
  labels <- as.character(unlist(raw, use.names = FALSE))
  check_rows(length(labels), rows)
  predicted <- match(labels, classes)
  if (anyNA(predicted)) {
    unknown <- substr(labels[is.na(predicted)][1], 1, 50)
    text <- paste(
      "the model predicts a label that is not a class: %s instead of %s,",
      "the codes of the classes"
    )
    stop(user_condition(sprintf(text, unknown, paste(classes, collapse = " or "))))
  }
  predicted
}

# Risks and survival probabilities of a fit, checked.
predict_survival <- function(info, fit, x, horizons) {
  risk <- checked_numbers(info$predict(fit, x), nrow(x))
  survival <- if (is.function(info$survival)) as.matrix(info$survival(fit, x, horizons))
  problem <- if (is.null(survival)) {
    NULL
  } else if (!identical(dim(survival), c(nrow(x), length(horizons)))) {
    text <- "have %d rows and %d columns, for %d samples and %d horizons"
    sprintf(text, nrow(survival), ncol(survival), nrow(x), length(horizons))
  } else if (!all(is.finite(survival))) {
    "hold values that are not finite"
  } else if (min(survival) < -rounding || max(survival) > 1 + rounding) {
    sprintf("go from %.6g to %.6g, not from 0 to 1", min(survival), max(survival))
  }
  if (!is.null(problem)) {
    stop(user_condition(paste("the survival probabilities", problem)))
  }
  list(predicted = risk, prob = if (!is.null(survival)) unname(pmin(pmax(survival, 0), 1)))
}

#' Predictions of the object of `refit_model`; arguments and value: `predict_model`.
predict_train <- function(train, x, levels, classes, horizons = NULL) {
  if (!is.null(horizons)) {
    predict_survival(train$modelInfo, train$finalModel, x, horizons)
  } else if (is.null(classes)) {
    list(predicted = checked_numbers(stats::predict(train, x), nrow(x)))
  } else if (is.function(train$modelInfo$prob)) {
    from_prob(stats::predict(train, x, type = "prob"), levels, classes, nrow(x))
  } else {
    list(predicted = checked_labels(stats::predict(train, x), classes, nrow(x)))
  }
}

#' A method's own variable importance.
#'
#' @param fit object of class "train".
#' @param columns names of the columns that it was trained on.
#' @return list: `value`, one number per column (absolute, mean over classes; 0 where the method
#'   does not use it), and `kind`. NULL if the method has no importance of its own, or only NaN.
own_importance <- function(spec, info, fit, columns) {
  if (!is.function(info$varImp)) {
    return(NULL)
  }
  importance <- info$varImp(fit$finalModel)
  matched <- match(rownames(importance), columns)
  if (anyNA(matched)) {
    stop(sprintf("it names '%s', which is no column", rownames(importance)[is.na(matched)][1]))
  }
  # The method does not use columns that it leaves out.
  value <- numeric(length(columns))
  value[matched] <- rowMeans(abs(as.matrix(importance)))
  if (length(matched) && !any(is.finite(value[matched]))) {
    return(NULL)
  }
  value[!is.finite(value)] <- NA
  kind <- method_table[[spec$method]]$importance
  list(value = value, kind = if (is.null(kind)) "method's own" else kind)
}

#' Attach packages: formulas (gam's `s`), contrasts (earth's) and importances of many methods need
#' their package on the search path.
attach_packages <- function(packages) {
  for (package in packages) {
    suppressPackageStartupMessages(library(package, character.only = TRUE))
  }
}

#' Attach caret, whose methods use its functions unnamed: two of the three seconds in which a job
#' starts. A survival analysis needs nothing of it.
attach_caret <- function(task) if (task != "survival") attach_packages("caret")

#' Versions of R, of caret and of further packages, a named list of text.
package_versions <- function(packages = character()) {
  packages <- sort(unique(c("caret", packages)), method = "radix")
  versions <- lapply(packages, function(package) as.character(utils::packageVersion(package)))
  c(list(R = as.character(getRversion())), stats::setNames(versions, packages))
}
