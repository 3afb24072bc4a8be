# Check every caret model of the configuration, and that the R packages are there.

source(file.path(snakemake@scriptdir, "..", "..", "R", "script.R"))

# What the workflow's own R code uses.
base_packages <- c(
  "caret", "data.table", "digest", "ggplot2", "ggrepel", "jsonlite", "pROC", "ragg", "rhdf5",
  "survival", "svglite", "systemfonts"
)

#' Check all models; write the versions of R and of every package that they use.
#'
#' @param specs list of specifications: name, method, params, grid, size, task, imbalance, key.
#' @param output path of the JSON file. Stops with a user error that names every problem.
main <- function(specs, output) {
  tasks <- unique(vapply(specs, function(spec) spec$task, ""))
  models <- if (is_installed("caret")) sapply(tasks, task_models, simplify = FALSE)
  problems <- unlist(c(
    lapply(base_packages[!is_installed(base_packages)], function(package) {
      problem("packages", sprintf("the R package %s is missing", package), how_to_install(package))
    }),
    lapply(specs, function(spec) {
      if (!is.null(models)) {
        model_problems(spec, spec$task, spec$imbalance, spec$key, models[[spec$task]])
      }
    })
  ))
  if (length(problems)) {
    stop(user_condition(paste(unique(problems), collapse = "\n")))
  }
  libraries <- unlist(lapply(specs, function(spec) find_method(spec, models[[spec$task]])$library))
  versions <- package_versions(c(base_packages, libraries))
  json <- jsonlite::toJSON(
    list(r = versions$R, packages = versions[names(versions) != "R"]),
    auto_unbox = TRUE, pretty = TRUE
  )
  writeLines(enc2utf8(json), output, useBytes = TRUE)
}

logged({
  use("models")
  text <- snakemake@params[["models"]]
  Encoding(text) <- "UTF-8"
  main(read_spec(text), snakemake@output[[1]])
})
