# Names, directions, ranges and chance levels of the metrics, from the catalog.

use("catalog")

#' The rows of catalog/metrics.csv.
#'
#' @return data.frame of metric, label, header (the narrow form for table columns), task,
#'   higher_is_better, lower, upper (infinite where there is no limit) and chance (the value of a
#'   prediction that knows nothing; NA where it depends on the data).
metric_table <- local({
  table <- NULL
  function() {
    if (is.null(table)) {
      rows <- data.table::fread(
        catalog("metrics.csv"),
        encoding = "UTF-8", data.table = FALSE, nThread = 1, na.strings = ""
      )
      table <<- data.frame(
        metric = rows$metric, label = rows$label, task = rows$task,
        header = sub("|", "\n", rows$header, fixed = TRUE),
        higher_is_better = rows$higher_is_better,
        lower = ifelse(is.na(rows$lowest), -Inf, rows$lowest),
        upper = ifelse(is.na(rows$highest), Inf, rows$highest), chance = as.numeric(rows$chance)
      )
    }
    table
  }
})

#' The row of `metric_table()` for one metric, as a list.
metric_info <- function(metric) {
  table <- metric_table()
  row <- table[table$metric == metric, ]
  if (nrow(row) == 0) {
    stop(
      "The metric '", metric, "' is not in catalog/metrics.csv. Known: ",
      paste(table$metric, collapse = ", "), ".",
      call. = FALSE
    )
  }
  as.list(row)
}

#' How many decimals show three significant digits of typical values.
metric_decimals <- function(values, info) {
  if (is.finite(info$lower) && is.finite(info$upper)) return(3)
  typical <- stats::median(abs(values[is.finite(values) & values != 0]))
  if (is.na(typical)) return(3)
  max(0, min(6, 2 - floor(log10(typical))))
}

#' "higher is better"
which_is_better <- function(info) {
  paste(if (info$higher_is_better) "higher" else "lower", "is better")
}

#' A sentence of a subtitle: "ROC AUC: higher is better."
better_words <- function(info) paste0(capitalise(info$label), ": ", which_is_better(info), ".")

#' The title of an axis of a metric: "ROC AUC (higher is better)".
metric_axis <- function(info) paste0(capitalise(info$label), " (", which_is_better(info), ")")
