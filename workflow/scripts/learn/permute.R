# Predict test samples with shuffled features by the best caret model (twin: permute.py).

log <- file(snakemake@log[[1]], open = "wt")
sink(log)
sink(log, type = "message")
source(file.path(snakemake@scriptdir, "..", "..", "R", "use.R"))
use("logs")

#' Write the predictions; only the header where the plan has no model, or the data set no split that
#' suits.
#'
#' @param input named list of paths: data, samples, splits, preprocessing, tuning,
#'   failures, plan.
#' @param output path of permuted.csv.
#' @param params named list: dataset, models (JSON text), task, tuning_metric, imbalance, seed.
main <- function(input, output, params) {
  plan <- read_csv(input[["plan"]], ",")
  plan <- plan[plan$dataset == utf8(params[["dataset"]]) & plan$language == "r", ]
  splits <- splits_to_permute(read_csv(input[["splits"]], ","))
  if (nrow(plan) == 0) {
    splits <- character()
  }
  attach_packages("caret")
  data.table::setDTthreads(1)
  batch <- load_batch(
    input[["data"]], input[["samples"]], input[["splits"]], input[["preprocessing"]],
    params[["task"]],
    chosen = splits
  )
  rows <- NULL
  before <- proc.time()
  if (length(splits)) {
    specs <- read_spec(utf8(params[["models"]]))
    spec <- Filter(function(spec) identical(spec$name, plan$model[1]), specs)[[1]]
    settings <- job_settings(
      dataset = params[["dataset"]], model = spec$name, spec = spec, task = params[["task"]],
      tuning_metric = params[["tuning_metric"]], imbalance = params[["imbalance"]],
      seed = params[["seed"]]
    )
    info <- resolve_method(spec, params[["task"]], params[["imbalance"]])
    attach_packages(info$library)
    evaluated <- read_evaluated(input[["tuning"]], settings)
    failed <- failed_splits(input[["failures"]], settings)
    rows <- do.call(rbind, lapply(splits, function(split) {
      if (!split %in% failed) {
        return(permute_split(batch, settings, info, split, evaluated, plan$feature))
      }
      tryCatch(
        permute_split(batch, settings, info, split, evaluated, plan$feature),
        # As in the run.
        error = function(e) message(sprintf("%s: left out: %s", split, one_line(e)))
      )
    }))
  }
  spent <- timing_row("fit", proc.time() - before)$cpu_seconds
  message(sprintf("fitted and predicted in %.2f CPU s", spent))
  columns <- c("split", "feature", "permutation", "sample", "truth", "predicted")
  write_csv(output, c(columns, prob_columns(batch)), rows)
}

with_log(snakemake@log[[1]], {
  use("shuffling")
  named <- function(slot) slot[nzchar(names(slot))]
  main(named(snakemake@input), snakemake@output[[1]], named(snakemake@params))
})
