# What do the other layers add to a baseline? All layers less the baseline alone, by model.

use("theme", "text", "figure_data", "metric_info", "pairs")

# Inches: height of a row, and width of a panel.
added_row <- 0.3
added_panel <- 2.3

#' Rows of added_value.csv of a data set: the picked model first, then the others, the best first.
#'
#' @return data.frame of variant, model, language (picked, Python, R), measure (label; a factor),
#'   gain, low, high (positive where the other layers help), significant, method, n_splits.
read_added_value <- function(file, dataset, models, metric) {
  text <- c("variant", "measure", "threshold", "method")
  numbers <- c("estimate", "difference", "ci_low", "ci_high", "p_adjusted", "n_splits")
  picked <- paste0("picked/", c("picked", "prevalidated"))
  rows <- read_models(file, dataset, c(picked, unlist(models)), text, numbers)
  rows$language <- language_label(rows$language)
  rows$language[is.na(rows$language)] <- "picked"
  sign <- vapply(rows$measure, function(measure) {
    if (measure == "net_benefit" || metric_info(measure)$higher_is_better) 1 else -1
  }, 1)
  rows$gain <- sign * rows$difference
  rows$low <- pmin(sign * rows$ci_low, sign * rows$ci_high)
  rows$high <- pmax(sign * rows$ci_low, sign * rows$ci_high)
  rows$significant <- (rows$p_adjusted < significance) %in% TRUE
  labels <- mapply(measure_label, rows$measure, rows$threshold, USE.NAMES = FALSE)
  rows$measure <- factor(labels, unique(c(labels[rows$measure == metric], labels)))
  best <- rows[rows$measure == levels(rows$measure)[1], , drop = FALSE]
  badness <- if (metric_info(metric)$higher_is_better) -best$estimate else best$estimate
  best <- best[order(match(best$model, picked, 3), badness), , drop = FALSE]
  rows$model <- factor(rows$model, unique(c(best$model, rows$model)))
  rows
}

measure_label <- function(measure, threshold) {
  if (measure == "net_benefit") return(paste0("Net benefit\nacting from ", threshold, " on"))
  info <- metric_info(measure)
  paste0(capitalise(info$label), if (info$higher_is_better) "\n" else "\n(how much lower)")
}

#' Draws what the other layers add; `data$added_value`: see `read_added_value()`.
draw_added_value <- function(data) {
  rows <- data$added_value
  rows <- rows[is.finite(rows$gain), , drop = FALSE]
  if (nrow(rows) == 0) {
    return(words_figure("No model has a value with and without the baseline", data$dataset))
  }
  rows$model <- droplevels(rows$model)
  rows$part <- substring(rows$variant, nchar(data$dataset) + 2)
  one <- length(unique(rows$part)) == 1
  names <- model_labels(levels(rows$model))
  names[levels(rows$model) == "picked/picked"] <- "the picked model"
  names[levels(rows$model) == "picked/prevalidated"] <- "the picked model's score"
  rows$y <- factor(rows$model, rev(levels(rows$model)))
  rows$number <- paste0(ifelse(rows$gain > 0, "+", ""), format_value(rows$gain, 3))
  colours <- c(picked = ink[["strong"]], language_colours)
  colours <- colours[names(colours) %in% rows$language]
  labels <- c(picked = "picked in each training set", Python = "Python", R = "R")[names(colours)]
  shapes <- c(picked = 23, language_outlines)[names(colours)]
  key <- guide_legend(NULL, override.aes = list(fill = colours))
  plot <- ggplot(rows, aes(.data$gain, .data$y, colour = .data$language)) +
    geom_vline(xintercept = 0, linewidth = 0.6, colour = ink[["soft"]]) +
    geom_segment(
      aes(.data$low, xend = .data$high, yend = .data$y), linewidth = 0.9, na.rm = TRUE,
      show.legend = FALSE
    ) +
    geom_point(
      aes(shape = .data$language, fill = ifelse(.data$significant, .data$language, "open")),
      size = 2.6, stroke = 0.9
    ) +
    geom_text(
      aes(pmax(.data$high, .data$gain, na.rm = TRUE), label = .data$number), hjust = -0.15,
      colour = ink[["strong"]], size = text_sizes[["small"]] / .pt, show.legend = FALSE
    ) +
    scale_colour_manual(values = colours, labels = labels, breaks = names(colours), guide = key) +
    scale_shape_manual(
      values = shapes, labels = labels, breaks = names(colours), guide = guide_legend(NULL)
    ) +
    scale_fill_manual(values = c(colours, open = ink[["paper"]]), guide = "none") +
    scale_x_continuous(n.breaks = 4, labels = short_number, expand = expansion(c(0.05, 0.4))) +
    scale_y_discrete(labels = stats::setNames(names, levels(rows$model))) +
    facet_grid(vars(.data$part), vars(.data$measure), scales = "free") +
    labs(x = "improvement by the other layers (above 0: they help)", y = NULL) +
    coord_cartesian(clip = "off") +
    theme_figure() +
    theme(
      legend.position = "top", panel.grid.major.y = element_blank(),
      panel.spacing.x = unit(0.25, "inches"),
      strip.text = element_text(size = text_sizes[["axis"]], colour = ink[["strong"]]),
      strip.text.y = if (one) element_blank() else element_text(angle = 0, hjust = 0)
    )
  worded_figure(
    plot, max(text_width(names, text_sizes[["axis"]])) + 0.5 + added_panel * nlevels(rows$measure),
    1.6 + added_row * nlevels(rows$model) * length(unique(rows$part)),
    finding(data, "added_value"), added_subtitle(data, rows), added_caption(rows)
  )
}

added_subtitle <- function(data, rows) {
  paste0(
    data$dataset, ": all layers less ", paste(unique(rows$part), collapse = " and "),
    " alone, in the same ", plural(max(rows$n_splits), "split"),
    ". Of two models that are picked in each training set, one with all layers and one with the ",
    "baseline alone, and of each model by itself."
  )
}

added_caption <- function(rows) {
  paste(
    "Bars: 95 % intervals of the paired differences, one by one. Filled: p <",
    paste0(significance, ", adjusted for the models of a panel (Holm); of the picked model not"),
    "adjusted.",
    if (any(rows$model == "picked/prevalidated")) paste(
      "The picked model's score: of the other layer alone, prevalidated, as one more column of a",
      "regression on the baseline (Tibshirani & Efron 2002)."
    ),
    if (any(grepl("^Net benefit", rows$measure))) paste(
      "Net benefit: the share of rightly treated samples, less that of wrongly treated ones",
      "weighed by the odds of the threshold."
    )
  )
}
