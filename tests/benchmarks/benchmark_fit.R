# The part of benchmark_fit.py that is in R: the product's loop against plain caret::train().
#
#   Rscript benchmark_fit.R jobs.json measured.csv
#
# jobs.json: a list of part, dataset, folder (with the files of a training job), model, spec (JSON
# text), rounds, task, tuning_metric, imbalance, seed and batch (index and count).
# measured.csv: CPU seconds of both sides per round and split, the largest difference between their
# probabilities, and whether they chose the same candidate.

file <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))
source(file.path(dirname(file), "..", "..", "workflow", "R", "use.R"))
use("processes", "results")
suppressPackageStartupMessages(library(caret))
data.table::setDTthreads(1)

# User and system time of this process and of its finished children.
spent <- function(expr) {
  before <- proc.time()
  force(expr)
  sum((proc.time() - before)[-3])
}

brier_summary <- function(data, lev = NULL, model = NULL) {
  prob <- as.matrix(data[, lev])
  c(brier = tuning_value("brier", as.integer(data$obs), NULL, prob))
}

# The batch as it would be without selection inside the folds: every fit is fit 0.
with_one_fit <- function(batch) {
  table <- batch$fits$table
  first <- table[table$fit == 0, ]
  at <- match(table$split, first$split)
  batch$fits$table[c("from", "to")] <- first[at, c("from", "to")]
  batch
}

# What plain caret::train() is given: for each fit the matrix of all training rows, also of those
# that the fit holds out, and the test rows.
prepare <- function(batch, split) {
  rows <- split_rows(batch, split)
  matrices <- lapply(0:max(rows$inner), function(fit) {
    fit_matrix(batch, one_fit(batch$fits, split, fit), rows$train)
  })
  list(
    x = matrices[[1]], by_fold = matrices[-1], y = caret_outcome(batch, rows$train),
    test = fit_matrix(batch, one_fit(batch$fits, split, 0), rows$test), inner = rows$inner
  )
}

# One call of caret::train() that holds out each of some inner folds.
train_on_folds <- function(x, data, folds, grid, settings, split, arguments) {
  seeds <- lapply(folds, function(fold) rep(split_seed(settings, split, fold), nrow(grid)))
  control <- trainControl(
    method = "cv", index = lapply(folds, function(fold) which(data$inner != fold)),
    indexOut = lapply(folds, function(fold) which(data$inner == fold)),
    seeds = c(seeds, split_seed(settings, split, 0)), classProbs = TRUE,
    summaryFunction = brier_summary, allowParallel = FALSE
  )
  do.call(caret::train, c(list(
    x = x, y = data$y, method = settings$spec$method, metric = "brier", maximize = FALSE,
    trControl = control, tuneGrid = grid
  ), arguments))
}

plain_grid <- function(data, settings, info, split) {
  seed <- split_seed(settings, split, "candidates")
  candidates(settings$spec, info, data$x, data$y, seed = seed)
}

# Without selection: caret does it all in one call.
plain_same <- function(data, settings, info, split, arguments) {
  grid <- plain_grid(data, settings, info, split)
  folds <- seq_along(data$by_fold)
  train <- train_on_folds(data$x, data, folds, grid, settings, split, arguments)
  list(chosen = train$bestTune, prob = predict(train, data$test, type = "prob"))
}

# With selection: a call per inner fold on that fold's columns, then the final one.
plain_selection <- function(data, settings, info, split, arguments) {
  grid <- plain_grid(data, settings, info, split)
  key <- function(table) do.call(paste, unname(as.list(table[names(grid)])))
  losses <- vapply(seq_along(data$by_fold), function(fold) {
    x <- data$by_fold[[fold]]
    found <- train_on_folds(x, data, fold, grid, settings, split, arguments)$results
    found$brier[match(key(grid), key(found))]
  }, numeric(nrow(grid)))
  chosen <- grid[which.min(rowMeans(signif(losses, 12))), , drop = FALSE]
  control <- trainControl(
    method = "none", classProbs = TRUE, seeds = list(split_seed(settings, split, 0))
  )
  train <- do.call(caret::train, c(list(
    x = data$x, y = data$y, method = settings$spec$method, trControl = control, tuneGrid = chosen
  ), arguments))
  list(chosen = chosen, prob = predict(train, data$test, type = "prob"))
}

# Compare a result of train_split with the plain side's answer.
compare <- function(result, plain, batch) {
  if (!is.null(result$failures)) {
    stop("the product failed: ", paste(result$failures$message, collapse = "; "))
  }
  means <- tapply(as.numeric(result$tuning$value), result$tuning$candidate, mean)
  candidate <- as.integer(names(means))[best_candidate("brier", as.vector(means))]
  parameters <- result$tuning$parameters[match(candidate, result$tuning$candidate)]
  prob <- vapply(prob_columns(batch$classes), function(name) {
    as.numeric(result$predictions[[name]])
  }, numeric(nrow(result$predictions)))
  theirs <- as.matrix(plain$prob[class_codes(batch)])
  data.frame(
    difference = max(abs(prob - theirs)),
    same_choice = identical(parameters, parameters_json(plain$chosen))
  )
}

run_job <- function(job, batch, models) {
  settings <- job_settings(
    job$dataset, job$model, read_spec(job$spec), job$task, job$tuning_metric, job$imbalance,
    job$seed
  )
  info <- models[[settings$spec$method]]
  invisible(lapply(info$library, loadNamespace))
  same <- job$part == "r_same"
  if (same) {
    batch <- with_one_fit(batch)
  }
  plain <- if (same) plain_same else plain_selection
  product <- function(split) suppressMessages(train_split(batch, settings, info, split))
  splits <- names(batch$splits)
  rows <- lapply(c(splits[1], splits), function(split) {
    data <- prepare(batch, split)
    arguments <- fit_arguments(settings$spec, info, ncol(data$x), length(batch$classes), list())
    # Plain use asks for none; predictions do not depend on it.
    arguments$importance <- NULL
    do.call(rbind, lapply(seq_len(job$rounds), function(round) {
      mine <- spent(found <- product(split))
      theirs <- spent(answer <- suppressWarnings(plain(data, settings, info, split, arguments)))
      data.frame(
        part = job$part, dataset = job$dataset, model = job$model, split = split,
        rounds = job$rounds, product = mine, plain = theirs, compare(found, answer, batch)
      )
    }))
  })
  message(sprintf("r/%s on %s%s", job$model, job$dataset, if (same) ", without selection" else ""))
  # The first was the warm-up.
  do.call(rbind, rows[-1])
}

main <- function(told, measured) {
  jobs <- jsonlite::fromJSON(told, simplifyDataFrame = FALSE)
  batches <- list()
  models <- caret_models()
  rows <- lapply(jobs, function(job) {
    if (is.null(batches[[job$dataset]])) {
      paths <- file.path(
        job$folder, c("data.h5ad", "samples.tsv", "splits.csv", "preprocessing.h5")
      )
      batches[[job$dataset]] <<- load_batch(
        paths[1], paths[2], paths[3], paths[4], job$task, job$batch[1], job$batch[2], FALSE
      )
    }
    run_job(job, batches[[job$dataset]], models)
  })
  utils::write.csv(do.call(rbind, rows), measured, row.names = FALSE)
}

arguments <- commandArgs(TRUE)
main(arguments[1], arguments[2])
