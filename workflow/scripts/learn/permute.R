# Predict test samples with shuffled features by the best caret model (twin: permute.py).

log <- file(snakemake@log[[1]], open = "wt")
sink(log)
sink(log, type = "message")
source(file.path(snakemake@scriptdir, "..", "..", "R", "use.R"))
use("logs")

logged(snakemake@log[[1]], {
  use("shuffling")
  named <- function(slot) slot[nzchar(names(slot))]
  shuffle_features(named(snakemake@input), snakemake@output[[1]], named(snakemake@params))
})
