# The part of null_uniform.py that R does: one caret model on every permutation, in one process.
# Rscript null_uniform.R <folder of the library> <folder of the permutations> <seed>

arguments <- commandArgs(trailingOnly = TRUE)
source(file.path(arguments[1], "use.R"))
use("processes", "results")
folder <- arguments[2]
spec <- list(name = "lda", method = "lda", params = list(), grid = list(), size = 1)
info <- resolve_method(spec, "classification", "none")
suppressPackageStartupMessages(library(caret))

for (name in readLines(file.path(folder, "names.txt"))) {
  files <- file.path(folder, name, c("samples.tsv", "splits.csv", "preprocessing.h5"))
  batch <- load_batch(
    file.path(folder, "data.h5ad"), files[1], files[2], files[3], "classification", 1, 1, FALSE
  )
  settings <- job_settings(
    name, "lda", spec, "classification", "brier",
    seed = as.integer(arguments[3])
  )
  rows <- do.call(rbind, lapply(names(batch$splits), function(split) {
    result <- suppressMessages(train_split(batch, settings, info, split))
    if (!is.null(result$failures)) stop(name, " ", split, ": ", result$failures$message[1])
    cbind(data.frame(language = "r", model = "lda", split = split), result$predictions)
  }))
  write_csv(
    file.path(folder, name, "r.csv"), c(csv_columns$predictions, prob_columns(batch$classes)), rows
  )
}
