# Train one caret model on a batch of splits, or tune a part of it (twin: train.py).

source(file.path(snakemake@scriptdir, "..", "..", "R", "script.R"))

logged({
  use("running", "attempts")
  log <- snakemake@log[[1]]
  resources <- snakemake@resources
  noted(log, snakemake@rule, resources, function(killed) {
    run_job(
      named(snakemake@input), named(snakemake@output), named(snakemake@params), log, resources,
      killed
    )
  })
})
