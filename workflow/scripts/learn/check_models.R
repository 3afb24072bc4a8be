# Try every caret model on a small part of a data set (twin: check_models.py).

log <- file(snakemake@log[[1]], open = "wt")
sink(log)
sink(log, type = "message")
source(file.path(snakemake@scriptdir, "..", "..", "R", "use.R"))
use("logs")

logged(snakemake@log[[1]], {
  use("trial")
  named <- function(slot) slot[nzchar(names(slot))]
  try_models(
    named(snakemake@input), snakemake@output[[1]], named(snakemake@params), snakemake@log[[1]]
  )
})
