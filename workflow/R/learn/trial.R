# Try every model on a small part of a data set before the training (twin: trial.py).

use("logs", "csv_files", "models", "job", "batch", "processes")

# What a model may take. It has a minute's work at most, unless it hangs.
trial_limits <- list(seconds = 600, memory_mb = Inf, log = NULL)

# Packages that training needs; a missing one is reported as in validate_models.R.
needed_packages <- c("caret", "data.table", "digest", "hdf5r", "jsonlite", "survival")

#' Try all models; write a line for each.
#'
#' @param input named list of paths: data, samples, splits, preprocessing, cut_splits,
#'   cut_preprocessing.
#' @param output path of a text file. Stops with a user error that names every model that fails.
#' @param params named list: dataset, models (JSON text), task, tuning_metric, imbalance, seed.
#' @param log path of the log, for the sentences.
try_models <- function(input, output, params, log) {
  stop_with(unlist(lapply(needed_packages[!is_installed(needed_packages)], function(package) {
    problem("packages", sprintf("the R package %s is missing", package), how_to_install(package))
  })))
  attach_packages("caret")
  data.table::setDTthreads(1)
  models <- task_models(params[["task"]])
  parts <- lazy_parts(input, params[["task"]])
  problems <- done <- character()
  for (spec in read_spec(utf8(params[["models"]]))) {
    began <- proc.time()[["elapsed"]]
    issues <- model_problems(spec, params[["task"]], params[["imbalance"]], spec$key, models)
    if (is.null(issues)) {
      failure <- model_failure(parts, spec, find_method(spec, models), params)
      if (!is.null(failure)) {
        issues <- failure_text(spec, params[["dataset"]], failure, log)
      }
      done <- c(done, sprintf("%s: %s", spec$name, if (is.null(failure)) "done" else failure))
      message(sprintf("%s (%.1f s)", done[length(done)], proc.time()[["elapsed"]] - began))
    }
    problems <- c(problems, issues)
  }
  stop_with(problems)
  writeLines(enc2utf8(done), output, useBytes = TRUE)
}

stop_with <- function(problems) {
  if (length(problems)) {
    stop(user_condition(paste(problems, collapse = "\n")))
  }
}

# Functions that load the cut data and the whole first split, each once and only if called.
lazy_parts <- function(input, task) {
  lapply(c(cut = "cut_", whole = ""), function(prefix) {
    batch <- NULL
    function() {
      if (is.null(batch)) {
        splits <- input[[paste0(prefix, "splits")]]
        names <- unique(read_csv(splits, ",")$split)
        batch <<- load_batch(
          input[["data"]], input[["samples"]], splits, input[[paste0(prefix, "preprocessing")]],
          task, 1, max(1, length(setdiff(names, final_split)))
        )
        batch$splits <<- batch$splits[names[1]]
      }
      batch
    }
  })
}

# Why a model fails, or NULL. If only the cut data are too small, that is no failure.
model_failure <- function(parts, spec, info, params) {
  settings <- settings_of(params, spec)
  failures <- NULL
  for (part in parts) {
    failures <- train_batch(part(), settings, info, limits = trial_limits)[[1]]$failures
    if (is.null(failures)) {
      return(NULL)
    }
  }
  failures$message[nrow(failures)]
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
