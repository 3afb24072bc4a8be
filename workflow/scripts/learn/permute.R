# Predict test samples with shuffled features by the best caret model (twin: permute.py).

source(file.path(snakemake@scriptdir, "..", "..", "R", "script.R"))

logged({
  use("shuffling")
  shuffle_features(named(snakemake@input), snakemake@output[[1]], named(snakemake@params))
})
