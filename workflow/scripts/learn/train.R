# Train one caret model on a batch of splits, or tune a part of it (twin: train.py).

log <- file(snakemake@log[[1]], open = "wt")
sink(log)
sink(log, type = "message")
source(file.path(snakemake@scriptdir, "..", "..", "R", "use.R"))
use("logs")

logged(snakemake@log[[1]], {
  use("running")
  named <- function(slot) slot[nzchar(names(slot))]
  run_job(
    named(snakemake@input), named(snakemake@output), named(snakemake@params), snakemake@log[[1]]
  )
})
