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

#' Draws a panel per column and cohort; `data$subgroups`: see `read_subgroups()`.
draw_subgroups <- function(data) {
  info <- metric_info(data$metric)
  ranked <- rank_models(data)
  valued <- data$subgroups[is.finite(data$subgroups$estimate), , drop = FALSE]
  first <- ranked$model[!ranked$baseline & ranked$model %in% valued$model][1]
  rows <- data$subgroups[data$subgroups$model %in% first, , drop = FALSE]
  title <- finding(data, "subgroups")
  subtitle <- paste0(describe_data(data), ". ")
  if (nrow(rows) == 0) return(words_figure(title, subtitle))
  rows <- subgroup_labels(rows, info)
  small <- text_sizes[["small"]]
  right <- max(text_width(rows$number, small)) + 0.1
  plot <- ggplot(rows, aes(.data$estimate, .data$y, colour = .data$state)) +
    geom_vline(
      aes(xintercept = .data$overall), linetype = "22", linewidth = 0.5, colour = ink[["soft"]]
    ) +
    geom_segment(
      aes(.data$ci_low, xend = .data$ci_high, yend = .data$y), linewidth = 0.9, na.rm = TRUE
    ) +
    geom_point(size = 2.6, na.rm = TRUE) +
    text_beside(rows, "small") +
    scale_colour_manual(values = subgroup_colours, guide = "none") +
    scale_y_discrete(labels = function(row) rows$label[as.integer(row)]) +
    facet_grid(vars(.data$panel), scales = "free_y", space = "free_y", switch = "y") +
    labs(x = metric_axis(info), y = NULL) +
    model_rows(right)
  beside <- max(text_width(levels(rows$panel), text_sizes[["axis"]])) +
    max(text_width(rows$label, text_sizes[["axis"]]))
  worded_figure(
    plot, max(7.2, beside + subgroup_panel + right + 0.5),
    0.8 + subgroup_row * nrow(rows) + 0.1 * nlevels(rows$panel), title,
    paste0(
      subtitle, "The first model, ", first, ", in each stratum; dashed: in all samples together."
    ),
    paste0(
      "Bars: 95 % intervals, one by one. p: of the gap to the rest beyond what the mix of ",
      "outcomes explains, adjusted for all strata and columns (max-T); brown: below ", significance,
      ". Grey: not tested, with fewer than 10 samples, here or in the rest, or in ",
      "cross-validation one group in each stratum. All models and metrics: subgroups.csv."
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
