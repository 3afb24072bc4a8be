# The opening of every script: sends both streams to its log before anything is loaded.

log <- file(snakemake@log[[1]], open = "wt")
sink(log)
sink(log, type = "message")
source(file.path(snakemake@scriptdir, "..", "..", "R", "use.R"))
use("logs")

#' The named items of a slot, which Snakemake lists a second time without their names.
named <- function(slot) slot[nzchar(names(slot))]
