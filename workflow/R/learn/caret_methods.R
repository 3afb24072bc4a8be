# What each caret method needs beyond caret's own definition.

# Arguments of nnet, which refuses more than MaxNWts weights (default: 1000).
network_arguments <- function(columns, classes, param) {
  outputs <- max(1, classes)
  weights <- (columns + 1) * param$size + (param$size + 1) * outputs + columns * outputs
  # Without linout, predictions of a regression would lie between 0 and 1.
  list(trace = FALSE, MaxNWts = weights, linout = classes == 0)
}

# What a method needs beyond caret's own definition. `args`: further arguments of its fit, given the
# columns, the number of classes (0 in a regression) and the candidate; `limits`: upper limits of
# tuning parameters, given the rows and columns of the smallest fit and the fit's arguments;
# `importance`: kind of the method's own variable importance.
method_table <- list(
  ranger = list(
    args = function(columns, classes, param) list(num.threads = 1, importance = "impurity"),
    limits = list(mtry = function(rows, columns, args) columns),
    importance = "impurity"
  ),
  rf = list(
    limits = list(mtry = function(rows, columns, args) columns),
    importance = "impurity"
  ),
  gbm = list(
    args = function(columns, classes, param) list(verbose = FALSE),
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
  multinom = list(args = function(columns, classes, param) {
    list(trace = FALSE, MaxNWts = (columns + 2) * max(2, classes))
  }),
  pls = list(
    limits = list(ncomp = function(rows, columns, args) min(rows - 1, columns)),
    importance = "coefficient"
  ),
  knn = list(limits = list(k = function(rows, columns, args) rows)),
  glmnet = list(importance = "coefficient"),
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

#' caret's own model definitions, a named list, without loading caret (which takes two seconds).
caret_models <- function() {
  space <- new.env()
  load(system.file("models", "models.RData", package = "caret"), envir = space)
  space$models
}
