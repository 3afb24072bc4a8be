# In whom does it work? The first model in each stratum of the samples, beside all of them.

use("theme", "text", "metric_info", "figure_data", "pairs")

# Inches: height of a row, and width of the panel.
subgroup_row <- 0.27
subgroup_panel <- 4

#' Rows of subgroups.csv of one data set and metric.
read_subgroups <- function(file, dataset, models, metric) {
  rows <- read_models(
    file, dataset, models, c("cohort", "column", "stratum", "metric"),
    c("n_samples", "estimate", "ci_low", "ci_high", "overall", "p_adjusted")
  )
  rows <- rows[rows$metric == metric, , drop = FALSE]
  names <- c("cohort", "column", "stratum")
  rows[names] <- lapply(rows[names], clean_text)
  rows
}

# Of fewer strata, the mean and what to expect of a new one are only in heterogeneity.csv: their
# intervals are about as wide as the range of the metric.
fewest_strata <- 5

#' Rows of heterogeneity.csv of one data set and metric that have `fewest_strata`.
read_heterogeneity <- function(file, dataset, models, metric) {
  rows <- read_models(
    file, dataset, models, c("cohort", "column", "metric"),
    c("n_strata", "estimate", "ci_low", "ci_high", "prediction_low", "prediction_high")
  )
  rows <- rows[rows$metric == metric & rows$n_strata >= fewest_strata, , drop = FALSE]
  rows[c("cohort", "column")] <- lapply(rows[c("cohort", "column")], clean_text)
  rows
}

#' Draws a panel per column and cohort.
#'
#' @param data `data$subgroups`: see `read_subgroups()`; `data$heterogeneity`: see
#'   `read_heterogeneity()`.
draw_subgroups <- function(data) {
  info <- metric_info(data$metric)
  ranked <- rank_models(data)
  valued <- data$subgroups[is.finite(data$subgroups$estimate), , drop = FALSE]
  first <- ranked$model[!ranked$baseline & ranked$model %in% valued$model][1]
  rows <- data$subgroups[data$subgroups$model %in% first, , drop = FALSE]
  title <- finding(data, "subgroups")
  subtitle <- paste0(describe_data(data), ". ")
  if (nrow(rows) == 0) return(words_figure(title, subtitle))
  rows <- add_means(subgroup_labels(rows, info), data$heterogeneity, first, info)
  any_mean <- any(rows$state == "mean")
  small <- text_sizes[["small"]]
  right <- max(text_width(rows$number, small)) + 0.1
  plot <- ggplot(rows, aes(.data$estimate, .data$y, colour = .data$state)) +
    geom_vline(
      aes(xintercept = .data$overall), linetype = "22", linewidth = 0.5, colour = ink[["soft"]]
    ) +
    prediction_line(any_mean) +
    geom_segment(
      aes(.data$ci_low, xend = .data$ci_high, yend = .data$y), linewidth = 0.9, na.rm = TRUE
    ) +
    geom_point(aes(shape = .data$state, size = .data$state), na.rm = TRUE) +
    text_beside(rows, "small") +
    scale_colour_manual(values = c(subgroup_colours, mean = ink[["strong"]]), guide = "none") +
    scale_shape_manual(values = c(of_strata(16), mean = 18), guide = "none") +
    scale_size_manual(values = c(of_strata(2.6), mean = 4), guide = "none") +
    scale_y_discrete(labels = function(row) rows$label[as.integer(row)]) +
    facet_grid(vars(.data$panel), scales = "free_y", space = "free_y", switch = "y") +
    labs(x = metric_axis(info), y = NULL) +
    model_rows(right)
  beside <- max(text_width(levels(rows$panel), text_sizes[["axis"]])) +
    max(text_width(rows$label, text_sizes[["axis"]]))
  worded_figure(
    plot, max(7.2, beside + subgroup_panel + right + 0.5),
    (if (any_mean) 1.05 else 0.8) + subgroup_row * nrow(rows) + 0.1 * nlevels(rows$panel), title,
    paste0(
      subtitle, "The first model, ", first, ", in each stratum; dashed: in all samples together."
    ),
    paste0(
      "Bars: 95 % intervals, one by one. p: of the gap to the rest beyond what the mix of ",
      "outcomes explains, adjusted for all strata and columns (max-T); brown: below ", significance,
      ". Grey: not tested, with fewer than 10 samples, here or in the rest, or in ",
      "cross-validation one group in each stratum. ",
      if (any_mean) paste0(
        "Diamond: mean of the strata by a random-effects meta-analysis. Thin line: of use if the ",
        "strata are a sample of many, as sites are; it may go on beyond the axis, and its limits ",
        "are at the right. "
      ),
      "All models and metrics: subgroups.csv, heterogeneity.csv."
    )
  )
}

#' A value for each state of a stratum.
of_strata <- function(value) {
  stats::setNames(rep(value, length(subgroup_colours)), names(subgroup_colours))
}

#' The layer of the prediction intervals with its key; nothing if there is none.
prediction_line <- function(any_mean) {
  if (!any_mean) return(NULL)
  list(
    geom_segment(
      aes(.data$new_low, xend = .data$new_high, yend = .data$y, linetype = "new"),
      linewidth = 0.4, na.rm = TRUE
    ),
    scale_linetype_manual(
      values = c(new = "solid"), guide = guide_legend(NULL),
      labels = c(new = "expected at a new stratum (95 % prediction interval)")
    )
  )
}

#' Adds what each row shows: y, label, panel, state and number (the text at the right).
subgroup_labels <- function(rows, info) {
  value <- format_value(rows$estimate, metric_decimals(rows$estimate, info))
  p <- ifelse(rows$p_adjusted < 0.001, "p < 0.001", sprintf("p = %.3f", rows$p_adjusted))
  undefined <- !is.finite(rows$estimate)
  rows$number <- ifelse(undefined, "no value", ifelse(is.na(p), value, paste0(value, ", ", p)))
  found <- ifelse(rows$p_adjusted < significance, "differs", "open")
  rows$state <- ifelse(is.na(p), "untested", found)
  rows$label <- paste0(
    shorten(rows$stratum, 1.9, text_sizes[["axis"]]), " (n = ", rows$n_samples, ")"
  )
  inside <- rows$cohort == "development"
  panel <- ifelse(inside, rows$column, paste0(rows$column, "\n", rows$cohort))
  rows$panel <- factor(panel, unique(panel), two_lines(unique(panel), 1.6, text_sizes[["axis"]]))
  rows$y <- factor(seq_len(nrow(rows)), rev(seq_len(nrow(rows))))
  rows
}

#' Adds a row at the end of each panel with enough strata: what to expect in a new one.
#'
#' @param rows see `subgroup_labels()`; means: see `read_heterogeneity()`; first: the model.
#' @return rows, with new_low and new_high: the part of the interval that is drawn. It can be
#'   much wider than all that is known.
add_means <- function(rows, means, first, info) {
  key <- function(table) paste(table$cohort, table$column, sep = "\r")
  means <- means[means$model %in% first & key(means) %in% key(rows), , drop = FALSE]
  rows$new_low <- rows$new_high <- rep(NA_real_, nrow(rows))
  if (nrow(means) == 0) return(rows)
  of_panel <- match(key(means), key(rows))
  value <- function(name) format_value(means[[name]], metric_decimals(rows$estimate, info))
  seen <- range(rows$estimate, rows$ci_low, rows$ci_high, means$ci_low, means$ci_high, na.rm = TRUE)
  seen <- seen + c(-0.5, 0.5) * diff(seen)
  added <- rows[of_panel, , drop = FALSE]
  added[c("estimate", "ci_low", "ci_high")] <- means[c("estimate", "ci_low", "ci_high")]
  added$new_low <- pmax(means$prediction_low, seen[1])
  added$new_high <- pmin(means$prediction_high, seen[2])
  added$state <- "mean"
  added$label <- sprintf("mean of %d strata", means$n_strata)
  added$number <- paste0(
    value("estimate"), "; new: ", value("prediction_low"), " to ", value("prediction_high")
  )
  rows <- rbind(rows, added)
  rows <- rows[order(rows$panel), , drop = FALSE]
  rows$y <- factor(seq_len(nrow(rows)), rev(seq_len(nrow(rows))))
  rows
}
