# Write what an .rds file holds, a layer or a sample sheet, as an .h5ad file.

log <- file(snakemake@log[[1]], open = "wt")
sink(log)
sink(log, type = "message")
source(file.path(snakemake@scriptdir, "..", "..", "R", "use.R"))
use("logs")

#' @param kind "layer" or "sheet".
#' @param matrix name of an assay, or NULL for the first.
#' @param orientation of a matrix or data.frame.
main <- function(path, kind, matrix, orientation, output) {
  object <- read_rds(path)
  values <- if (kind == "layer") values_of(object, matrix, orientation, path)
  sheet <- if (kind == "sheet") sheet_of(object, path)
  write_annotated(values, sheet, output)
  message(sprintf("%s: %s of a %s", path, kind, class(object)[1]))
}

logged(snakemake@log[[1]], {
  use("formats")
  main(
    snakemake@input[["rds"]], snakemake@params[["kind"]], snakemake@params[["matrix"]],
    snakemake@params[["orientation"]], snakemake@output[[1]]
  )
})
