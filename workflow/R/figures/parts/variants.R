# What layers.R, grouping.R and lab_batches.R share: a data set's models beside those of its
# variants, and the paired differences with their intervals.

use("theme", "text", "metric_info", "figure_data")

# Inches: height of a row, and width of the panels of the means and of the differences.
variant_row <- 0.27
variant_panel <- 3.3

#' Rows of variants.csv for one data set and metric, the best models first.
#'
#' @param models all models as `language/name`; @param baselines those left out: they know nothing
#'   of the features, so no variant changes them.
#' @return data.frame of kind, part (the variant's name without the data set's), model, language,
#'   estimate, variant_estimate, difference (data set minus variant), ci_low, ci_high, p_value,
#'   method, n_splits.
read_variants <- function(file, dataset, models, baselines, metric) {
  models <- setdiff(clean_text(unlist(models)), clean_text(unlist(baselines)))
  table <- read_models(
    file, dataset, models, c("variant", "kind", "metric", "method"),
    c("estimate", "variant_estimate", "difference", "ci_low", "ci_high", "p_value", "n_splits")
  )
  table <- table[table$metric == metric, , drop = FALSE]
  table$part <- substring(table$variant, nchar(dataset) + 2)
  table$language <- language_label(table$language)
  badness <- if (metric_info(metric)$higher_is_better) -table$estimate else table$estimate
  table[order(badness, match(table$model, models)), , drop = FALSE]
}

#' Rows as `draw_variants()` takes them; label: of each row. sign: 1 for the data set minus the
#' variant, -1 for the variant minus the data set.
variant_rows <- function(rows, label = "", sign = 1) {
  data.frame(
    model = rows$model, language = rows$language, label = label, mean = rows$estimate,
    other = rows$variant_estimate, difference = sign * rows$difference,
    low = if (sign > 0) rows$ci_low else -rows$ci_high,
    high = if (sign > 0) rows$ci_high else -rows$ci_low
  )
}

#' How many splits, or other pairs, the rows have at most.
variant_pairs <- function(rows) suppressWarnings(max(0, rows$n_splits, na.rm = TRUE))

#' The title of the axis of differences: "All minus alone (above 0: the others help)".
variant_axis <- function(what, then, info) {
  paste0(what, " (", if (info$higher_is_better) "above" else "below", " 0: ", then, ")")
}

#' How the intervals of a figure were made, by the column `method`.
variant_intervals <- function(rows) {
  words <- c(
    nadeau_bengio = "Nadeau-Bengio corrected resampled t of the paired differences",
    t_over_repeats = "t over the repeats' differences",
    group_bootstrap = "t with the bootstrap's error over groups, of all predictions together",
    sample_bootstrap = "t with the bootstrap's error over samples, of all predictions together"
  )
  paste0(
    "Intervals: ", paste(words[unique(rows$method)], collapse = "; "),
    ", one by one; the title's evidence is adjusted for their number (Holm)."
  )
}

#' "Mean ROC AUC" over splits; the metric alone where all predictions are scored together.
variant_value <- function(rows, info) {
  if (any(grepl("bootstrap", rows$method))) capitalise(info$label) else paste("Mean", info$label)
}

#' Draws means of the data set and of its variants side by side, and their differences.
#'
#' @param rows data.frame of model, language, label (of the row), mean, other, difference, low and
#'   high; rows of one model stand together.
#' @param words list of title, subtitle, caption, mean and other (what the marks are), means and
#'   differences (titles of the axes).
#' @param info of the metric.
draw_variants <- function(rows, words, info) {
  axis <- text_sizes[["axis"]]
  decimals <- metric_decimals(c(rows$mean, rows$other), info)
  rows$number <- interval_text(rows$difference, rows$low, rows$high, decimals, "no value")
  header <- "difference [95 % interval]"
  rows$name <- factor(model_labels(rows$model), unique(model_labels(rows$model)))
  rows$y <- factor(seq_len(nrow(rows)), rev(seq_len(nrow(rows))))
  several <- anyDuplicated(rows$model) > 0
  right <- max(text_width(c(rows$number, header), axis)) + 0.1
  plot <- ggplot(mapping = aes(colour = .data$language, shape = .data$language)) +
    variant_marks(rows, header) +
    variant_scales(words, language_colours[names(language_colours) %in% rows$language]) +
    scale_x_continuous(labels = short_number) +
    scale_y_discrete(labels = function(row) rows$label[as.integer(row)]) +
    facet_grid(
      vars(.data$name), vars(.data$panel), scales = "free", space = "free_y", switch = "both",
      labeller = labeller(panel = unlist(words[c("means", "differences")]))
    ) +
    labs(x = NULL, y = NULL) +
    model_rows(
      right, panel.spacing.x = unit(0.4, "inches"), axis.text.x = element_text(size = 9),
      panel.spacing.y = unit(if (several) 6 else 0, "pt")
    )
  names_width <- max(text_width(levels(rows$name), axis)) + max(text_width(rows$label, axis), 0)
  worded_figure(
    plot, names_width + 2 * variant_panel + right + 1.1,
    1.4 + variant_row * nrow(rows) + several * 0.085 * nlevels(rows$name),
    words$title, words$subtitle, words$caption
  )
}

#' Means joined by a line, and differences with their intervals and numbers.
variant_marks <- function(rows, header) {
  rows$panel <- factor("differences", c("means", "differences"))
  means <- transform(rows, panel = replace(panel, TRUE, "means"))
  top <- transform(rows[1, ], number = header)
  list(
    geom_blank(aes(x = 0, y = .data$y), rows),
    geom_vline(aes(xintercept = 0), rows, linewidth = 0.6, colour = ink[["soft"]]),
    geom_segment(
      aes(.data$mean, .data$y, xend = .data$other, yend = .data$y), means, alpha = 0.5,
      show.legend = FALSE, na.rm = TRUE
    ),
    geom_point(
      aes(.data$other, .data$y, fill = "other", size = "other"), means, stroke = 0.9, na.rm = TRUE,
      show.legend = c(size = TRUE, colour = FALSE, shape = FALSE)
    ),
    geom_segment(
      aes(.data$low, .data$y, xend = .data$high, yend = .data$y, linewidth = "interval"), rows,
      show.legend = c(linewidth = TRUE, colour = FALSE), na.rm = TRUE
    ),
    geom_point(
      aes(x, .data$y, fill = .data$language, size = "mean"), na.rm = TRUE,
      rbind(transform(means, x = mean), transform(rows, x = difference))
    ),
    text_beside(rows),
    text_beside(top, "small", "soft", vjust = -1.5)
  )
}

#' Scales: what a mark means, in the colour of both languages, and the languages.
variant_scales <- function(words, colours) {
  key <- function(order, ...) guide_legend(NULL, order = order, override.aes = list(...))
  list(
    scale_size_manual(
      values = c(mean = 2.4, other = 2.2), labels = c(words$mean, words$other),
      breaks = c("mean", "other"),
      guide = key(1, shape = 21, fill = ink[c("strong", "paper")], colour = ink[["strong"]])
    ),
    scale_linewidth_manual(values = 1, labels = "95 % interval", guide = key(2)),
    scale_colour_manual(values = colours, guide = key(3, size = 2.4, fill = colours, linetype = 0)),
    scale_shape_manual(values = language_outlines, guide = key(3)),
    scale_fill_manual(values = c(language_colours, other = ink[["paper"]]), guide = "none")
  )
}

#' "3 of 5 models", "all 5 models"; part is at least 1.
of_models <- function(part, n) {
  if (n == 1) return("the one model")
  if (part < n) return(paste(part, "of", n, "models"))
  if (n == 2) "both models" else paste("all", n, "models")
}
