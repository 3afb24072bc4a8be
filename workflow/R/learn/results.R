# Write the tables of a training job (twin: results.py).

use("csv_files", "tables", "batch")

#' Write the tables of a batch.
#'
#' @param output named list or vector of paths: predictions, inner_predictions (only if the settings
#'   want them), tuning, importance, timing, failures.
#' @param results what `train_batch` returned.
#' @param timing rows of timing.csv of the whole job (startup, load).
#' @param log path of the log, for failures.csv.
#' @param key the job's key.
write_results <- function(output, batch, settings, results, timing, log, key) {
  numbers <- function(rows, columns, format) {
    rows[columns] <- lapply(rows[columns], function(x) ifelse(is.na(x), NA, sprintf(format, x)))
    rows
  }
  job <- settings[c("dataset", "language", "model")]
  gather <- function(name) {
    parts <- lapply(names(results), function(split) {
      rows <- results[[split]][[name]]
      if (NROW(rows)) cbind(as.data.frame(c(job, split = split)), rows)
    })
    if (name == "timing") {
      parts <- c(list(cbind(as.data.frame(c(job, split = "")), timing)), parts)
    }
    do.call(rbind, parts)
  }
  tables <- lapply(stats::setNames(names(csv_columns), names(csv_columns)), gather)
  predicted <- c("predictions", "inner_predictions")
  for (name in Filter(function(name) !is.null(tables[[name]]), predicted)) {
    tables[[name]] <- cbind(tables[[name]], splits_sha256 = batch$splits_sha256, key = key)
  }
  if (!is.null(tables$failures)) {
    tables$failures$log <- log
  }
  tables$timing <- numbers(tables$timing, c("wall_seconds", "cpu_seconds"), "%.4f")
  tables$timing <- numbers(tables$timing, "peak_mb", "%.1f")
  columns <- csv_columns
  for (name in predicted) {
    with <- with_outcome(columns[[name]], batch$classes, batch$horizons)
    columns[[name]] <- c(with, "splits_sha256", "key")
  }
  if (!settings$inner_predictions) {
    columns$inner_predictions <- NULL
  }
  if (!is.null(settings$part)) {
    columns <- list(tuning = c(csv_columns$tuning, "error"), timing = csv_columns$timing)
  }
  for (name in names(columns)) {
    write_csv(output[[name]], columns[[name]], tables[[name]])
  }
}
