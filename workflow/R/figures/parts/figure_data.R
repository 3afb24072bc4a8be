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

#' Rows of one data set and its models of a table of all; `model` becomes `language/name`.
read_models <- function(file, dataset, models, text = character(), numbers = character()) {
  table <- read_columns(file, c("dataset", "language", "model", text), numbers)
  table$model <- clean_text(paste0(table$language, "/", table$model, recycle0 = TRUE))
  table[table$dataset == dataset & table$model %in% clean_text(unlist(models)), , drop = FALSE]
}

#' What the figures of one data set show.
#'
#' @param files list of the paths metrics, estimates, ranking, findings, comparisons, failures,
#'   tuning and timing, each with all data sets.
#' @param models all configured models as `language/name`, in the order of the config, also those
#'   without a single result; results of other models are not drawn.
#' @param baselines those of the models that know nothing of the features.
#' @param positive label of the positive class, or NULL.
#' @param rope in words, models that differ by less are practically equivalent.
#' @return list with dataset, task, metric, positive, rope, n_splits (outer splits of
#'   cross-validation), models (model, language, baseline, kind: its language or "baseline",
#'   message: why its first lost split failed), pooled (whether the estimates are of all test
#'   predictions together), ranking and external (see `read_ranking()`), findings (see
#'   `finding()`), splits (long, cross-validation only: external cohorts are scored on one split and
#'   have no spread over splits), pairs (see `read_pairs()`), tuning (a row per candidate and inner
#'   fold) and timing (a row per split and stage).
read_figure_data <- function(files, dataset, task, metric, models, baselines = NULL,
                             positive = NULL, rope = "0.01") {
  models <- clean_text(unlist(models))
  baselines <- intersect(clean_text(unlist(baselines)), models)
  read <- function(name, ...) read_models(files[[name]], dataset, models, ...)
  in_cross_validation <- function(table) {
    table[table$cohort %in% "development", , drop = FALSE]
  }
  splits <- in_cross_validation(read("metrics", c("split", "cohort", "metric"), "value"))
  estimates <- in_cross_validation(read("estimates", c("cohort", "method"), "n_splits"))
  ranking <- read_ranking(files[["ranking"]], dataset, models)
  failures <- read("failures", c("stage", "message"))
  tuning <- read(
    "tuning", c("split", "parameters", "metric"), c("candidate", "inner_fold", "value")
  )
  tuning$parameters <- clean_text(tuning$parameters)
  timing <- read("timing", c("split", "stage"), c("cpu_seconds", "peak_mb"))
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
    ranking = ranking$development,
    pooled = nrow(estimates) > 0 && !any(estimates$method %in% "nadeau_bengio"),
    pairs = read_pairs(files[["comparisons"]], dataset, models, metric),
    findings = read_findings(files[["findings"]], dataset),
    external = ranking$external,
    splits = splits,
    tuning = tuning,
    timing = timing
  )
}

#' Rows of findings.csv of one data set: key, place and text.
read_findings <- function(file, dataset) {
  table <- read_columns(file, text = c("dataset", "key", "place", "text"))
  table$text <- clean_text(table$text)
  table[table$dataset == dataset, , drop = FALSE]
}

#' What findings.csv says in a place of a figure; "" if it says nothing.
finding <- function(data, figure, place = "title") {
  rows <- data$findings
  c(rows$text[rows$key == figure & rows$place == place], "")[1]
}

#' Rows of ranking.csv: who leads, and how the others stand to it, is decided there.
#'
#' @return list of development (the rows of cross-validation) and external (those of the cohorts).
read_ranking <- function(file, dataset, models) {
  flags <- c("leader", "differs_from_leader", "beats_baseline", "complete")
  table <- read_models(
    file, dataset, models, c("cohort", "metric", "method", "status", flags),
    c("estimate", "ci_low", "ci_high", "n_failed")
  )
  table[flags] <- lapply(table[flags], function(cells) cells == "true")
  inside <- table$cohort %in% "development"
  external <- table[!inside, , drop = FALSE]
  external$cohort <- clean_text(external$cohort)
  list(development = table[inside, , drop = FALSE], external = external)
}

#' One row per configured model on one metric, in the order of ranking.csv.
#'
#' @return data.frame of model, language, baseline, kind, message, and of ranking.csv estimate,
#'   ci_low, ci_high, method, n_failed, status, complete, leader, beats_baseline and different (from
#'   the leader); printed: the estimate as text; cut: whether the interval is cut at the end of the
#'   metric's range.
rank_models <- function(data, metric = data$metric) {
  info <- metric_info(metric)
  ranking <- data$ranking[data$ranking$metric == metric, , drop = FALSE]
  place <- match(data$models$model, ranking$model)
  columns <- c("estimate", "ci_low", "ci_high", "method", "n_failed", "status", "complete",
               "leader", "beats_baseline")
  rows <- cbind(data$models, ranking[place, columns])
  rows$different <- ranking$differs_from_leader[place] %in% TRUE
  # Where no model has any estimate, there is no ranking.
  gone <- is.na(place)
  rows$status[gone] <- "failed"
  rows$n_failed[gone] <- data$n_splits
  rows$complete[gone] <- rows$leader[gone] <- FALSE
  rows <- rows[order(place), , drop = FALSE]
  rownames(rows) <- NULL
  rows$printed <- format_value(rows$estimate, metric_decimals(rows$estimate, info))
  # An interval from a t distribution can leave the metric's range, where no value can be.
  rows$cut <- (rows$ci_low < info$lower | rows$ci_high > info$upper) %in% TRUE
  rows$ci_low <- pmax(rows$ci_low, info$lower)
  rows$ci_high <- pmin(rows$ci_high, info$upper)
  rows
}

#' Calls the estimates in a text values instead of means, where they are of pooled predictions.
name_estimates <- function(text, data) {
  if (isTRUE(data$pooled)) gsub("\\bmean(s?)\\b", "value\\1", text, perl = TRUE) else text
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
