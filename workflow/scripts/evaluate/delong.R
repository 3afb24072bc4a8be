# Compare the models' ROC curves in the external cohorts of a data set.

log <- file(snakemake@log[[1]], open = "wt")
sink(log)
sink(log, type = "message")
source(file.path(snakemake@scriptdir, "..", "..", "R", "use.R"))
use("logs")

main <- function(predictions, samples, output, models, positive) {
  rows <- delong_rows(
    read_csv(predictions, ","), read_csv(samples, "\t"), models, positive
  )
  numbers <- all_columns$delong[-(1:3)]
  if (!is.null(rows)) {
    rows[numbers] <- lapply(rows[numbers], function(x) ifelse(is.na(x), NA, sprintf("%.15g", x)))
  }
  write_csv(output, all_columns$delong, rows)
}

logged(snakemake@log[[1]], {
  use("csv_files", "delong")
  positive <- snakemake@params[["positive"]]
  main(
    snakemake@input[["predictions"]], snakemake@input[["samples"]], snakemake@output[[1]],
    utf8(unlist(snakemake@params[["models"]])), if (length(positive) > 0) utf8(positive)
  )
})
