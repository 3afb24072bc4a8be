# From a line of the configuration to a caret method, its candidates and its fits (twin: models.py).

use("logs", "seeds")

# Arguments of the function nnet, which refuses more than MaxNWts weights, by default 1000.
network_arguments <- function(columns, classes, param) {
  outputs <- max(1, classes)
  weights <- (columns + 1) * param$size + (param$size + 1) * outputs + columns * outputs
  # Without linout a regression would be squeezed into 0..1.
  list(trace = FALSE, MaxNWts = weights, linout = classes == 0)
}

# What a method needs beyond caret's own definition. `args`: further arguments of its fit, given the
# columns, the number of classes (0 in a regression) and the candidate; `limits`: the most that a
# tuning parameter can be, given the rows and columns of the smallest fit and the fit's arguments;
# `importance`: what the numbers of its own variable importance are.
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
      # gbm wants rows * bag.fraction > 2 * n.minobsinnode + 1.
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

# Methods whose definition speaks of weights, but whose fit does not use them, or fails with them.
ignore_weights <- c(
  "treebag", "rpart1SE", "vglmAdjCat", "vglmContRatio", "vglmCumulative", "ctree", "ctree2",
  "svmRadialWeights"
)

# Methods of two classes that caret does not tag as such.
two_classes_only <- c("bayesglm", "gam", "bam", "gamLoess", "gamSpline")

# Arguments of caret::train that the workflow sets itself.
reserved_arguments <- c(
  "x", "y", "form", "data", "method", "preProcess", "weights", "metric", "maximize", "trControl",
  "tuneGrid", "tuneLength"
)

#' caret's own model definitions, a named list, without loading caret (which takes two seconds).
caret_models <- function() {
  space <- new.env()
  load(system.file("models", "models.RData", package = "caret"), envir = space)
  space$models
}

#' A model's specification, or a list of them, from JSON text: lists of scalars become vectors.
read_spec <- function(text) {
  jsonlite::fromJSON(text, simplifyDataFrame = FALSE, simplifyMatrix = FALSE)
}

#' The caret method of a specification, checked.
#'
#' @param spec list: name, method, params, grid, size.
#' @param task "classification" or "regression".
#' @param imbalance "none" or "weights".
#' @param key the configuration's key, for the message.
#' @param models named list of caret's model definitions.
#' @return caret's definition of the method. Stops with a user error that names every problem.
resolve_method <- function(spec, task, imbalance = "none",
                           key = paste0("models.r '", spec$name, "'"), models = caret_models()) {
  problems <- model_problems(spec, task, imbalance, key, models)
  if (length(problems)) {
    stop(user_condition(paste(problems, collapse = "\n")))
  }
  models[[spec$method]]
}

#' Everything that is wrong with a specification, one sentence each (arguments: `resolve_method`).
model_problems <- function(spec, task, imbalance, key, models) {
  info <- if (is_text(spec$method)) models[[spec$method]]
  if (is.null(info)) {
    named <- paste(spec$method, collapse = ", ")
    near <- did_you_mean(named, names(models))
    return(problem(key, sprintf("unknown caret method '%s'", named), near))
  }
  weighted <- identical(imbalance, "weights") && task == "classification"
  c(
    package_problems(info, spec, key),
    task_problems(info, spec, task, key),
    grid_problems(info, spec, key),
    params_problems(info, spec, key),
    if (weighted && is.na(weighting(spec, info))) {
      problem(
        key, sprintf("caret method '%s' takes no weights", spec$method),
        "Set imbalance: none, or take this model out"
      )
    }
  )
}

#' Stop with a user error if a method cannot do as many classes.
check_classes <- function(spec, info, count) {
  if (count > 2 && ("Two Class Only" %in% info$tags || spec$method %in% two_classes_only)) {
    text <- "caret method '%s' does two classes only; this outcome has %d"
    stop(user_condition(sprintf(text, spec$method, count)))
  }
}

is_text <- function(x) is.character(x) && length(x) == 1 && !is.na(x) && nzchar(x)

package_problems <- function(info, spec, key) {
  missing <- info$library[!is_installed(info$library)]
  if (length(missing)) {
    problem(key, sprintf(
      "caret method '%s' needs the R package%s %s", spec$method,
      if (length(missing) > 1) "s" else "", paste(missing, collapse = ", ")
    ), how_to_install(missing))
  }
}

is_installed <- function(packages) {
  vapply(as.character(packages), function(package) nzchar(system.file(package = package)), TRUE)
}

how_to_install <- function(packages) {
  sprintf(
    "Install with conda (%s) or, where Debian has it, apt-get install %s",
    paste0("r-", tolower(packages), collapse = " "),
    paste0("r-cran-", tolower(packages), collapse = " ")
  )
}

task_problems <- function(info, spec, task, key) {
  if (!tools::toTitleCase(task) %in% info$type) {
    problem(
      key,
      sprintf("caret method '%s' cannot do %s, only %s", spec$method, task, tolower(info$type[1])),
      "Take another method, or leave this model out of the data sets of this task"
    )
  }
}

grid_problems <- function(info, spec, key) {
  tunable <- as.character(info$parameters$parameter)
  c(
    unlist(lapply(setdiff(names(spec$grid), tunable), function(name) {
      problem(
        paste0(key, ".grid"), sprintf("'%s' is no tuning parameter of '%s'", name, spec$method),
        if (identical(tunable, "parameter")) {
          "It has none: leave grid out, and give fixed arguments in params"
        } else {
          sprintf("Its tuning parameters: %s", paste(tunable, collapse = ", "))
        }
      )
    })),
    if (!is.null(spec$size) && !isTRUE(spec$size >= 1)) {
      found <- sprintf("'%s' is no number of candidates", spec$size)
      problem(paste0(key, ".size"), found, "Write 1 or more")
    }
  )
}

params_problems <- function(info, spec, key) {
  tunable <- as.character(info$parameters$parameter)
  unlist(lapply(names(spec$params), function(name) {
    if (name %in% tunable) {
      problem(
        paste0(key, ".params"), sprintf("'%s' is a tuning parameter of '%s'", name, spec$method),
        sprintf(
          "Give it in grid, as a list: {%s: [%s]}", name,
          paste(spec$params[[name]], collapse = ", ")
        )
      )
    } else if (name %in% reserved_arguments) {
      problem(paste0(key, ".params"), sprintf("the workflow itself sets '%s'", name), "Take it out")
    }
  }))
}

#' "Did you mean 'x' or 'y'?" for the known words nearest to `word`, or how to find one.
did_you_mean <- function(word, known) {
  distance <- utils::adist(word, known, ignore.case = TRUE)[1, ]
  near <- known[order(distance)][sort(distance) <= max(1, nchar(word) %/% 3)]
  if (length(near)) {
    paste0("Did you mean ", paste0("'", utils::head(near, 2), "'", collapse = " or "), "?")
  } else {
    "See names(caret::getModelInfo()) for the known ones"
  }
}

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

#' The hyperparameter candidates of a split, simplest first as the method's own `sort` has it.
#'
#' From the specification's grid, whose missing tuning parameters get the method's first default;
#' or, where the specification has no grid, from the method's own grid of length 3. What the
#' smallest fit cannot do is lowered to what it can (`method_table`).
#'
#' @param spec list: method, params, grid, size (the most candidates; a larger grid is sampled).
#' @param info caret's definition of the method.
#' @param x,y the split's preprocessed training samples: numeric matrix, and factor or numbers.
#' @param rows,columns of the smallest fit that will be made.
#' @param seed a whole number for what is random here (sigest of kernlab, the sample).
#' @return data.frame with a row per candidate and a column per tuning parameter.
candidates <- function(spec, info, x, y, rows = nrow(x), columns = ncol(x), seed = 1) {
  start_generator(seed)
  parameters <- as.character(info$parameters$parameter)
  grid <- full_grid(spec$grid, info, x, y, parameters)
  limits <- method_table[[spec$method]]$limits
  for (name in intersect(names(limits), names(grid))) {
    grid[[name]] <- pmin(grid[[name]], limits[[name]](rows, columns, spec$params))
  }
  grid <- sorted_grid(unique(grid), info)
  size <- if (is.null(spec$size)) nrow(grid) else spec$size
  if (nrow(grid) > size) {
    grid <- grid[sort(sample.int(nrow(grid), size)), , drop = FALSE]
  }
  rownames(grid) <- NULL
  grid
}

full_grid <- function(given, info, x, y, parameters) {
  default <- NULL
  named <- Filter(Negate(is.null), given)
  if (is.null(given) || !all(parameters %in% names(named))) {
    default <- default_grid(info, x, y, parameters)
  }
  if (is.null(given)) {
    return(as.data.frame(default)[parameters])
  }
  first <- lapply(default[1, setdiff(parameters, names(named)), drop = FALSE], function(value) {
    if (is.factor(value)) as.character(value) else value
  })
  values <- c(lapply(named, unlist), first)[parameters]
  expand.grid(values, stringsAsFactors = FALSE, KEEP.OUT.ATTRS = FALSE)
}

# caret's own grid of length 3. Stops with a user error if it fails or is empty on these data.
default_grid <- function(info, x, y, parameters) {
  why <- "is empty on these data"
  grid <- tryCatch(info$grid(x = x, y = y, len = 3, search = "grid"), error = function(e) {
    why <<- sprintf("fails on these data (%s)", one_line(e))
    NULL
  })
  if (!NROW(grid)) {
    stop(user_condition(sprintf(
      "caret's own grid %s; give grid: {%s}", why,
      paste0(parameters, ": [...]", collapse = ", ")
    )))
  }
  grid
}

# As caret::train: by the columns of its loop, then by the method's sort, so that a tie between
# candidates falls the same way. The further column keeps a data frame of one parameter from
# becoming a vector inside `sort`.
sorted_grid <- function(grid, info) {
  if (nrow(grid) == 1) {
    return(grid)
  }
  loop <- tuning_loop(grid, info)$loop
  grid <- grid[do.call(order, unname(as.list(grid[names(loop)]))), , drop = FALSE]
  if (is.function(info$sort)) {
    grid <- info$sort(cbind(grid, .keep = 0))
    grid$.keep <- NULL
  }
  grid
}

#' What has to be fitted for a grid: `loop`, one row per fit, and `submodels`, which come with it.
tuning_loop <- function(grid, info) {
  found <- if (is.function(info$loop) && nrow(grid) > 1) info$loop(grid) else list(loop = grid)
  submodels <- lapply(seq_len(nrow(found$loop)), function(row) {
    part <- found$submodels[[row]]
    if (is.null(part) || nrow(part) == 0) NULL else part
  })
  list(loop = found$loop, submodels = submodels)
}

#' Arguments of a fit beyond caret's own: the method's, the configuration's, class weights.
#'
#' @param weights per class (named by level) or NULL.
fit_arguments <- function(spec, info, columns, classes, param, weights = NULL) {
  entry <- method_table[[spec$method]]
  args <- if (is.null(entry$args)) list() else entry$args(columns, classes, param)
  args[names(spec$params)] <- spec$params
  how <- weighting(spec, info)
  if (!is.null(weights) && how %in% c("class.weights", "classwt")) {
    args[[how]] <- weights
  }
  args
}

#' Weight of each class, n / (K * n_k), so that every class weighs the same.
#'
#' @param y factor without empty levels.
#' @return numeric vector named by level.
class_weights <- function(y) {
  count <- table(y)
  stats::setNames(as.numeric(length(y) / (length(count) * count)), names(count))
}

#' Fit one row of a tuning loop with caret's own definition, as caret::train does inside.
#'
#' @param x (n x p) numeric matrix with column names.
#' @param y factor without empty levels, or numbers.
#' @param param data.frame of one row.
#' @param weights "none" or "weights".
#' @return the method's fitted object.
fit_method <- function(spec, info, x, y, param, imbalance) {
  levels <- if (is.factor(y)) levels(y)
  weights <- if (is.factor(y) && imbalance == "weights") class_weights(y)
  case <- if (!is.null(weights) && weighting(spec, info) %in% "wts") unname(weights[as.integer(y)])
  args <- fit_arguments(spec, info, ncol(x), length(levels), param, weights)
  fit <- do.call(info$fit, c(list(
    x = x, y = y, wts = case, param = param, lev = levels, last = FALSE,
    classProbs = is.factor(y) && is.function(info$prob)
  ), args))
  if (!isS4(fit)) {
    fit$xNames <- colnames(x)
    fit$problemType <- if (is.factor(y)) "Classification" else "Regression"
    fit$tuneValue <- param
    fit$obsLevels <- levels
    fit$param <- args
  }
  fit
}

#' The final fit: a genuine caret::train object without resampling, and without the training data.
#'
#' @param seed the seed that caret sets before the fit.
#' @return object of class "train".
refit_method <- function(spec, info, x, y, param, imbalance, seed) {
  weights <- if (is.factor(y) && imbalance == "weights") class_weights(y)
  case <- if (!is.null(weights) && weighting(spec, info) %in% "wts") unname(weights[as.integer(y)])
  args <- fit_arguments(spec, info, ncol(x), if (is.factor(y)) nlevels(y) else 0, param, weights)
  control <- caret::trainControl(
    method = "none", classProbs = is.factor(y) && is.function(info$prob), seeds = list(seed),
    allowParallel = FALSE, returnData = FALSE
  )
  # Through a function, so that the object's call holds names, not a copy of the data.
  fit <- function(...) {
    caret::train(
      x = x, y = y, method = spec$method, weights = case, trControl = control, tuneGrid = param, ...
    )
  }
  train <- do.call(fit, args)
  if (is.list(train$finalModel) && is.call(train$finalModel$call)) {
    train$finalModel$call <- without_data(train$finalModel$call, nrow(x))
  }
  train
}

# A call of do.call holds the data themselves: leave out what has a value or row per sample.
without_data <- function(call, rows) {
  data <- vapply(as.list(call), function(part) {
    !is.language(part) && !is.function(part) && NROW(part) == rows
  }, TRUE)
  call[!data]
}

#' Predictions of a fit for one candidate or, with `submodels`, for a list of them.
#'
#' @param levels levels of the outcome that the fit knows, NULL in a regression.
#' @param classes all levels of the outcome.
#' @return list (one element per candidate: the fit's own, then its submodels) of lists with
#'   `predicted` (class numbers in `classes`, or numbers) and `prob` (n x K, or NULL).
predict_method <- function(info, fit, x, levels, classes, submodels = NULL) {
  has_prob <- !is.null(levels) && is.function(info$prob)
  raw <- if (has_prob) info$prob(fit, x, submodels) else info$predict(fit, x, submodels)
  if (is.null(submodels)) {
    raw <- list(raw)
  }
  lapply(raw, function(one) {
    if (is.null(levels)) {
      list(predicted = as.numeric(unlist(one, use.names = FALSE)), prob = NULL)
    } else if (has_prob) {
      from_prob(one, levels, classes)
    } else {
      list(predicted = match(as.character(unlist(one, use.names = FALSE)), classes), prob = NULL)
    }
  })
}

#' Label = argmax of the probabilities, the first on ties; a class that the fit never saw gets 0.
from_prob <- function(raw, levels, classes) {
  raw <- as.matrix(raw)
  if (!all(levels %in% colnames(raw)) && ncol(raw) == length(levels)) {
    colnames(raw) <- levels
  }
  prob <- matrix(0, nrow(raw), length(classes), dimnames = list(NULL, classes))
  prob[, levels] <- as.numeric(raw[, levels])
  if (!all(is.finite(prob))) {
    stop("the probabilities hold values that are not finite")
  }
  list(predicted = max.col(prob, ties.method = "first"), prob = unname(prob))
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
  found <- info$varImp(fit$finalModel)
  at <- match(rownames(found), columns)
  if (anyNA(at)) {
    stop(sprintf("it names '%s', which is no column", rownames(found)[is.na(at)][1]))
  }
  # A column that the method leaves out is one that it does not use.
  value <- numeric(length(columns))
  value[at] <- rowMeans(abs(as.matrix(found)))
  if (length(at) && !any(is.finite(value[at]))) {
    return(NULL)
  }
  value[!is.finite(value)] <- NA
  kind <- method_table[[spec$method]]$importance
  list(value = value, kind = if (is.null(kind)) "method's own" else kind)
}

#' Attach packages. Formulas (gam's `s`), contrasts (earth's) and importances of many methods look
#' for their package on the search path.
attach_packages <- function(packages) {
  for (package in packages) {
    suppressPackageStartupMessages(library(package, character.only = TRUE))
  }
}

#' Names for caret of the columns (numbered from 0) of data.h5ad. Not the features' own: a name such
#' as HLA-A or 1007_s_at is no name in the formula that some methods write.
safe_names <- function(columns) {
  sprintf("f%.0f", columns + 1)
}

#' Versions of R, of caret and of further packages, a named list of text.
package_versions <- function(packages = character()) {
  packages <- sort(unique(c("caret", packages)), method = "radix")
  versions <- lapply(packages, function(package) as.character(utils::packageVersion(package)))
  c(list(R = as.character(getRversion())), stats::setNames(versions, packages))
}
