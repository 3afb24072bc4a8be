# Methods that caret lacks, or has only with packages that are hard to get, as caret's definitions.

#' Definitions as of `caret::getModelInfo`, by method: twins of scikit-learn's learners.
#'
#' @return named list of definitions, which hold `own = TRUE`.
own_methods <- function() {
  methods <- list(
    shrinkage_lda = shrinkage_lda, shrunken_centroids = shrunken_centroids,
    ridge_regression = ridge_regression
  )
  lapply(methods, function(info) {
    for (name in names(Filter(is.function, info))) {
      # Saved with a model, it must not take the library along.
      environment(info[[name]]) <- baseenv()
    }
    c(info, list(library = NULL, loop = NULL, own = TRUE))
  })
}

# (n x outputs) values of a fit with `coefficients` (p x outputs) and `constant` (outputs).
linear_values <- function(modelFit, newdata) { # nolint: object_name_linter.
  t(t(as.matrix(newdata) %*% modelFit$coefficients) + modelFit$constant)
}

# Numbers, or the class with the highest value; a single value is that of the second class.
linear_prediction <- function(modelFit, newdata, submodels = NULL) { # nolint: object_name_linter.
  value <- t(t(as.matrix(newdata) %*% modelFit$coefficients) + modelFit$constant)
  levels <- modelFit$obsLevels
  # In a regression NULL, or NA in an object of caret::train.
  if (length(levels) < 2) {
    return(value[, 1])
  }
  if (ncol(value) == 1) {
    value <- cbind(0, value)
  }
  factor(levels[max.col(value, "first")], levels = levels)
}

# Probabilities of classes from log probabilities without their common constant.
linear_prob <- function(modelFit, newdata, submodels = NULL) { # nolint: object_name_linter.
  score <- t(t(as.matrix(newdata) %*% modelFit$coefficients) + modelFit$constant)
  prob <- exp(score - apply(score, 1, max))
  prob <- prob / rowSums(prob)
  dimnames(prob) <- list(NULL, modelFit$obsLevels)
  prob
}

linear_importance <- function(object, ...) data.frame(abs(object$coefficients))

# Linear discriminant analysis with a covariance that is shrunk towards a multiple of the identity,
# as scikit-learn's with solver lsqr; the covariance of each class is divided by its size. auto: the
# share of Ledoit & Wolf 2004 (doi:10.1016/S0047-259X(03)00096-4) of each class.
shrinkage_lda <- list(
  label = "Linear discriminant analysis with shrinkage", type = "Classification",
  parameters = data.frame(parameter = "shrinkage", class = "character", label = "Shrinkage"),
  grid = function(x, y, len = NULL, search = "grid") {
    data.frame(shrinkage = c("0.9", "0.5", "0.1", "auto"))
  },
  fit = function(x, y, wts, param, ...) {
    ledoit_wolf <- function(x) {
      variance <- mean(x^2)
      delta <- sum(tcrossprod(x)^2) / nrow(x)^2
      beta <- (mean(rowSums(x^2)^2) - delta) / (ncol(x) * nrow(x))
      delta <- delta / ncol(x) - variance^2
      if (beta <= 0 || delta <= 0) 0 else min(beta, delta) / delta
    }
    covariance <- function(x) {
      x <- t(t(x) - colMeans(x))
      scale <- rep(1, ncol(x))
      share <- suppressWarnings(as.numeric(param$shrinkage))
      if (is.na(share)) {
        scale <- sqrt(colMeans(x^2))
        scale[scale == 0] <- 1
        x <- t(t(x) / scale)
        share <- ledoit_wolf(x)
      }
      s <- crossprod(x) / nrow(x)
      shrunk <- (1 - share) * s + diag(share * mean(diag(s)), ncol(x))
      shrunk * outer(scale, scale)
    }
    prior <- as.numeric(table(y)) / length(y)
    parts <- lapply(levels(y), function(level) x[y == level, , drop = FALSE])
    means <- vapply(parts, colMeans, numeric(ncol(x)))
    within <- Reduce(`+`, Map(function(part, share) share * covariance(part), parts, prior))
    # A covariance that is not shrunk may have no inverse: the smallest solution then.
    coefficients <- tryCatch(
      chol2inv(chol(within)) %*% means,
      error = function(e) {
        parts <- svd(within)
        kept <- parts$d > max(parts$d) * sqrt(.Machine$double.eps)
        parts$v %*% (ifelse(kept, 1 / parts$d, 0) * crossprod(parts$u, means))
      }
    )
    rownames(coefficients) <- colnames(x)
    list(
      coefficients = coefficients, constant = log(prior) - colSums(means * coefficients) / 2
    )
  },
  predict = linear_prediction,
  prob = linear_prob,
  varImp = function(object, ...) {
    coefficients <- object$coefficients
    # Two classes are told apart by the difference alone.
    if (ncol(coefficients) == 2) {
      coefficients <- coefficients[, 2, drop = FALSE] - coefficients[, 1]
    }
    data.frame(abs(coefficients))
  },
  sort = function(x) {
    share <- suppressWarnings(as.numeric(x$shrinkage))
    x[order(-ifelse(is.na(share), -Inf, share)), , drop = FALSE]
  }
)

# Nearest shrunken centroids, "PAM" (Tibshirani et al. 2002, doi:10.1073/pnas.082099299), as
# scikit-learn's NearestCentroid with empirical priors.
shrunken_centroids <- list(
  label = "Nearest shrunken centroids", type = "Classification",
  parameters = data.frame(parameter = "threshold", class = "numeric", label = "Threshold"),
  grid = function(x, y, len = NULL, search = "grid") data.frame(threshold = c(4, 3, 2, 1, 0)),
  fit = function(x, y, wts, param, ...) {
    count <- as.numeric(table(y))
    centroids <- unname(rowsum(x, as.integer(y)) / count)
    within <- sqrt(colSums((x - centroids[as.integer(y), ])^2) / (nrow(x) - length(count)))
    overall <- colMeans(x)
    unit <- outer(sqrt(1 / count - 1 / nrow(x)), within + stats::median(within))
    deviation <- t(t(centroids) - overall) / unit
    shrunk <- sign(deviation) * pmax(abs(deviation) - param$threshold, 0)
    # Distances in units of the deviation within classes, without what all classes share.
    within[within == 0] <- 1
    scaled <- (overall + t(unit * shrunk)) / within
    coefficients <- 2 * scaled / within
    rownames(coefficients) <- colnames(x)
    list(
      coefficients = coefficients, deviation = t(shrunk),
      constant = 2 * log(count / nrow(x)) - colSums(scaled^2)
    )
  },
  predict = linear_prediction,
  prob = linear_prob,
  varImp = function(object, ...) {
    data.frame(abs(object$deviation), row.names = rownames(object$coefficients))
  },
  sort = function(x) x[order(-x$threshold), , drop = FALSE]
)

# Ridge regression and, for classes, ridge regression of their indicators (-1 and 1), as
# scikit-learn's Ridge and RidgeClassifier: sum of squares + alpha * sum of squared coefficients.
ridge_regression <- list(
  label = "Ridge regression", type = c("Regression", "Classification"),
  parameters = data.frame(parameter = "alpha", class = "numeric", label = "Penalty"),
  grid = function(x, y, len = NULL, search = "grid") data.frame(alpha = c(1000, 100, 10)),
  fit = function(x, y, wts, param, ...) {
    target <- as.matrix(
      if (is.factor(y)) 2 * outer(as.integer(y), seq_along(levels(y)), `==`) - 1 else y
    )
    if (is.factor(y) && nlevels(y) == 2) {
      target <- target[, 2, drop = FALSE]
    }
    weights <- if (is.null(wts)) rep(1, nrow(x)) else wts
    center <- colSums(x * weights) / sum(weights)
    mean <- colSums(target * weights) / sum(weights)
    root <- sqrt(weights)
    a <- t(t(x) - center) * root
    b <- t(t(target) - mean) * root
    coefficients <- if (nrow(a) < ncol(a)) {
      crossprod(a, solve(tcrossprod(a) + diag(param$alpha, nrow(a)), b))
    } else {
      solve(crossprod(a) + diag(param$alpha, ncol(a)), crossprod(a, b))
    }
    rownames(coefficients) <- colnames(x)
    list(coefficients = coefficients, constant = mean - drop(center %*% coefficients))
  },
  predict = linear_prediction,
  prob = NULL,
  decision = linear_values,
  varImp = linear_importance,
  sort = function(x) x[order(-x$alpha), , drop = FALSE]
)
