# What layers.R and grouping.R share: a data set's models beside those of its
# variants, and the paired differences with their intervals.

use("theme", "text", "canvas", "metric_info", "figure_data")

# Inches: height of a row, widths of the panels of the means and of the differences.
variant_row <- 0.27
variant_panels <- c(means = 3.3, differences = 3.3)
variant_gap <- 0.55

#' Rows of variants.csv for one data set and metric, the best models first.
#'
#' @param models all models as `language/name`; @param baselines those left out: they know nothing
#'   of the features, so no variant changes them.
#' @return data.frame of kind, part (the variant's name without the data set's), model, language,
#'   estimate, variant_estimate, difference (data set minus variant), ci_low, ci_high, p_value,
#'   method, n_splits.
read_variants <- function(file, dataset, models, baselines, metric) {
  table <- read_columns(
    file,
    text = c("dataset", "variant", "kind", "language", "model", "metric", "method"),
    numbers = c(
      "estimate", "variant_estimate", "difference", "ci_low", "ci_high", "p_value", "n_splits"
    )
  )
  table$model <- clean_text(paste0(table$language, "/", table$model, recycle0 = TRUE))
  models <- setdiff(clean_text(unlist(models)), clean_text(unlist(baselines)))
  kept <- table$dataset == dataset & table$metric == metric & table$model %in% models
  table <- table[kept, , drop = FALSE]
  table$part <- substring(table$variant, nchar(dataset) + 2)
  table$language <- language_label(table$language)
  badness <- if (metric_info(metric)$higher_is_better) -table$estimate else table$estimate
  table[order(badness, match(table$model, models)), , drop = FALSE]
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

#' A scale from values to inches: `at(values)`, and `ticks`.
inch_scale <- function(values, from, width, zero = FALSE) {
  values <- c(values[is.finite(values)], if (zero) 0)
  if (length(values) == 0) values <- 0
  limits <- range(values)
  room <- max(diff(limits) * 0.06, 1e-3)
  limits <- limits + c(-room, room)
  ticks <- pretty(limits, 4)
  list(
    at = function(x) from + (x - limits[1]) / diff(limits) * width,
    ticks = ticks[ticks >= limits[1] & ticks <= limits[2]]
  )
}

#' Draws means of the data set and of its variants side by side, and their differences.
#'
#' @param rows data.frame of model, language, label (of the row), mean, other, difference, low and
#'   high; rows of one model stand together.
#' @param words list of title, subtitle, caption, mean and other (what the marks are), means and
#'   differences (titles of the axes).
#' @param info of the metric.
draw_variants <- function(rows, words, info) {
  small <- text_sizes[["small"]]
  axis <- text_sizes[["axis"]]
  n <- nrow(rows)
  first <- !duplicated(rows$model)
  rows$name <- ifelse(first, model_labels(rows$model), "")
  rows$y <- 0.75 + variant_row * (n - seq_len(n) + 0.5)
  models_width <- max(text_width(rows$name, axis)) + 0.2
  left <- models_width + max(0, text_width(rows$label, axis)) + 0.2
  right <- left + variant_panels[["means"]] + variant_gap
  decimals <- metric_decimals(c(rows$mean, rows$other), info)
  rows$number <- interval_text(rows$difference, rows$low, rows$high, decimals, "no value")
  number_x <- right + variant_panels[["differences"]] + 0.15
  width <- number_x + max(text_width(c(rows$number, "difference [95 % interval]"), axis))
  top <- 0.75 + variant_row * n
  means <- inch_scale(c(rows$mean, rows$other), left, variant_panels[["means"]])
  gaps <- inch_scale(
    c(rows$difference, rows$low, rows$high), right, variant_panels[["differences"]], zero = TRUE
  )
  rows$colour <- unname(language_colours[rows$language])
  rows$solid <- unname(language_shapes[rows$language])
  rows$hollow <- unname(language_outlines[rows$language])
  key <- key_places(c(words$mean, words$other, "95 % interval"), width)
  key$y <- top + 0.55 + 0.22 * (max(key$line) - key$line)
  languages <- intersect(names(language_colours), rows$language)
  from <- max((key$x + text_width(c(words$mean, words$other, "95 % interval"), small) + 0.55)[
    key$line == 1
  ])
  separators <- rows$y[first][-1] + variant_row / 2
  plot <- canvas(width, max(key$y) + 0.2, words$title, words$subtitle, words$caption) +
    variant_grid(means, top) + variant_grid(gaps, top) +
    (if (any(duplicated(rows$model))) {
      annotate(
        "segment", x = 0, xend = width, y = separators, yend = separators, linewidth = 0.3,
        colour = ink[["line"]]
      )
    }) +
    annotate(
      "segment", x = gaps$at(0), xend = gaps$at(0), y = 0.75, yend = top, linewidth = 0.6,
      colour = ink[["soft"]]
    ) +
    variant_marks(rows, means, gaps) +
    variant_key(key, from, languages) +
    canvas_text(rbind(
      text_rows(0, rows$y, rows$name, size = axis),
      text_rows(models_width, rows$y, rows$label, size = axis, colour = ink[["soft"]]),
      text_rows(number_x, rows$y, rows$number, size = axis),
      text_rows(number_x, top + 0.15, "difference [95 % interval]", colour = ink[["soft"]]),
      text_rows(means$at(means$ticks), 0.62, short_number(means$ticks), hjust = 0.5),
      text_rows(gaps$at(gaps$ticks), 0.62, short_number(gaps$ticks), hjust = 0.5),
      text_rows(
        c(left, right) + variant_panels / 2, 0.34, c(words$means, words$differences), hjust = 0.5,
        size = axis
      ),
      text_rows(key$x + 0.3, key$y, c(words$mean, words$other, "95 % interval")),
      text_rows(from + 0.8 * (seq_along(languages) - 1) + 0.15, max(key$y), languages)
    ))
  canvas_figure(plot, width, max(key$y) + 0.2)
}

#' Vertical lines at the ticks of a scale.
variant_grid <- function(scale, top) {
  annotate(
    "segment", x = scale$at(scale$ticks), xend = scale$at(scale$ticks), y = 0.75, yend = top,
    linewidth = 0.3, colour = ink[["line"]]
  )
}

#' Means joined by a line, and differences with their intervals.
variant_marks <- function(rows, means, gaps) {
  both <- rows[is.finite(rows$difference), , drop = FALSE]
  if (nrow(both) == 0) return(NULL)
  bounded <- both[is.finite(both$low) & is.finite(both$high), , drop = FALSE]
  list(
    annotate(
      "segment", x = means$at(both$mean), xend = means$at(both$other), y = both$y, yend = both$y,
      colour = both$colour, linewidth = 0.5, alpha = 0.5
    ),
    annotate(
      "point", x = means$at(both$other), y = both$y, colour = both$colour, shape = both$hollow,
      fill = ink[["paper"]], size = 2.3, stroke = 0.9
    ),
    annotate(
      "point", x = means$at(both$mean), y = both$y, colour = both$colour, shape = both$solid,
      size = 2.6
    ),
    if (nrow(bounded) > 0) {
      annotate(
        "segment", x = gaps$at(bounded$low), xend = gaps$at(bounded$high), y = bounded$y,
        yend = bounded$y, colour = bounded$colour, linewidth = 1
      )
    },
    annotate(
      "point", x = gaps$at(both$difference), y = both$y, colour = both$colour, shape = both$solid,
      size = 2.6
    )
  )
}

#' The key: marks in grey, since they mean the same in both languages, and the languages' colours.
variant_key <- function(key, from, languages) {
  x <- from + 0.8 * (seq_along(languages) - 1)
  list(
    annotate(
      "point", x = key$x[1:2] + 0.14, y = key$y[1:2], shape = c(16, 21), fill = ink[["paper"]],
      colour = ink[["strong"]], size = c(2.6, 2.3), stroke = 0.9
    ),
    annotate(
      "segment", x = key$x[3] + 0.03, xend = key$x[3] + 0.25, y = key$y[3], yend = key$y[3],
      linewidth = 1, colour = ink[["strong"]]
    ),
    annotate(
      "point", x = x, y = max(key$y), colour = language_colours[languages],
      shape = language_shapes[languages], size = 2.6
    )
  )
}

#' "3 of 5 models", "all 5 models"; part is at least 1.
of_models <- function(part, n) {
  if (n == 1) return("the one model")
  if (part < n) return(paste(part, "of", n, "models"))
  if (n == 2) "both models" else paste("all", n, "models")
}
