# Draws all figures of one data set: one R process, as loading ggplot2 costs more than any figure.

source(file.path(snakemake@scriptdir, "..", "..", "R", "script.R"))

main <- function(input, output, params) {
  data <- read_figure_data(
    input, params[["dataset"]], params[["task"]], params[["comparison_metric"]],
    params[["models"]], params[["baselines"]], jsonlite::fromJSON(utf8(params[["positive"]])),
    params[["rope"]]
  )
  data$threshold_range <- params[["threshold_range"]]
  data$posterior <- params[["posterior"]]
  if (!is.null(input[["null"]])) {
    data$null <- read_null(input[["null"]], data$dataset, params[["models"]])
    data$null_tests <- read_null_tests(input[["null_tests"]], data$dataset, params[["models"]])
  }
  if (!is.null(input[["signature"]])) {
    data$signature <- read_signature(input, data$dataset, params[["models"]])
  }
  if (!is.null(input[["variants"]])) {
    data$variants <- read_variants(
      input[["variants"]], data$dataset, params[["models"]], params[["baselines"]], data$metric
    )
  }
  if (!is.null(input[["added_value"]])) {
    data$added_value <- read_added_value(
      input[["added_value"]], data$dataset, params[["models"]], data$metric
    )
  }
  if (!is.null(input[["curves"]])) {
    data$described <- read_described(input, data$dataset, params[["models"]])
    data$weights <- params[["weights"]]
  }
  if (!is.null(input[["sample_errors"]])) {
    data$sample_errors <- read_sample_errors(
      input[["sample_errors"]], data$dataset, params[["models"]]
    )
  }
  if (!is.null(input[["subgroups"]])) {
    data$subgroups <- read_subgroups(
      input[["subgroups"]], data$dataset, params[["models"]], data$metric
    )
    data$heterogeneity <- read_heterogeneity(
      input[["heterogeneity"]], data$dataset, params[["models"]], data$metric
    )
  }
  if (!is.null(input[["risk_groups"]])) {
    data$survival <- read_survival(input, data$dataset, params[["models"]])
  }
  if (!is.null(input[["predictions"]])) {
    data$residuals <- read_residuals(input[["predictions"]], params[["models"]])
  }
  if (length(input[["prepared"]]) > 0) {
    data$sheet <- read_contact_sheet(
      input[["prepared"]], params[["image_layers"]], input[["samples"]], params[["task"]]
    )
  }
  draw_figures(data, output)
}

logged({
  use("csv_files", "theme", "figure_data", "pairs", "panels", "survival_data", "variants",
      "metric_info")
  # A figure is a file R/figures/<name>.R with a function draw_<name>.
  use(paste0("figures/", names_of_figures(snakemake@output)))
  main(snakemake@input, snakemake@output, snakemake@params)
})
