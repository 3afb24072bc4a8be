# What each caret method needs beyond caret's own definition.

use("adapted_methods", "own_methods")

# Arguments of nnet, which refuses more than MaxNWts weights (default: 1000).
network_arguments <- function(columns, classes, param, grid) {
  outputs <- max(1, classes)
  weights <- (columns + 1) * param$size + (param$size + 1) * outputs + columns * outputs
  # Without linout, predictions of a regression would lie between 0 and 1.
  list(trace = FALSE, MaxNWts = weights, linout = classes == 0)
}

# Arguments of glmnet. With the candidates as its path, glmnet fits each exactly; with a path of its
# own it would interpolate, and end early where the classes are separated.
glmnet_arguments <- function(columns, classes, param, grid) {
  lambda <- sort(unique(c(unlist(grid$lambda), param$lambda)), decreasing = TRUE)
  c(
    list(standardize = FALSE, thresh = 1e-10, maxit = 1e6),
    if (length(grid$lambda)) list(lambda = lambda)
  )
}

# What a method needs beyond caret's own definition. `args`: further arguments of its fit, given the
# columns, the number of classes (0 in a regression), the candidate and the grid; `defaults`: values
# of tuning parameters that a grid leaves out, given the preprocessed training samples; `limits`:
# upper limits of tuning parameters, given the rows and columns of the smallest fit and the fit's
# arguments; `importance`: kind of the method's own variable importance.
method_table <- list(
  ranger = list(
    args = function(columns, classes, param, grid) list(num.threads = 1, importance = "impurity"),
    limits = list(mtry = function(rows, columns, args) columns),
    importance = "impurity"
  ),
  rf = list(
    limits = list(mtry = function(rows, columns, args) columns),
    importance = "impurity"
  ),
  gbm = list(
    args = function(columns, classes, param, grid) list(verbose = FALSE),
    limits = list(n.minobsinnode = function(rows, columns, args) {
      # gbm needs rows * bag.fraction > 2 * n.minobsinnode + 1.
      fraction <- if (is.null(args$bag.fraction)) 0.5 else args$bag.fraction
      max(1, ceiling((rows * fraction - 1) / 2) - 1)
    }),
    importance = "relative influence"
  ),
  nnet = list(args = network_arguments, importance = "connection weights"),
  avNNet = list(args = network_arguments),
  pcaNNet = list(args = network_arguments),
  multinom = list(args = function(columns, classes, param, grid) {
    list(trace = FALSE, MaxNWts = (columns + 2) * max(2, classes))
  }),
  pls = list(
    limits = list(ncomp = function(rows, columns, args) min(rows - 1, columns)),
    importance = "coefficient"
  ),
  knn = list(limits = list(k = function(rows, columns, args) rows)),
  glmnet = list(args = glmnet_arguments, importance = "coefficient"),
  cox = list(importance = "coefficient"),
  # As scikit-learn's gamma: scale.
  svmRadial = list(defaults = list(sigma = function(x) 1 / (ncol(x) * mean((x - mean(x))^2)))),
  shrinkage_lda = list(importance = "coefficient"),
  shrunken_centroids = list(importance = "deviation"),
  ridge_regression = list(importance = "coefficient"),
  rpart = list(importance = "impurity"),
  earth = list(importance = "generalised cross-validation")
)

# Methods whose definition takes weights, but whose fit ignores them or fails with them.
ignore_weights <- c(
  "treebag", "rpart1SE", "vglmAdjCat", "vglmContRatio", "vglmCumulative", "ctree", "ctree2",
  "svmRadialWeights"
)

# Methods for two classes only that caret does not tag as such.
two_classes_only <- c("bayesglm", "gam", "bam", "gamLoess", "gamSpline")

# Arguments of caret::train that the workflow sets itself.
reserved_arguments <- c(
  "x", "y", "form", "data", "method", "preProcess", "weights", "metric", "maximize", "trControl",
  "tuneGrid", "tuneLength"
)

# Names that packages give to the number of their threads or processes.
thread_arguments <- c(
  "num.threads", "num_threads", "n_threads", "nthread", "nthreads", "n.cores", "ncores", "cores",
  "mc.cores"
)

#' How a method can weight classes: "wts" (case weights), "class.weights", "classwt", or NA.
weighting <- function(spec, info) {
  if (spec$method %in% ignore_weights) {
    NA_character_
  } else if (spec$method == "rf") {
    "classwt"
  } else if (grepl("^svm", spec$method) && "kernlab" %in% info$library) {
    "class.weights"
  } else if ("wts" %in% all.names(body(info$fit))) {
    "wts"
  } else {
    NA_character_
  }
}

#' Model definitions, a named list: caret's own, some of them adapted, and the workflow's own. This
#' does not load caret (which takes two seconds).
caret_models <- function() {
  space <- new.env()
  load(system.file("models", "models.RData", package = "caret"), envir = space)
  c(adapt_methods(space$models), own_methods())
}
