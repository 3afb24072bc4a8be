# Predict new samples with a saved caret model (twin: predict.py).

source(file.path(snakemake@scriptdir, "..", "..", "R", "script.R"))

logged({
  use("csv_files", "records", "matrix", "models", "saving", "batch")
  new <- snakemake@input[["new"]]
  params <- snakemake@params
  saved <- load_model(params[["model"]], params[["sha256"]])
  attach_caret(saved$task)
  attach_packages(saved$libraries)
  samples <- axis_names(new, "obs")
  features <- axis_names(new, "var")
  predictions <- predict_saved(saved, read_columns(new, samples, seq_along(features) - 1))
  table <- data.frame(sample = samples, predicted = predictions$predicted)
  if (is.null(saved$classes)) table$predicted <- number(predictions$predicted)
  columns <- prob_columns(saved$classes)
  if (!is.null(saved$horizons)) {
    names(table)[2] <- "risk"
    columns <- survival_columns(saved$horizons)
  }
  if (length(columns) > 0) {
    table[columns] <- if (is.null(predictions$prob)) NA_character_ else number(predictions$prob)
  }
  written(params[["output"]], function(path) write_csv(path, names(table), table))
})
