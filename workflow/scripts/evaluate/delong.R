# Compare the models' ROC curves in the external cohorts of a data set.

source(file.path(snakemake@scriptdir, "..", "..", "R", "script.R"))

logged({
  use("csv_files", "delong")
  positive <- jsonlite::fromJSON(utf8(snakemake@params[["positive"]]))
  rows <- delong_rows(
    read_csv(snakemake@input[["predictions"]], ","), read_csv(snakemake@input[["samples"]], "\t"),
    utf8(unlist(snakemake@params[["models"]])), positive
  )
  numbers <- all_columns$delong[-(1:3)]
  if (!is.null(rows)) {
    rows[numbers] <- lapply(rows[numbers], function(x) ifelse(is.na(x), NA, sprintf("%.15g", x)))
  }
  write_csv(snakemake@output[[1]], all_columns$delong, rows)
})
