# A training job from its files to its tables (twin: running.py).

use("checksums", "csv_files", "models", "job", "batch", "learn/tuning", "processes", "results")

#' Train, and write the batch's tables and, for split `final`, the model.
#'
#' @param input named list of paths: data, samples, splits, preprocessing, tuned (files of tuning
#'   jobs, if any).
#' @param output named list of paths: predictions, inner_predictions (they are made only with a
#'   path), tuning, importance, timing, failures and, if split `final` is trained, model (a folder).
#' @param params named list: dataset, spec (JSON text), task, tuning_metric, imbalance, seed,
#'   batch_index (1-based), batch_count, final (whether split `final` is trained after them), part
#'   (index and count of a job that only evaluates candidates, NULL for one that trains).
#' @param log path of the log, for failures.csv.
#' @param resources the job's, for `limits_of`.
#' @param killed why no split is trained any more (see `noted`), or "".
run_job <- function(input, output, params, log, resources, killed = "") {
  spec_text <- utf8(params[["spec"]])
  settings <- settings_of(params, read_spec(spec_text), "inner_predictions" %in% names(output))
  info <- resolve_method(settings$spec, settings$task, settings$imbalance)
  attach_caret(settings$task)
  # If one cannot be attached, each split says so.
  try(attach_packages(info$library), silent = TRUE)
  data.table::setDTthreads(1)
  timing <- timing_row("startup", proc.time())

  before <- proc.time()
  batch <- load_batch(
    input[["data"]], input[["samples"]], input[["splits"]], input[["preprocessing"]], settings$task,
    params[["batch_index"]], params[["batch_count"]], params[["final"]]
  )
  on.exit(unload_batch(batch))
  batch$tuned <- read_tuned(input[["tuned"]])
  timing <- rbind(timing, timing_row("load", proc.time() - before))

  results <- if (nzchar(killed)) {
    lose_batch(settings, names(batch$splits), killed, output[["model"]])
  } else {
    train_batch(batch, settings, info, output[["model"]], limits_of(resources, log))
  }
  key <- training_key(
    input[["preprocessing"]], settings$language, spec_text, settings$task, settings$tuning_metric,
    settings$imbalance, settings$seed
  )
  write_results(output, batch, settings, results, timing, log, key)
}
