# Train one caret model on a batch of splits, or tune a part of it (twin: train.py).

source(file.path(snakemake@scriptdir, "..", "..", "R", "script.R"))

logged({
  use("running")
  run_job(
    named(snakemake@input), named(snakemake@output), named(snakemake@params), snakemake@log[[1]],
    snakemake@resources
  )
})
