# Methods for survival, which caret lacks, as definitions like caret's.

#' Definitions by method. As those of `caret::getModelInfo`, with these differences: `type` is
#' "Survival"; `fit` gets a Surv object as y; `predict` returns risks, high for an early event; and
#' `survival(fit, x, times)` returns (n x times) probabilities of surviving (absent: it has none);
#' `arguments` are further ones of the fit, which `params` replace; with a `loop`, a fit holds in
#' `submodels` those of the rows in the attribute `submodels` of `param`.
#'
#' @return named list of definitions, which hold `own = TRUE`.
survival_methods <- function() {
  methods <- list(
    "null" = survival_null, cox = survival_cox, glmnet = survival_glmnet, ranger = survival_ranger,
    gbm = survival_gbm, rpart = survival_rpart
  )
  # Saved with a model, the functions must not take the library along.
  helpers <- list2env(survival_helpers, parent = baseenv())
  for (name in names(survival_helpers)) {
    environment(helpers[[name]]) <- helpers
  }
  lapply(methods, function(info) {
    for (name in names(Filter(is.function, info))) {
      environment(info[[name]]) <- helpers
    }
    # caret wants to see a loop, even if it is NULL.
    if (is.null(info$loop)) info["loop"] <- list(NULL)
    c(info, list(type = "Survival", prob = NULL, own = TRUE))
  })
}

# What the definitions share.
survival_helpers <- list(
  # Values at some times of a step function that is `start` before its first step.
  steps = function(times, values, at, start) c(start, values)[findInterval(at, times) + 1],
  kaplan_meier = function(y) {
    fit <- survival::survfit(y ~ 1, se.fit = FALSE)
    list(times = fit$time, survival = fit$surv)
  },
  # Breslow's cumulative baseline hazard (1972, discussion of Cox), of a sample whose linear
  # predictor is `center`; also after Efron's coefficients, as in scikit-survival.
  breslow = function(y, linear) {
    times <- sort(unique(y[, "time"]))
    at <- factor(y[, "time"], times)
    center <- mean(linear)
    weight <- rowsum(cbind(exp(linear - center), y[, "status"]), as.integer(at))
    hazard <- cumsum(weight[, 2] / rev(cumsum(rev(weight[, 1]))))
    list(times = times, hazard = unname(hazard), center = center)
  },
  # The same order of times, in which events come before censorings at the same time. gbm ignores
  # that, and glmnet adds 2e-14 to the times of the censored, which is lost in large times.
  ranked = function(y) {
    rank <- match(y[, "time"], sort(unique(y[, "time"])))
    survival::Surv(rank + (1 - y[, "status"]) / 2, y[, "status"])
  },
  # (n x times) probabilities of surviving, by proportional hazards.
  proportional = function(baseline, linear, at) {
    hazard <- steps(baseline$times, baseline$hazard, at, 0)
    exp(-outer(exp(linear - baseline$center), hazard))
  },
  linear_risk = function(fit, x) drop(x %*% fit$coefficients),
  # A fit by its coefficients, which needs no training data.
  linear_fit = function(coefficients, x, y) {
    coefficients[is.na(coefficients)] <- 0
    names(coefficients) <- colnames(x)
    list(coefficients = coefficients, baseline = breslow(y, drop(x %*% coefficients)))
  },
  # Numbers of the leaves of rpart, as rows of its frame.
  leaves = function(tree, x) {
    tree$frame$yval <- seq_len(nrow(tree$frame))
    unname(stats::predict(tree, as.data.frame(x), type = "vector"))
  }
)

no_parameter <- data.frame(parameter = "parameter", class = "character", label = "parameter")
one_candidate <- function(x, y, len = NULL, search = "grid") data.frame(parameter = "none")

# (n x times) probabilities by a baseline hazard and risks on the scale of a linear predictor.
proportional_survival <- function(fit, x, times) {
  proportional(fit$baseline, linear_risk(fit, x), times)
}
linear_risks <- function(modelFit, newdata, submodels = NULL) { # nolint: object_name_linter.
  linear_risk(modelFit, newdata)
}
coefficient_importance <- function(object, ...) {
  data.frame(Overall = abs(object$coefficients), row.names = names(object$coefficients))
}

# The Kaplan-Meier estimate of the training samples for everybody.
survival_null <- list(
  label = "Kaplan-Meier estimate", library = "survival",
  parameters = no_parameter, grid = one_candidate,
  fit = function(x, y, wts, param, ...) list(curve = kaplan_meier(y)),
  predict = function(modelFit, newdata, submodels = NULL) { # nolint: object_name_linter.
    rep(0, nrow(newdata))
  },
  survival = function(fit, x, times) {
    curve <- steps(fit$curve$times, fit$curve$survival, times, 1)
    matrix(curve, nrow(x), length(times), byrow = TRUE)
  }
)

# Without a penalty, for few columns.
survival_cox <- list(
  label = "Cox regression", library = "survival",
  parameters = no_parameter, grid = one_candidate,
  fit = function(x, y, wts, param, lev, last, classProbs, ...) { # nolint: object_name_linter.
    fit <- survival::coxph(y ~ x, model = FALSE, x = FALSE, y = FALSE, ...)
    linear_fit(fit$coefficients, x, y)
  },
  predict = linear_risks, survival = proportional_survival, varImp = coefficient_importance
)

# Cox regression with an elastic net (Simon et al. 2011, doi:10.18637/jss.v039.i05). Columns that
# are `unpenalised` have no penalty, and that of the others is as it would be alone: glmnet
# multiplies penalty factors by a number that makes their mean 1.
survival_glmnet <- list(
  label = "Cox regression with an elastic net", library = c("glmnet", "Matrix", "survival"),
  parameters = data.frame(
    parameter = c("alpha", "lambda"), class = "numeric", label = c("Mixing", "Penalty")
  ),
  grid = function(x, y, len = NULL, search = "grid") {
    expand.grid(alpha = c(0.1, 0.55, 1), lambda = c(0.3, 0.1, 0.03, 0.01))
  },
  # The path to the smallest penalty leads over the others.
  loop = function(grid) {
    by_alpha <- split(grid$lambda, grid$alpha)
    list(
      loop = data.frame(alpha = sort(unique(grid$alpha)), lambda = vapply(by_alpha, min, 1)),
      submodels = lapply(by_alpha, function(lambda) {
        data.frame(lambda = sort(lambda, decreasing = TRUE)[-length(lambda)])
      })
    )
  },
  fit = function(x, y, wts, param, lev, last, classProbs, unpenalised = NULL, # nolint
                 lambda = param$lambda * 2^(5:0), ...) {
    share <- if (any(unpenalised)) mean(!unpenalised) else 1
    # glmnet refuses a single column.
    wide <- if (ncol(x) == 1) cbind(x, 0) else x
    penalised <- if (share %in% c(0, 1)) rep(1, ncol(wide)) else as.numeric(!unpenalised)
    # Standing for no penalty where no column has one: a path of zeros is none.
    least <- 1e-8
    wanted <- c(param$lambda, attr(param, "submodels")$lambda)
    # The path ends where it is wanted: smaller penalties take longest.
    lambda <- sort(unique(c(lambda[lambda >= param$lambda], wanted)), decreasing = TRUE)
    lambda <- if (share == 0) least * 2^(5:0) else lambda * share
    path <- glmnet::glmnet(
      wide, ranked(y),
      family = "cox", alpha = param$alpha, lambda = lambda, penalty.factor = penalised, ...
    )
    fits <- lapply(wanted, function(one) {
      coefficients <- as.vector(stats::coef(path, s = max(one * share, least)))
      linear_fit(coefficients[seq_len(ncol(x))], x, y)
    })
    c(fits[[1]], if (length(fits) > 1) list(submodels = fits[-1]))
  },
  predict = linear_risks, survival = proportional_survival, varImp = coefficient_importance,
  sort = function(x) x[order(-x$lambda, x$alpha), , drop = FALSE],
  # Coefficients to 0.3 % of the largest in 240 samples with 600 features; each further digit takes
  # twice to three times as long.
  arguments = list(thresh = 1e-9), unpenalised = TRUE
)

# Random survival forest (Ishwaran et al. 2008, doi:10.1214/08-AOAS169); the risk is the sum of the
# cumulative hazard over the times of the training samples. With the splitting rule extratrees, the
# logrank test compares ten random cutpoints of a column, as in randomForestSRC. To compare all of
# them, the rule logrank, took up to six times the CPU time for the same concordance.
survival_ranger <- list(
  label = "Random survival forest", library = c("ranger", "survival"),
  parameters = data.frame(
    parameter = c("mtry", "min.node.size", "splitrule"),
    class = c("numeric", "numeric", "character"),
    label = c("Columns at each split", "Smallest node", "Splitting rule")
  ),
  grid = function(x, y, len = NULL, search = "grid") {
    mtry <- unique(ceiling(c(sqrt(ncol(x)), 0.2 * ncol(x))))
    expand.grid(
      mtry = mtry, min.node.size = 3, splitrule = "logrank", stringsAsFactors = FALSE
    )
  },
  fit = function(x, y, wts, param, lev, last, classProbs, # nolint: object_name_linter.
                 # nolint start: object_name_linter.
                 num.random.splits = if (param$splitrule == "extratrees") 10 else 1, ...) {
    # nolint end
    fit <- ranger::ranger(
      x = x, y = y, mtry = min(param$mtry, ncol(x)), min.node.size = param$min.node.size,
      splitrule = as.character(param$splitrule), num.random.splits = num.random.splits,
      oob.error = FALSE, ...
    )
    fit[c("chf", "survival", "call")] <- NULL
    fit
  },
  predict = function(modelFit, newdata, submodels = NULL) { # nolint: object_name_linter.
    # Of one sample, ranger gives a vector.
    hazard <- stats::predict(modelFit, newdata, num.threads = 1)$chf
    rowSums(matrix(hazard, nrow = nrow(newdata)))
  },
  survival = function(fit, x, times) {
    known <- stats::predict(fit, x, num.threads = 1)
    survival <- matrix(known$survival, nrow = nrow(x))
    cbind(1, survival)[, findInterval(times, known$unique.death.times) + 1, drop = FALSE]
  },
  varImp = function(object, ...) {
    importance <- object$variable.importance
    data.frame(Overall = importance, row.names = names(importance))
  },
  sort = function(x) x[order(x$mtry), , drop = FALSE]
)

# Boosting of the partial likelihood (Ridgeway 1999, Computing Science and Statistics 31, 172-181).
survival_gbm <- list(
  label = "Gradient boosting", library = c("gbm", "survival"),
  parameters = data.frame(
    parameter = c("n.trees", "interaction.depth", "shrinkage", "n.minobsinnode"),
    class = "numeric", label = c("Trees", "Depth", "Shrinkage", "Smallest node")
  ),
  grid = function(x, y, len = NULL, search = "grid") {
    expand.grid(
      interaction.depth = c(1, 3), n.trees = c(50, 100, 200), shrinkage = 0.1, n.minobsinnode = 3
    )
  },
  fit = function(x, y, wts, param, lev, last, classProbs, ...) { # nolint: object_name_linter.
    events <- sum(y[, "status"])
    # gbm ends the process if a bag of samples holds no event.
    if (events < 15) {
      stop(sprintf("gbm needs 15 events; the training samples have %d", events))
    }
    fit <- gbm::gbm.fit(
      x, ranked(y),
      distribution = "coxph", n.trees = param$n.trees,
      interaction.depth = param$interaction.depth, shrinkage = param$shrinkage,
      n.minobsinnode = param$n.minobsinnode, keep.data = FALSE, ...
    )
    fit$baseline <- breslow(y, stats::predict(fit, as.data.frame(x), n.trees = param$n.trees))
    fit["fit"] <- list(NULL)
    fit
  },
  predict = function(modelFit, newdata, submodels = NULL) { # nolint: object_name_linter.
    stats::predict(modelFit, as.data.frame(newdata), n.trees = modelFit$n.trees)
  },
  survival = function(fit, x, times) {
    linear <- stats::predict(fit, as.data.frame(x), n.trees = fit$n.trees)
    proportional(fit$baseline, linear, times)
  },
  varImp = function(object, ...) {
    influence <- gbm::relative.influence(object, n.trees = object$n.trees)
    data.frame(Overall = influence, row.names = names(influence))
  },
  sort = function(x) {
    x[order(x$n.trees, x$interaction.depth, x$shrinkage, -x$n.minobsinnode), , drop = FALSE]
  }
)

# A tree of exponential survival (LeBlanc & Crowley 1992, doi:10.2307/2532300): the risk is the rate
# of the leaf, the survival the Kaplan-Meier estimate of its training samples.
survival_rpart <- list(
  label = "Survival tree", library = c("rpart", "survival"),
  parameters = data.frame(parameter = "cp", class = "numeric", label = "Complexity"),
  grid = function(x, y, len = NULL, search = "grid") data.frame(cp = c(0.1, 0.03, 0.01)),
  fit = function(x, y, wts, param, lev, last, classProbs, ...) { # nolint: object_name_linter.
    tree <- rpart::rpart(
      y ~ .,
      data = as.data.frame(x), method = "exp", cp = param$cp, xval = 0, y = FALSE, ...
    )
    curves <- lapply(seq_len(nrow(tree$frame)), function(leaf) {
      inside <- tree$where == leaf
      if (any(inside)) kaplan_meier(y[inside])
    })
    tree[c("call", "where")] <- NULL
    environment(tree$terms) <- baseenv()
    tree$curves <- curves
    tree
  },
  predict = function(modelFit, newdata, submodels = NULL) { # nolint: object_name_linter.
    modelFit$frame$yval[leaves(modelFit, newdata)]
  },
  survival = function(fit, x, times) {
    rows <- lapply(fit$curves[leaves(fit, x)], function(curve) {
      steps(curve$times, curve$survival, times, 1)
    })
    do.call(rbind, rows)
  },
  varImp = function(object, ...) {
    importance <- object$variable.importance
    data.frame(Overall = as.numeric(importance), row.names = names(importance))
  },
  sort = function(x) x[order(-x$cp), , drop = FALSE]
)
