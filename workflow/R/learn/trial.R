# Try every model on a small part of a data set before the training (twin: trial.py).

use("logs", "csv_files", "tables", "models", "job", "batch", "processes", "costs")

# Packages that training needs; a missing one is reported as in validate_models.R.
needed_packages <- c("caret", "data.table", "digest", "jsonlite", "rhdf5", "survival")

#' Try all models; write a line and a row of costs.csv for each.
#'
#' @param input named list of paths: data, samples, splits, preprocessing, cut_splits,
#'   cut_preprocessing.
#' @param output named list of paths: tried (a text file) and costs. Stops with a user error that
#'   names every model that fails.
#' @param params named list: dataset, models (JSON text), task, tuning_metric, imbalance, seed.
#' @param log path of the log, for the sentences.
try_models <- function(input, output, params, log) {
  stop_with(unlist(lapply(needed_packages[!is_installed(needed_packages)], function(package) {
    problem("packages", sprintf("the R package %s is missing", package), how_to_install(package))
  })))
  attach_caret(params[["task"]])
  data.table::setDTthreads(1)
  models <- task_models(params[["task"]])
  started <- cpu_seconds(proc.time())
  parts <- lazy_parts(input, params[["task"]])
  problems <- done <- character()
  costs <- NULL
  for (spec in read_spec(utf8(params[["models"]]))) {
    began <- proc.time()[["elapsed"]]
    issues <- model_problems(spec, params[["task"]], params[["imbalance"]], spec$key, models)
    if (is.null(issues)) {
      info <- find_method(spec, models)
      settings <- settings_of(params, spec)
      opening <- started + seconds_to_load(info$library)
      result <- try_model(parts, settings, info)
      failure <- utils::tail(result$tried$failures$message, 1)
      if (length(failure)) {
        issues <- failure_text(spec, params[["dataset"]], failure, log)
      } else {
        job <- as.data.frame(settings[c("dataset", "language", "model")])
        job$job_seconds <- number(opening + parts$whole()$load_seconds)
        costs <- rbind(costs, cbind(job, result$cost))
      }
      done <- c(done, sprintf("%s: %s", spec$name, if (length(failure)) failure else "done"))
      message(sprintf("%s (%.1f s)", done[length(done)], proc.time()[["elapsed"]] - began))
    }
    problems <- c(problems, issues)
  }
  stop_with(problems)
  write_csv(output[["costs"]], cost_columns, costs)
  writeLines(enc2utf8(done), output[["tried"]], useBytes = TRUE)
}

stop_with <- function(problems) {
  if (length(problems)) {
    stop(user_condition(paste(problems, collapse = "\n")))
  }
}

# CPU seconds that packages take to load, in this process and for good; they are attached in the
# processes of the models, since those of different methods may mask one another.
seconds_to_load <- function(packages) {
  before <- proc.time()
  for (package in packages) {
    requireNamespace(package, quietly = TRUE)
  }
  cpu_seconds(proc.time() - before)
}

# Functions that load the cut data and the whole first split, each once and only if called.
lazy_parts <- function(input, task) {
  lapply(c(cut = "cut_", whole = ""), function(prefix) {
    batch <- NULL
    function() {
      if (is.null(batch)) {
        before <- proc.time()
        splits <- input[[paste0(prefix, "splits")]]
        batch <<- load_batch(
          input[["data"]], input[["samples"]], splits, input[[paste0(prefix, "preprocessing")]],
          task,
          chosen = unique(read_csv(splits, ",")$split)[1]
        )
        batch$load_seconds <<- cpu_seconds(proc.time() - before)
      }
      batch
    }
  })
}

# What `model_cost` returns; a model that fails on the cut data is trained on the whole split. If
# only the cut data are too small, that is no failure.
try_model <- function(parts, settings, info) {
  result <- model_cost(parts$whole(), settings, info, parts$cut())
  if (!is.null(result$tried$failures)) {
    tried <- train_batch(parts$whole(), settings, info, limits = most)[[1]]
    result <- list(tried = tried, cost = if (is.null(tried$failures)) measured_cost(tried))
  }
  result
}

failure_text <- function(spec, dataset, failure, log) {
  params <- if (length(spec$params)) {
    paste0(" ", jsonlite::toJSON(spec$params, auto_unbox = TRUE, digits = I(12)))
  } else {
    ""
  }
  sprintf(
    "%s: '%s'%s fails on %s: %s. Change its params or grid, or take it out (log: %s)",
    spec$key, spec$name, params, dataset, sub("[.]+$", "", failure), log
  )
}
