# caret's definitions, adapted so that no method standardises the preprocessed numbers again, or
# spends its time on a formula of all columns.

#' kernlab's machines without scaling of their own, and glmnet with columns that may be unpenalised,
#' both with an outcome that is standardised in a regression; and rpart's trees of a matrix.
#'
#' kernlab's own sigmoid is not used: with a weak signal it may reverse the order of the samples,
#' and its folds ignore groups. Instead, the machines have `decision` values (see calibration.R).
#'
#' @param models caret's model definitions, a named list.
#' @return the same list with adapted definitions, which hold `own = TRUE`.
adapt_methods <- function(models) {
  for (method in intersect(kernlab_machines, names(models))) {
    models[[method]] <- standardise_outcome(without_scaling(models[[method]]))
  }
  models$glmnet <- of_any_width(standardise_outcome(without_penalties(models$glmnet)))
  models$gbm <- of_any_width(models$gbm)
  for (method in intersect(rpart_trees, names(models))) {
    models[[method]] <- of_matrix(models[[method]])
  }
  models
}

kernlab_machines <- c("svmLinear", "svmRadial", "svmRadialCost", "svmRadialSigma", "svmPoly")
rpart_trees <- c("rpart", "rpart2", "rpart1SE")

#' rpart's trees from the numbers as one matrix, called x, instead of a formula with a term for each
#' column: the same trees, in a fraction of the time if there are thousands. A tree calls a column x
#' and the column's name, or x if it is the only one. The importance of a column is what its own
#' splits improve; caret adds those that lost against them.
of_matrix <- function(info) {
  changed <- with_input(info, function(x) {
    frame <- data.frame(row.names = seq_len(nrow(x)))
    frame$x <- as.matrix(x)
    frame
  })
  fit <- function(x, y, wts, ...) {
    tree <- fit_frame(x = x, y = y, wts = wts, ...)
    # All of these would hold the data.
    tree[c("call", "where", "y")] <- NULL
    environment(tree$terms) <- baseenv()
    columns <- colnames(x)
    tree$columns <- stats::setNames(columns, if (ncol(x) == 1) "x" else paste0("x", columns))
    tree
  }
  importance <- function(object, competes = FALSE, ...) {
    columns <- object$columns
    if (is.null(object$splits)) {
      return(data.frame(Overall = numeric(length(columns)), row.names = columns))
    }
    rownames(object$splits) <- columns[rownames(object$splits)]
    # From these, caret takes the names of columns that no split uses.
    attr(object$terms, "factors") <- matrix(0, 0, length(columns), dimnames = list(NULL, columns))
    caret_importance(object, competes = competes, ...)
  }
  predictors <- function(x, ...) unname(x$columns[caret_predictors(x, ...)])
  changed$fit <- standing_alone(fit, fit_frame = changed$fit)
  changed$varImp <- standing_alone(importance, caret_importance = info$varImp)
  changed$predictors <- standing_alone(predictors, caret_predictors = info$predictors)
  changed
}

#' A definition whose functions get `change(x)` instead of the numbers x.
with_input <- function(info, change) {
  environment(change) <- baseenv()
  grid <- function(x, ...) caret_grid(change(x), ...)
  fit <- function(x, y, wts, ...) caret_fit(x = change(x), y = y, wts = wts, ...)
  predict <- function(modelFit, newdata, submodels = NULL) { # nolint: object_name_linter.
    caret_predict(modelFit, change(newdata), submodels)
  }
  prob <- function(modelFit, newdata, submodels = NULL) { # nolint: object_name_linter.
    caret_prob(modelFit, change(newdata), submodels)
  }
  adapted <- list(
    grid = standing_alone(grid, caret_grid = info$grid, change = change),
    fit = standing_alone(fit, caret_fit = info$fit, change = change),
    predict = standing_alone(predict, caret_predict = info$predict, change = change),
    prob = standing_alone(prob, caret_prob = info$prob, change = change)
  )
  info[names(adapted)] <- adapted
  info$own <- TRUE
  info
}

without_scaling <- function(info) {
  # caret's names: x, y, wts, param, lev, last, classProbs.
  fit <- function(...) {
    args <- list(...)
    if (is.null(args$scaled)) {
      args$scaled <- FALSE
    }
    args$prob.model <- FALSE
    do.call(caret_fit, args)
  }
  info$fit <- standing_alone(fit, caret_fit = info$fit)
  info["prob"] <- list(NULL)
  info$decision <- standing_alone(svm_decision)
  info
}

#' glmnet whose fit takes `unpenalised` (logical per column): their coefficients are not penalised,
#' and the penalty of the others is as it would be alone.
#'
#' glmnet multiplies penalty factors by a number that makes their mean 1.
without_penalties <- function(info) {
  fit <- function(x, ..., unpenalised = NULL) {
    args <- list(x = x, ...)
    if (!any(unpenalised)) {
      return(do.call(caret_fit, args))
    }
    if (all(unpenalised)) {
      args$lambda <- 0
      return(do.call(caret_fit, args))
    }
    share <- mean(!unpenalised)
    args$penalty.factor <- as.numeric(!unpenalised)
    if (!is.null(args$lambda)) {
      args$lambda <- args$lambda * share
    }
    model <- do.call(caret_fit, args)
    model$lambda <- model$lambda / share
    model
  }
  info$fit <- standing_alone(fit, caret_fit = info$fit)
  info$unpenalised <- TRUE
  info
}

#' glmnet, which refuses a single column, and gbm, which does so with three classes or more, with a
#' second column of zeros beside it.
of_any_width <- function(info) {
  changed <- with_input(info, function(x) {
    if (ncol(x) == 1) cbind(as.matrix(x), .zeros = 0) else x
  })
  importance <- function(object, ...) {
    importance <- caret_importance(object, ...)
    importance[rownames(importance) != ".zeros", , drop = FALSE]
  }
  changed$varImp <- standing_alone(importance, caret_importance = info$varImp)
  changed
}

#' Decision values of a machine: (n x 1) for two classes, high for the second; (n x K) for more.
#'
#' kernlab has a value for each pair of classes. As in scikit-learn, the value of a class is its
#' number of won pairs plus the sum of its values, squeezed into less than a third.
svm_decision <- function(fit, x) {
  pairs <- kernlab::predict(fit, x, type = "decision")
  count <- length(kernlab::lev(fit))
  if (count == 2) {
    return(matrix(pairs, ncol = 1))
  }
  at <- utils::combn(count, 2)
  votes <- confidence <- matrix(0, nrow(pairs), count)
  for (k in seq_len(ncol(at))) {
    first <- at[1, k]
    second <- at[2, k]
    confidence[, first] <- confidence[, first] - pairs[, k]
    confidence[, second] <- confidence[, second] + pairs[, k]
    votes[, first] <- votes[, first] + (pairs[, k] <= 0)
    votes[, second] <- votes[, second] + (pairs[, k] > 0)
  }
  votes + confidence / (3 * (abs(confidence) + 1))
}

#' A definition whose fits standardise the outcome of a regression on their rows, since the penalty
#' has the outcome's scale. Classification stays as it is.
standardise_outcome <- function(info) {
  grid <- function(x, y, ...) caret_grid(x, if (is.factor(y)) y else (y - mean(y)) / spread(y), ...)
  fit <- function(x, y, wts, ...) {
    if (is.factor(y)) {
      return(caret_fit(x = x, y = y, wts = wts, ...))
    }
    model <- caret_fit(x = x, y = (y - mean(y)) / spread(y), wts = wts, ...)
    if (is.list(model)) {
      # It would hold the data.
      model["call"] <- list(NULL)
    }
    structure(list(model = model, center = mean(y), scale = spread(y)), class = "standardised")
  }
  predict <- function(modelFit, newdata, submodels = NULL) { # nolint: object_name_linter.
    if (!inherits(modelFit, "standardised")) {
      return(caret_predict(modelFit, newdata, submodels))
    }
    value <- caret_predict(modelFit$model, newdata, submodels)
    restore <- function(value) modelFit$center + modelFit$scale * as.numeric(value)
    if (is.list(value)) lapply(value, restore) else restore(value)
  }
  importance <- function(object, ...) {
    caret_importance(if (inherits(object, "standardised")) object$model else object, ...)
  }
  # The divisor is n, as in scikit-learn; a constant is left as it is.
  spread <- function(y) {
    spread <- sqrt(mean((y - mean(y))^2))
    if (spread > 0) spread else 1
  }
  environment(spread) <- baseenv()
  adapted <- list(
    grid = standing_alone(grid, caret_grid = info$grid, spread = spread),
    fit = standing_alone(fit, caret_fit = info$fit, spread = spread),
    predict = standing_alone(predict, caret_predict = info$predict)
  )
  if (is.function(info$varImp)) {
    adapted$varImp <- standing_alone(importance, caret_importance = info$varImp)
  }
  info[names(adapted)] <- adapted
  info$own <- TRUE
  info
}

# A function that needs only what it is given here, so that it can be saved without the library.
standing_alone <- function(fun, ...) {
  environment(fun) <- list2env(list(...), parent = baseenv())
  fun
}
