# Reads the joined CSV files and selects what the figures of one data set show.

use("theme", "text", "metric_info", "pairs")

#' Reads columns of a CSV file; text stays text, empty cells become NA.
read_columns <- function(file, text = character(), numbers = character()) {
  header <- names(data.table::fread(file, nrows = 0, sep = ",", header = TRUE))
  missing <- setdiff(c(text, numbers), header)
  if (length(missing) > 0) {
    stop(file, " lacks the column(s) ", paste(missing, collapse = ", "), ".", call. = FALSE)
  }
  # Everything is read as text: fread would take a column of model names such as 1e5 for numbers.
  table <- data.table::fread(
    file, sep = ",", header = TRUE, select = c(text, numbers), colClasses = "character",
    na.strings = "", encoding = "UTF-8", data.table = FALSE, nThread = 1, showProgress = FALSE
  )
  table[numbers] <- lapply(table[numbers], as.numeric)
  # fread does not undo the doubling of quotes inside a quoted cell.
  table[text] <- lapply(table[text], function(cells) gsub("\"\"", "\"", cells, fixed = TRUE))
  table
}

#' What the figures of one data set show.
#'
#' @param files list of the paths metrics, estimates, comparisons, selection, failures, tuning and
#'   timing, each with all data sets.
#' @param models all configured models as `language/name`, in the order of the config, also those
#'   without a single result; results of other models are not drawn.
#' @param baselines those of the models that know nothing of the features.
#' @param positive label of the positive class, or NULL.
#' @param rope models that differ by less are practically equivalent; for RMSE and MAE a multiple of
#'   the outcome's standard deviation.
#' @return list with dataset, task, metric, positive, rope, n_splits (outer splits of
#'   cross-validation), models (model, language, baseline, kind: its language or "baseline",
#'   message: why its first lost split failed), pooled (whether the estimates are of all test
#'   predictions together), estimates (see `shown_estimates()`) and splits (long, cross-validation
#'   only: external cohorts are scored on one split and have no spread over splits), pairs (see
#'   `read_pairs()`), selection (see `read_selection()`), external (estimates in the cohorts),
#'   tuning (a row per candidate and inner fold) and timing (a row per split and stage).
read_figure_data <- function(files, dataset, task, metric, models, baselines = NULL,
                             positive = NULL, rope = 0.01) {
  models <- clean_text(unlist(models))
  baselines <- intersect(clean_text(unlist(baselines)), models)
  keep <- function(table) {
    table$model <- clean_text(paste0(table$language, "/", table$model, recycle0 = TRUE))
    table[table$dataset == dataset & table$model %in% models, , drop = FALSE]
  }
  in_cross_validation <- function(table) {
    table[table$cohort %in% "development", , drop = FALSE]
  }
  splits <- in_cross_validation(keep(read_columns(
    files[["metrics"]],
    text = c("dataset", "language", "model", "split", "cohort", "metric"), numbers = "value"
  )))
  all_estimates <- keep(read_columns(
    files[["estimates"]],
    text = c("dataset", "language", "model", "cohort", "metric", "method"),
    numbers = c("estimate", "ci_low", "ci_high", "n_splits", "n_failed")
  ))
  external <- all_estimates[!all_estimates$cohort %in% "development", , drop = FALSE]
  external$cohort <- clean_text(external$cohort)
  estimates <- in_cross_validation(all_estimates)
  pooled <- nrow(estimates) > 0 && !any(estimates$method %in% "nadeau_bengio")
  estimates <- shown_estimates(estimates)
  failures <- keep(read_columns(
    files[["failures"]], text = c("dataset", "language", "model", "stage", "message")
  ))
  tuning <- keep(read_columns(
    files[["tuning"]],
    text = c("dataset", "language", "model", "split", "parameters", "metric"),
    numbers = c("candidate", "inner_fold", "value")
  ))
  tuning$parameters <- clean_text(tuning$parameters)
  timing <- keep(read_columns(
    files[["timing"]],
    text = c("dataset", "language", "model", "split", "stage"),
    numbers = c("cpu_seconds", "peak_mb")
  ))
  # A candidate that failed during tuning explains a lost split only if nothing later does.
  lost <- failures[order(failures$stage %in% "tune"), , drop = FALSE]
  message <- lost$message[match(models, lost$model)]
  message[is.na(message)] <- ""
  language <- language_label(sub("/.*", "", models))
  list(
    dataset = clean_text(dataset),
    task = task,
    metric = metric,
    positive = if (length(positive) == 0) NULL else clean_text(positive),
    rope = rope,
    n_splits = max(0, length(unique(splits$split)), estimates$n_splits, na.rm = TRUE),
    models = data.frame(
      model = models,
      language = language,
      baseline = models %in% baselines,
      kind = ifelse(models %in% baselines, "baseline", language),
      message = clean_text(message)
    ),
    estimates = estimates,
    pooled = pooled,
    pairs = read_pairs(files[["comparisons"]], dataset, models, metric),
    selection = read_selection(files[["selection"]], dataset, metric),
    external = external,
    splits = splits,
    tuning = tuning,
    timing = timing
  )
}

#' One row per model and metric of cross-validation: the mean over the splits, where there is one.
#'
#' Where the splits agree it has the interval of the row that tells the same value; any other one is
#' of the pooled predictions.
shown_estimates <- function(estimates) {
  key <- function(rows) paste(rows$model, rows$metric, sep = "\r")
  shown <- estimates[order(!estimates$method %in% "nadeau_bengio"), , drop = FALSE]
  shown <- shown[!duplicated(key(shown)), , drop = FALSE]
  same <- estimates[estimates$method %in% c("wilson", "newcombe"), , drop = FALSE]
  same <- same[match(key(shown), key(same)), , drop = FALSE]
  taken <- is.na(shown$ci_low) & !is.na(same$ci_low)
  interval <- c("ci_low", "ci_high", "method")
  shown[taken, interval] <- same[taken, interval]
  shown
}

#' Whether each model has a value on every split on which any model has one.
#'
#' Only such a model may lead: the mean of one that failed on the hard splits is of the easy ones.
#' Where all predictions are scored together, a split counts that has a value of any metric.
on_every_split <- function(data, models, metric) {
  valued <- data$splits[is.finite(data$splits$value), , drop = FALSE]
  if (!isTRUE(data$pooled)) valued <- valued[valued$metric == metric, , drop = FALSE]
  valued <- unique(valued[c("model", "split")])
  tabulate(match(valued$model, models), length(models)) == length(unique(valued$split))
}

no_leader <- "No model leads: none has a value on every split"

#' The title of a figure without a leader: that none may lead, or else why there is none.
without_leader <- function(ranked, otherwise) {
  if (any(ranked$status == "scored" & !ranked$baseline)) no_leader else otherwise
}

#' Which of the ranked models may lead a figure in which baselines do not.
may_lead <- function(ranked) ranked$status == "scored" & !ranked$baseline & ranked$complete

#' "the baseline (r/null, ROC AUC 0.500)" if no model does better, as printed; else empty.
#'
#' Those without a value on every split tell nothing here.
#' @param ranked rows in the order of `rank_models()`; label: of the metric.
unbeaten_baseline <- function(ranked, label, decimals) {
  rows <- ranked[is.finite(ranked$estimate) & ranked$complete, , drop = FALSE]
  if (all(rows$baseline) || !any(rows$baseline)) return("")
  printed <- format_value(rows$estimate, decimals)
  baseline <- which(rows$baseline)[1]
  model <- which(!rows$baseline)[1]
  if (model < baseline && printed[model] != printed[baseline]) return("")
  paste0("the baseline (", rows$model[baseline], ", ", label, " ", printed[baseline], ")")
}

#' "No model does better than the baseline (r/null, ROC AUC 0.500); best of the others: r/a, 0.480"
no_model_beats <- function(baseline, who, value) {
  paste0("No model does better than ", baseline, "; best of the others: ", who, ", ", value)
}

#' One row per configured model with its estimate of one metric, the best first; those that may not
#' lead stand after all that may.
#'
#' @return data.frame of model, language, baseline, kind, message, estimate, ci_low, ci_high,
#'   method, n_failed, complete (see `on_every_split()`) and status: `scored`, `undefined`
#'   (predicted, but the metric does not exist, as a metric of probabilities for a model that has
#'   none) or `failed` (no split was predicted).
rank_models <- function(data, metric = data$metric) {
  info <- metric_info(metric)
  found <- data$estimates[data$estimates$metric == metric, , drop = FALSE]
  found <- found[match(data$models$model, found$model), , drop = FALSE]
  rows <- cbind(
    data$models,
    found[c("estimate", "ci_low", "ci_high", "method", "n_failed")]
  )
  rownames(rows) <- NULL
  never <- !data$models$model %in% data$estimates$model
  rows$n_failed[is.na(rows$n_failed)] <- 0
  rows$n_failed[never] <- data$n_splits
  rows$status <- ifelse(
    is.finite(rows$estimate), "scored",
    ifelse(never | rows$n_failed >= data$n_splits, "failed", "undefined")
  )
  rows$complete <- on_every_split(data, rows$model, metric)
  # An interval from a t distribution can leave the metric's range, where no value can be.
  rows$cut <- (rows$ci_low < info$lower | rows$ci_high > info$upper) %in% TRUE
  rows$ci_low <- pmax(rows$ci_low, info$lower)
  rows$ci_high <- pmin(rows$ci_high, info$upper)
  badness <- if (info$higher_is_better) -rows$estimate else rows$estimate
  group <- match(rows$status, c("scored", "undefined", "failed"))
  rows[order(group, group == 1 & !rows$complete, badness), , drop = FALSE]
}

#' Calls the estimates in a text values instead of means, where they are of pooled predictions.
name_estimates <- function(text, data) {
  if (isTRUE(data$pooled)) gsub("mean", "value", text) else text
}

#' "leukemia, 25 splits, positive class AML"
describe_data <- function(data) {
  text <- paste0(
    data$dataset, ", ", plural(data$n_splits, "split"),
    if (isTRUE(data$pooled)) ", all test predictions scored together"
  )
  if (!is.null(data$positive)) {
    text <- paste0(text, ", positive class ", shorten(data$positive, 2, text_sizes[["subtitle"]]))
  }
  text
}
