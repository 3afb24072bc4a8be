# Try every caret model on a small part of a data set (twin: check_models.py).

source(file.path(snakemake@scriptdir, "..", "..", "R", "script.R"))

logged({
  use("trial")
  try_models(
    named(snakemake@input), named(snakemake@output), named(snakemake@params), snakemake@log[[1]]
  )
})
