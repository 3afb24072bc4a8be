# Predict new samples with a saved caret model (twin: predict.py).

log <- file(snakemake@log[[1]], open = "wt")
sink(log)
sink(log, type = "message")
source(file.path(snakemake@scriptdir, "..", "..", "R", "use.R"))
use("logs")

#' @param new path of an .h5ad file with the new samples' numbers.
#' @param model,sha256 path of the saved model, and its checksum.
#' @param output path of the CSV file that is written.
main <- function(new, model, sha256, output) {
  saved <- load_model(model, sha256)
  attach_packages(c("caret", saved$libraries))
  samples <- axis_names(new, "obs")
  features <- axis_names(new, "var")
  predictions <- predict_saved(saved, read_columns(new, samples, seq_along(features) - 1))
  table <- data.frame(sample = samples, predicted = predictions$predicted)
  if (is.null(saved$classes)) {
    table$predicted <- number(predictions$predicted)
  }
  columns <- prob_columns(saved)
  for (k in seq_along(columns)) {
    prob <- predictions$prob
    table[[columns[k]]] <- if (is.null(prob)) NA_character_ else number(prob[, k])
  }
  write_csv(output, c("sample", "predicted", columns), table)
}

logged(snakemake@log[[1]], {
  use("csv_files", "matrix", "models", "saving", "batch")
  params <- snakemake@params
  main(snakemake@input[["new"]], params[["model"]], params[["sha256"]], params[["output"]])
})
