# Trains models of R on the files of a study; writes predictions, importance and tuning of each.
# Arguments: the workflow's folder, the study's folder, the task, paths of models (JSON) and output.

args <- commandArgs(TRUE)
source(file.path(args[1], "R", "use.R"))
use("processes", "results")
suppressPackageStartupMessages(library(caret))
data.table::setDTthreads(1)
study <- function(name) file.path(args[2], name)
batch <- load_batch(
  study("data.h5ad"), study("samples.tsv"), study("splits.csv"), study("preprocessing.h5"), args[3],
  1, 1, TRUE
)
specs <- read_spec(paste(readLines(args[4]), collapse = ""))
for (spec in specs) {
  metric <- if (args[3] == "regression") "rmse" else "brier"
  settings <- job_settings("study", spec$name, spec, args[3], metric)
  info <- resolve_method(spec, args[3])
  attach_packages(info$library)
  for (split in names(batch$splits)) {
    result <- train_split(batch, settings, info, split)
    for (table in c("predictions", "importance", "tuning", "failures")) {
      rows <- result[[table]]
      if (!is.null(rows)) {
        path <- file.path(args[5], paste(spec$name, split, table, sep = "."))
        write_csv(path, names(rows), rows)
      }
    }
  }
}
