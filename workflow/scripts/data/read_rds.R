# Write what an .rds file holds, a layer or a sample sheet, as an .h5ad file.

source(file.path(snakemake@scriptdir, "..", "..", "R", "script.R"))

logged({
  use("formats")
  path <- snakemake@input[["rds"]]
  params <- snakemake@params
  kind <- params[["kind"]]
  in_child(path, {
    object <- read_rds(path)
    values <- if (kind == "layer") {
      values_of(object, params[["matrix"]], params[["orientation"]], path)
    }
    sheet <- if (kind == "sheet") sheet_of(object, path)
    annotation <- if (kind == "layer") annotation_of(object, path)
    write_annotated(values, sheet, snakemake@output[[1]], annotation)
    message(sprintf("%s: %s of a %s", path, kind, class(object)[1]))
  })
})
