# Train one model of one data set on a batch of splits (twin: training.py).
# Per split: tune on the inner folds, refit on all training rows, predict the test samples.

use("logs", "seeds", "matrix", "preprocessing", "losses", "models", "saving")

final_split <- "final"

# A batch of more numbers than these (32 MB) is large. R lets its memory grow to a multiple of what
# it holds, so such a batch stays in a file: a fit's matrix is read from there, garbage is collected
# before each fit, and each split has a process of its own.
held_numbers <- 2^22

csv_columns <- list(
  predictions = c("language", "model", "split", "cohort", "sample", "truth", "predicted"),
  tuning = c(
    "dataset", "language", "model", "split", "candidate", "parameters", "inner_fold", "metric",
    "value", "seconds"
  ),
  importance = c(
    "dataset", "language", "model", "split", "feature", "selected", "importance", "kind"
  ),
  timing = c(
    "dataset", "language", "model", "split", "stage", "wall_seconds", "cpu_seconds", "peak_mb"
  ),
  failures = c("dataset", "language", "model", "split", "stage", "message", "log")
)

tuned_columns <- c(csv_columns$tuning[-(1:4)], "error")

#' What a training job is told.
#'
#' @param dataset,model names.
#' @param spec list: name, method, params (named list), grid (named list of values, empty for one
#'   candidate with the method's first defaults, NULL for the method's own grid), size.
#' @param task "classification" or "regression".
#' @param tuning_metric see `tuning_value`.
#' @param imbalance "none" or "weights".
#' @param seed whole number.
#' @param part index and count of the share of candidates that a tuning job evaluates; NULL for a
#'   job that trains.
#' @return list of these, with `language`.
job_settings <- function(dataset, model, spec, task, tuning_metric, imbalance = "none", seed = 1,
                         part = NULL) {
  list(
    part = part, dataset = utf8(dataset), model = utf8(model), spec = spec, task = task,
    tuning_metric = tuning_metric, imbalance = imbalance, seed = seed, language = "r"
  )
}

#' A CSV or TSV file with every column as text; empty cells stay empty text.
read_text_table <- function(path, sep) {
  utils::read.table(
    path,
    header = TRUE, sep = sep, quote = "\"", comment.char = "", colClasses = "character",
    na.strings = character(), check.names = FALSE, encoding = "UTF-8", fill = FALSE
  )
}

#' Names of the splits of a batch: a contiguous share of the file's order, `final` with the last.
#'
#' @param names all names of splits, in the order of splits.csv.
#' @param index,count 1-based number of the batch, and how many there are.
batch_splits <- function(names, index, count) {
  ordinary <- setdiff(names, final_split)
  n <- length(ordinary)
  from <- ((index - 1) * n) %/% count
  to <- (index * n) %/% count
  c(
    ordinary[seq_len(to - from) + from],
    if (index == count && final_split %in% names) final_split
  )
}

#' The data of a batch, read once: only the columns that its fits keep.
#'
#' @param data,samples,splits,preprocessing paths of data.h5ad, samples.tsv, splits.csv and
#'   preprocessing.h5.
#' @param task "classification" or "regression".
#' @param batch_index,batch_count see `batch_splits`.
#' @param chosen names of the splits; those of the batch by default.
#' @return list: sheet, outcome (class numbers or numbers), classes (in code point order), splits
#'   (named list of rows of splits.csv), fits, splits_sha256, columns (numbers of the columns
#'   in data.h5ad, from 0), features (their names), safe (their names for caret), and values
#'   (samples of the sheet x columns) or, of a large batch, file (a copy of them). Stops with a user
#'   error if preprocessing.h5 belongs to other splits.
load_batch <- function(data, samples, splits, preprocessing, task, batch_index, batch_count,
                       chosen = batch_splits(unique(table$split), batch_index, batch_count)) {
  sheet <- read_text_table(samples, "\t")
  table <- read_text_table(splits, ",")
  fits <- read_fits(preprocessing, chosen)
  splits_sha256 <- sha256_file(splits)
  if (!identical(as.character(fits$attributes$splits_sha256), splits_sha256)) {
    user_error(
      preprocessing, sprintf("it was made from other splits than %s", splits),
      "Delete it and run the workflow again"
    )
  }
  classes <- if (task == "classification") sort(unique(sheet$outcome), method = "radix")
  columns <- sort(unique(fits$index))
  batch <- list(
    sheet = sheet, classes = classes, fits = fits,
    outcome = if (is.null(classes)) as.numeric(sheet$outcome) else match(sheet$outcome, classes),
    splits = split(table, factor(table$split, levels = unique(table$split)))[chosen],
    splits_sha256 = splits_sha256, columns = columns,
    features = axis_names(data, "var")[columns + 1], safe = safe_names(columns)
  )
  if (length(columns) * nrow(sheet) > held_numbers) {
    batch$file <- tempfile("values")
    copy_columns(data, sheet$sample, columns, batch$file)
  } else {
    batch$values <- unname(read_columns(data, sheet$sample, columns))
  }
  batch
}

is_large <- function(batch) !is.null(batch$file)

# With caret loaded it costs a quarter of a second, too much for the fits of a small batch.
collect_garbage <- function(batch) {
  if (is_large(batch)) {
    gc()
  }
}

#' Row numbers of a split: train, test, and the inner fold (1..k) of each training row.
split_rows <- function(batch, split) {
  part <- batch$splits[[split]]
  at <- match(part$sample, batch$sheet$sample)
  train <- part$role == "train"
  list(train = at[train], test = at[!train], inner = as.integer(part$inner_fold[train]))
}

#' A fit's matrix for some rows, filled and scaled, with column names that caret can take.
fit_matrix <- function(batch, fit, rows) {
  at <- match(fit$index, batch$columns)
  values <- if (is_large(batch)) {
    copied_columns(batch$file, nrow(batch$sheet), rows, at)
  } else {
    batch$values[rows, at, drop = FALSE]
  }
  x <- apply_fit(values, fit)
  colnames(x) <- batch$safe[at]
  x
}

# Codes that stand for the classes inside caret, which wants syntactic names.
class_codes <- function(batch) {
  if (length(batch$classes)) paste0("c", seq_along(batch$classes))
}

# The outcome of some rows as caret wants it. Classes that these rows lack are dropped: most
# methods refuse an empty level.
caret_outcome <- function(batch, rows) {
  codes <- class_codes(batch)
  if (is.null(codes)) {
    return(batch$outcome[rows])
  }
  droplevels(factor(codes[batch$outcome[rows]], levels = codes))
}

#' Train all splits of a batch in a forked process, so that one that is killed costs one split.
#'
#' The process writes each split's result as it goes. If it is killed, the split that it was at is
#' lost, and another process goes on behind it. Only a large batch has one process per split: each
#' costs 0.2 s, as R's garbage collector touches, and so copies, the whole heap that caret brings.
#'
#' @param batch what `load_batch` returned.
#' @param settings what `job_settings` returned.
#' @param info caret's definition of the method.
#' @param model folder for the model of split `final` (model.rds), or NULL. It stays empty if the
#'   split failed: failures.csv says why.
#' @return named list of results, see `train_split`.
train_batch <- function(batch, settings, info, model = NULL) {
  splits <- names(batch$splits)
  results <- list()
  if (!is.null(model)) {
    dir.create(model, showWarnings = FALSE, recursive = TRUE)
  }
  while (length(results) < length(splits)) {
    pending <- setdiff(splits, names(results))
    if (is_large(batch)) {
      pending <- pending[1]
    }
    folder <- tempfile("results")
    dir.create(folder)
    stopped <- run_in_child(train_splits(batch, settings, info, pending, folder, model))
    paths <- file.path(folder, paste0(pending, ".rds"))
    done <- file.exists(paths)
    results[pending[done]] <- lapply(paths[done], readRDS)
    unlink(folder, recursive = TRUE)
    if (!all(done)) {
      lost <- pending[!done][1]
      message(sprintf("%s: %s", lost, stopped))
      results[[lost]] <- lost_split(settings, stopped)
    }
  }
  results[splits]
}

# The result of a split whose process was killed; of a tuning job it is a row with candidate 0.
lost_split <- function(settings, message) {
  if (is.null(settings$part)) {
    return(list(failures = data.frame(stage = "fit", message = message)))
  }
  list(tuning = data.frame(
    candidate = 0, parameters = "", inner_fold = 0, metric = settings$tuning_metric, value = "",
    seconds = "", error = message
  ))
}

#' Evaluate an expression in a forked process.
#'
#' @return text that says why it did not come to its end, for the case that it did not.
run_in_child <- function(expr) {
  flush_files()
  killed <- "the process that trained this split was killed (often: out of memory)"
  tryCatch(
    {
      child <- parallel::mcparallel(
        {
          force(expr)
          flush_files()
          TRUE
        },
        mc.set.seed = FALSE
      )
      # mccollect warns of a child that delivered nothing; the caller says it better.
      value <- suppressWarnings(parallel::mccollect(child)[[1]])
      if (inherits(value, "try-error")) one_line(value) else killed
    },
    error = one_line
  )
}

# Train splits one after the other; each result goes to a file of its own.
train_splits <- function(batch, settings, info, splits, folder, model) {
  # Here, in the forked process, since packages of several methods may mask one another.
  attach_packages(info$library)
  for (split in splits) {
    began <- proc.time()[["elapsed"]]
    reset_peak()
    path <- if (identical(split, final_split)) model
    result <- train_split(batch, settings, info, split, path)
    save_rds(result, file.path(folder, paste0(split, ".rds")))
    messages <- c(result$failures$message, if (is.null(result$failures)) "done")
    spent <- proc.time()[["elapsed"]] - began
    message(sprintf("%s: %s (%.1f s)", split, paste(messages, collapse = "; "), spent))
  }
}

#' Tune, refit and predict one split. An error becomes a failure, with its stage.
#'
#' @inheritParams train_batch
#' @param split name of the split.
#' @return list of data.frames without the leading names, NULL where there is nothing: predictions,
#'   tuning, importance, timing, failures.
train_split <- function(batch, settings, info, split, model = NULL) {
  result <- new.env()
  result$at <- "tune"
  outcome <- tryCatch(
    withCallingHandlers(
      run_stages(result, batch, settings, info, split, model),
      error = log_calls,
      warning = warn_once(split)
    ),
    error = identity
  )
  if (inherits(outcome, "error")) {
    result$predictions <- NULL
    result$importance <- NULL
    add_failure(result, result$at, one_line(outcome))
  }
  names <- c("predictions", "tuning", "importance", "timing", "failures")
  stats::setNames(lapply(names, function(name) result[[name]]), names)
}

run_stages <- function(result, batch, settings, info, split, model) {
  rows <- split_rows(batch, split)
  fit <- one_fit(batch$fits, split, 0)
  y <- train <- chosen <- NULL
  # The matrix of the training rows is made where it is used: kept, it would lie beside those of the
  # inner folds.
  timed(result, "tune", {
    check_classes(settings$spec, info, length(batch$classes))
    y <- caret_outcome(batch, rows$train)
    x <- fit_matrix(batch, fit, rows$train)
    grid <- split_candidates(batch, settings, info, split, rows, x, y)
    rm(x)
    if (is.null(batch$tuned)) {
      evaluated <- evaluate_candidates(batch, settings, info, split, rows, grid)
    } else {
      evaluated <- batch$tuned[batch$tuned$split == split, tuned_columns]
    }
    if (is.null(settings$part)) {
      chosen <- choose_candidate(result, settings, grid, evaluated)
    } else {
      result$tuning <- evaluated
    }
  })
  if (!is.null(settings$part)) {
    return(invisible())
  }
  timed(result, "fit", {
    collect_garbage(batch)
    x <- fit_matrix(batch, fit, rows$train)
    train <- refit_split(settings, info, split, x, y, chosen)
    rm(x)
  })
  timed(result, "predict", {
    if (length(rows$test)) {
      x_test <- fit_matrix(batch, fit, rows$test)
      result$predictions <- predict_test(batch, info, train, x_test, rows$test, levels(y))
    }
  })
  result$importance <- importance_rows(settings$spec, info, train, batch, fit, split)
  if (!is.null(model)) {
    save_rds(saved_model(batch, settings, info, train, fit), file.path(model, "model.rds"))
  }
}

#' The model of a split: the chosen candidate, fitted on all training rows.
#'
#' @param x,y the preprocessed training samples.
#' @param chosen data.frame of one row.
refit_split <- function(settings, info, split, x, y, chosen) {
  seed <- split_seed(settings, split, 0)
  # The kinds of the generator; caret itself sets the seed.
  start_generator(seed)
  refit_method(settings$spec, info, x, y, chosen, settings$imbalance, seed)
}

split_seed <- function(settings, split, fit) {
  fit_seed(settings$seed, settings$dataset, settings$language, settings$model, split, fit)
}

# Each distinct warning once per split: a method repeats the same one in every fit.
warn_once <- function(split) {
  seen <- character()
  function(w) {
    text <- one_line(w)
    if (!text %in% seen) {
      seen <<- c(seen, text)
      message(sprintf("%s: warning (shown once): %s", split, text))
    }
    invokeRestart("muffleWarning")
  }
}

add_rows <- function(result, name, rows) {
  result[[name]] <- rbind(result[[name]], rows)
}

add_failure <- function(result, stage, message) {
  add_rows(result, "failures", data.frame(stage = stage, message = message))
}

# Run a stage and keep its wall and CPU seconds (children included) and the peak memory so far.
timed <- function(result, stage, expr) {
  result$at <- stage
  before <- proc.time()
  on.exit(add_rows(result, "timing", timing_row(stage, proc.time() - before)))
  force(expr)
  invisible()
}

#' A row of timing.csv from a difference of `proc.time()`.
timing_row <- function(stage, spent) {
  data.frame(
    stage = stage, wall_seconds = spent[["elapsed"]], cpu_seconds = sum(spent[-3], na.rm = TRUE),
    peak_mb = peak_mb()
  )
}

#' Peak resident memory of this process in MiB; where there is no /proc, the most that R's own heap
#' has held.
peak_mb <- function() {
  status <- tryCatch(
    suppressWarnings(readLines("/proc/self/status")),
    error = function(e) character()
  )
  line <- grep("^VmHWM:", status, value = TRUE)
  if (length(line) == 1) {
    as.numeric(gsub("[^0-9]", "", line)) / 1024
  } else {
    used <- gc()
    sum(used[, ncol(used)])
  }
}

# Let Linux count the peak memory anew, so that it is the split's own. Elsewhere, and where /proc is
# read-only, the peak is that of all splits so far.
reset_peak <- function() {
  try(suppressWarnings(cat("5", file = "/proc/self/clear_refs")), silent = TRUE)
}

#' The hyperparameter candidates of a split, a data.frame.
#'
#' @param x,y the preprocessed training samples of fit 0.
split_candidates <- function(batch, settings, info, split, rows, x, y) {
  folds <- unique(rows$inner)
  columns <- vapply(folds, function(fold) length(one_fit(batch$fits, split, fold)$index), 1L)
  # Copies of a drawn sample add no neighbour and no direction.
  distinct <- vapply(folds, function(fold) length(unique(rows$train[rows$inner != fold])), 1L)
  candidates(
    settings$spec, info, x, y,
    rows = min(distinct), columns = min(ncol(x), columns),
    seed = split_seed(settings, split, "candidates")
  )
}

#' Fit and score the candidates of a split on each of its inner folds.
#'
#' @param grid data.frame of candidates. With `settings$part`, only every so manieth fit is made,
#'   each with all candidates that it serves.
#' @return data.frame: candidate, parameters, inner_fold, metric, value (text of 12 digits),
#'   seconds, error (message, or empty). NULL where there is nothing to choose.
evaluate_candidates <- function(batch, settings, info, split, rows, grid) {
  if (nrow(grid) == 1) {
    return(NULL)
  }
  loop <- tuning_loop(grid, info)
  part <- if (is.null(settings$part)) c(1, 1) else settings$part
  fits <- Filter(function(row) (row - part[1]) %% part[2] == 0, seq_len(nrow(loop$loop)))
  numbers <- seq_len(nrow(grid))
  parameters <- vapply(numbers, function(row) parameters_json(grid[row, , drop = FALSE]), "")
  failed <- FALSE
  by_fold <- lapply(sort(unique(rows$inner)), function(fold) {
    collect_garbage(batch)
    fit <- one_fit(batch$fits, split, fold)
    inside <- rows$inner != fold
    data <- list(
      x = fit_matrix(batch, fit, rows$train[inside]),
      y = caret_outcome(batch, rows$train[inside]),
      x_out = fit_matrix(batch, fit, rows$train[!inside]),
      truth = batch$outcome[rows$train[!inside]]
    )
    seed <- split_seed(settings, split, fold)
    do.call(rbind, lapply(fits, function(row) {
      param <- loop$loop[row, , drop = FALSE]
      at <- submodel_rows(grid, param, loop$submodels[[row]])
      before <- proc.time()[["elapsed"]]
      error <- ""
      found <- tryCatch(
        withCallingHandlers(
          score_fold(settings, info, data, param, loop$submodels[[row]], class_codes(batch), seed),
          # The calls of the split's first error: the others mostly repeat it.
          error = function(e) if (!failed) log_calls(e)
        ),
        error = function(e) {
          failed <<- TRUE
          error <<- one_line(e)
          NA_real_
        }
      )
      data.frame(
        candidate = at, parameters = parameters[at], inner_fold = fold,
        metric = settings$tuning_metric, value = number(found),
        # One fit serves all its submodels: each gets an equal share of the time.
        seconds = sprintf("%.4f", (proc.time()[["elapsed"]] - before) / length(at)), error = error
      )
    }))
  })
  do.call(rbind, by_fold)
}

#' The candidate with the best mean tuning metric over the inner folds.
#'
#' The folds are inside the training samples, since the error of a tuned model is biased otherwise
#' (Varma & Simon 2006, doi:10.1186/1471-2105-7-91). Adds the rows of tuning.csv, and a failure for
#' each candidate that failed on a fold. Means are of the 12 digits that are written, so that the
#' choice is the same whether the rows come from this job or from others.
#'
#' @param evaluated rows of `evaluate_candidates`.
#' @return data.frame of one row. Stops with a user error if no candidate is left.
choose_candidate <- function(result, settings, grid, evaluated) {
  if (nrow(grid) == 1) {
    return(grid)
  }
  lost <- evaluated$error[evaluated$candidate == 0]
  if (length(lost)) {
    stop(user_condition(lost[1]))
  }
  evaluated <- evaluated[order(evaluated$inner_fold, evaluated$candidate), ]
  rownames(evaluated) <- NULL
  add_rows(result, "tuning", evaluated[names(evaluated) != "error"])
  first <- function(row) {
    of_row <- evaluated$error[evaluated$candidate == row]
    c(of_row[nzchar(of_row)], "")[1]
  }
  errors <- vapply(seq_len(nrow(grid)), first, "")
  failed <- nzchar(errors)
  left_out <- if (all(failed)) "no candidate is left" else "left out"
  parameters <- evaluated$parameters[match(seq_along(errors), evaluated$candidate)]
  messages <- sprintf("candidate %d %s, %s: %s", seq_along(errors), parameters, left_out, errors)
  if (all(failed)) {
    stop(user_condition(messages[1]))
  }
  for (message in messages[failed]) {
    add_failure(result, "tune", message)
  }
  values <- tapply(as.numeric(evaluated$value), evaluated$candidate, mean)
  grid[best_candidate(settings$tuning_metric, as.vector(values)), , drop = FALSE]
}

# Values of the tuning metric of one fit and its submodels on the fold that it did not see.
score_fold <- function(settings, info, data, param, submodels, classes, seed) {
  start_generator(seed)
  fit <- fit_method(settings$spec, info, data$x, data$y, param, settings$imbalance)
  found <- predict_method(info, fit, data$x_out, levels(data$y), classes, submodels)
  vapply(found, function(one) {
    if (length(one$predicted) != length(data$truth)) {
      stop(sprintf("%d predictions for %d samples", length(one$predicted), length(data$truth)))
    }
    if (length(classes) && is.null(one$prob)) {
      one$prob <- one_hot(one$predicted, length(classes))
    }
    value <- tuning_value(settings$tuning_metric, data$truth, one$predicted, one$prob)
    if (!is.finite(value)) {
      stop("the predictions hold values that are not finite")
    }
    value
  }, numeric(1))
}

# Rows of the grid that a row of the loop and its submodels stand for, in the order in which the
# method returns their predictions.
submodel_rows <- function(grid, param, submodels) {
  all <- param[rep(1, 1 + NROW(submodels)), , drop = FALSE]
  for (name in names(submodels)) {
    all[[name]][-1] <- submodels[[name]]
  }
  key <- function(table) {
    columns <- lapply(table[names(grid)], function(column) {
      if (is.numeric(column)) sprintf("%.17g", column) else as.character(column)
    })
    do.call(paste, c(unname(columns), sep = "\r"))
  }
  match(key(all), key(grid))
}

#' A candidate as compact JSON, keys sorted.
parameters_json <- function(candidate) {
  values <- lapply(as.list(candidate), function(value) {
    if (is.factor(value)) as.character(value) else value
  })
  names <- sort(names(values), method = "radix")
  as.character(jsonlite::toJSON(values[names], auto_unbox = TRUE, digits = I(12)))
}

# Rows of predictions.csv; the label is the class with the highest probability. `x`: the samples in
# the rows `test`, preprocessed.
predict_test <- function(batch, info, train, x, test, levels) {
  classes <- class_codes(batch)
  sheet <- batch$sheet[test, ]
  rows <- data.frame(cohort = sheet$cohort, sample = sheet$sample, truth = sheet$outcome)
  if (is.null(classes)) {
    predicted <- as.numeric(stats::predict(train, x))
    if (length(predicted) != length(test) || !all(is.finite(predicted))) {
      stop("the predictions hold values that are not finite")
    }
    rows$predicted <- number(predicted)
    return(rows)
  }
  if (is.function(info$prob)) {
    found <- from_prob(stats::predict(train, x, type = "prob"), levels, classes)
  } else {
    found <- list(predicted = match(as.character(stats::predict(train, x)), classes))
  }
  if (length(found$predicted) != length(test) || anyNA(found$predicted)) {
    stop("a sample got no predicted class")
  }
  rows$predicted <- batch$classes[found$predicted]
  for (k in seq_along(classes)) {
    prob <- if (is.null(found$prob)) NA_character_ else number(found$prob[, k])
    rows[[prob_columns(batch)[k]]] <- prob
  }
  rows
}

prob_columns <- function(batch) {
  if (length(batch$classes)) paste0("prob_", batch$classes)
}

#' Numbers with 12 significant digits, as text; NA is empty in the file.
number <- function(x) {
  ifelse(is.na(x), NA_character_, sprintf("%.12g", x))
}

# Rows of importance.csv for the columns of the refit. A failure here costs only the numbers.
importance_rows <- function(spec, info, train, batch, fit, split) {
  at <- match(fit$index, batch$columns)
  found <- tryCatch(own_importance(spec, info, train, batch$safe[at]), error = function(e) {
    message(sprintf("%s: no importance: %s", split, one_line(e)))
    NULL
  })
  data.frame(
    feature = batch$features[at], selected = rep("true", length(at)),
    importance = if (is.null(found)) NA_character_ else number(found$value),
    kind = if (is.null(found)) NA_character_ else found$kind
  )
}

#' Write the tables of a batch.
#'
#' @param output named list or vector of paths: predictions, tuning, importance, timing, failures.
#' @param results what `train_batch` returned.
#' @param timing rows of timing.csv of the whole job (startup, load).
#' @param log path of the log, as it stands in failures.csv.
#' @param key the job's key.
write_results <- function(output, batch, settings, results, timing, log, key) {
  numbers <- function(rows, columns, format) {
    rows[columns] <- lapply(rows[columns], function(x) ifelse(is.na(x), NA, sprintf(format, x)))
    rows
  }
  lead <- settings[c("dataset", "language", "model")]
  gather <- function(name) {
    parts <- lapply(names(results), function(split) {
      rows <- results[[split]][[name]]
      if (NROW(rows)) cbind(as.data.frame(c(lead, split = split)), rows)
    })
    if (name == "timing") {
      parts <- c(list(cbind(as.data.frame(c(lead, split = "")), timing)), parts)
    }
    do.call(rbind, parts)
  }
  tables <- lapply(stats::setNames(names(csv_columns), names(csv_columns)), gather)
  if (!is.null(tables$predictions)) {
    tables$predictions <- cbind(tables$predictions, splits_sha256 = batch$splits_sha256, key = key)
  }
  if (!is.null(tables$failures)) {
    tables$failures$log <- log
  }
  tables$timing <- numbers(tables$timing, c("wall_seconds", "cpu_seconds"), "%.4f")
  tables$timing <- numbers(tables$timing, "peak_mb", "%.1f")
  columns <- csv_columns
  columns$predictions <- c(columns$predictions, prob_columns(batch), "splits_sha256", "key")
  if (!is.null(settings$part)) {
    columns <- list(tuning = c(csv_columns$tuning, "error"), timing = csv_columns$timing)
  }
  for (name in names(columns)) {
    write_table(tables[[name]], columns[[name]], output[[name]])
  }
}

#' Rows of `evaluate_candidates` of all splits of a batch, from the files of its tuning jobs.
#'
#' @param paths files, none where the training job tunes by itself.
#' @return data.frame with the column `split`, or NULL.
read_tuned <- function(paths) {
  if (!length(paths)) {
    return(NULL)
  }
  rows <- do.call(rbind, lapply(paths, read_text_table, sep = ","))
  rows$candidate <- as.integer(rows$candidate)
  rows$inner_fold <- as.integer(rows$inner_fold)
  rows
}

#' Write a table of text: UTF-8, header always, quoted where needed, NA and "" empty.
write_table <- function(table, columns, path) {
  if (is.null(table)) {
    table <- as.data.frame(stats::setNames(rep(list(character()), length(columns)), columns))
    names(table) <- columns
  }
  quoted <- function(text) {
    text <- enc2utf8(as.character(text))
    text[is.na(text)] <- ""
    needs <- grepl("[\",\r\n]", text)
    text[needs] <- paste0("\"", gsub("\"", "\"\"", text[needs], fixed = TRUE), "\"")
    text
  }
  cells <- unname(lapply(table[columns], quoted))
  lines <- c(paste(quoted(columns), collapse = ","), do.call(paste, c(cells, sep = ",")))
  file <- file(path, open = "wb")
  on.exit(close(file))
  writeLines(lines, file, useBytes = TRUE)
}
