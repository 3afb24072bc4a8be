# Draws all figures of one data set: one R process, as loading ggplot2 costs more than any figure.

log <- file(snakemake@log[[1]], open = "wt")
sink(log)
sink(log, type = "message")
library_dir <- file.path(snakemake@scriptdir, "..", "R")
source(file.path(library_dir, "logs.R"))

# A new figure is a file workflow/R/figure_<name>.R with a function draw_<name>, and its name in the
# list that Study.figures gives (python/omc/config.py).
main <- function(input, output, params, library_dir) {
  for (file in sort(list.files(library_dir, "^figure_.*[.]R$", full.names = TRUE))) {
    source(file, encoding = "UTF-8")
  }
  data <- read_figure_data(
    files = list(
      metrics = input[["metrics"]], estimates = input[["estimates"]],
      comparisons = input[["comparisons"]], selection = input[["selection"]],
      failures = input[["failures"]], tuning = input[["tuning"]], timing = input[["timing"]]
    ),
    dataset = params[["dataset"]], task = params[["task"]], metric = params[["comparison_metric"]],
    models = params[["models"]], baselines = params[["baselines"]],
    positive = params[["positive"]], rope = params[["rope"]]
  )
  if (!is.null(input[["null"]])) {
    data$null <- read_null(input[["null"]], data$dataset, params[["models"]])
  }
  if (!is.null(input[["signature"]])) {
    data$inside <- read_signature(
      input[c("signature", "ranks", "shuffled", "stability")], data$dataset, params[["models"]]
    )
  }
  if (!is.null(input[["variants"]])) {
    data$variants <- read_variants(
      input[["variants"]], data$dataset, params[["models"]], params[["baselines"]], data$metric
    )
  }
  if (!is.null(input[["curves"]])) {
    data$described <- read_described(input, data$dataset, params[["models"]])
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

with_log(
  snakemake@log[[1]],
  main(snakemake@input, snakemake@output, snakemake@params, library_dir)
)
