# Compare the models' ROC curves in the external cohorts of a data set.

log <- file(snakemake@log[[1]], open = "wt")
sink(log)
sink(log, type = "message")
source(file.path(snakemake@scriptdir, "..", "..", "R", "use.R"))
use("logs")

main <- function(predictions, samples, output, models, positive) {
  rows <- delong_rows(
    read_text_table(predictions, ","), read_text_table(samples, "\t"), models, positive
  )
  numbers <- delong_columns[-(1:3)]
  if (!is.null(rows)) {
    rows[numbers] <- lapply(rows[numbers], function(x) ifelse(is.na(x), NA, sprintf("%.15g", x)))
  }
  write_table(rows, delong_columns, output)
}

with_log(snakemake@log[[1]], {
  use("matrix", "training", "delong")
  positive <- snakemake@params[["positive"]]
  main(
    snakemake@input[["predictions"]], snakemake@input[["samples"]], snakemake@output[[1]],
    utf8(unlist(snakemake@params[["models"]])), if (length(positive) > 0) utf8(positive)
  )
})
