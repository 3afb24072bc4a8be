# Settings of a training job, and what it records: seeds, times, failures (twin: job.py).

use("csv_files", "seeds")

final_split <- "final"

#' Path of a temporary file outside R's own folder, which the crash of a forked process removes.
own_tempfile <- function(name) tempfile(name, dirname(tempdir()))

#' Settings of a training job.
#'
#' @param dataset,model names.
#' @param spec list: name, method, params (named list), grid (named list of values, empty for one
#'   candidate with the method's first defaults, NULL for the method's own grid), size.
#' @param task "classification", "regression" or "survival".
#' @param tuning_metric see `tuning_value`.
#' @param imbalance "none" or "weights".
#' @param seed whole number.
#' @param part index and count of the share of candidates that a tuning job evaluates; NULL for a
#'   job that trains.
#' @param inner_predictions whether inner_predictions.csv is wanted.
#' @return list of these, with `language`.
job_settings <- function(dataset, model, spec, task, tuning_metric, imbalance = "none", seed = 1,
                         part = NULL, inner_predictions = FALSE) {
  list(
    part = part, inner_predictions = inner_predictions, dataset = utf8(dataset),
    model = utf8(model), spec = spec, task = task, tuning_metric = tuning_metric,
    imbalance = imbalance, seed = seed, language = "r"
  )
}

#' Settings of a job from the model's specification and the rule's params.
#'
#' @param params named list of the other arguments of `job_settings()`.
#' @param inner_predictions see `job_settings`.
settings_of <- function(params, spec, inner_predictions = FALSE) {
  job_settings(
    params[["dataset"]], spec$name, spec, params[["task"]], params[["tuning_metric"]],
    params[["imbalance"]], params[["seed"]], params[["part"]], inner_predictions
  )
}

split_seed <- function(settings, split, fit) {
  fit_seed(settings$seed, settings$dataset, settings$language, settings$model, split, fit)
}

add_rows <- function(result, name, rows) {
  result[[name]] <- rbind(result[[name]], rows)
}

add_failure <- function(result, stage, message) {
  add_rows(result, "failures", data.frame(stage = stage, message = message))
}

# Run a stage and record its wall and CPU seconds (children included) and the peak memory so far. A
# stage that has a row already gets the sum of both.
timed <- function(result, stage, expr) {
  result$stage <- stage
  before <- proc.time()
  on.exit(add_timing(result, timing_row(stage, proc.time() - before)))
  force(expr)
  invisible()
}

add_timing <- function(result, row) {
  at <- match(row$stage, result$timing$stage)
  if (is.na(at)) {
    return(add_rows(result, "timing", row))
  }
  seconds <- c("wall_seconds", "cpu_seconds")
  row[seconds] <- row[seconds] + result$timing[at, seconds]
  result$timing[at, ] <- row
}

#' CPU seconds, those of children included, of a difference of `proc.time()`.
cpu_seconds <- function(spent) sum(spent[-3], na.rm = TRUE)

#' A row of timing.csv from a difference of `proc.time()`.
timing_row <- function(stage, spent) {
  data.frame(
    stage = stage, wall_seconds = spent[["elapsed"]], cpu_seconds = cpu_seconds(spent),
    peak_mb = peak_mb()
  )
}

#' Peak resident memory of this process in MiB; without /proc, the peak of R's own heap.
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

# Reset the peak memory, so that each split has its own. Without Linux or a writable /proc, the peak
# is that of all splits so far.
reset_peak <- function() {
  try(suppressWarnings(cat("5", file = "/proc/self/clear_refs")), silent = TRUE)
}
