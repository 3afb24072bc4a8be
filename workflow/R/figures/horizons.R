# How well is the event until each horizon predicted? AUC and Brier score, beside Kaplan-Meier's.

use("theme", "text", "figure_data", "panels", "survival_data")

# Inches of a panel, the room for numbers beside it, and the height of a model.
horizon_panel <- c(width = 1.7, beside = 0.5, row = 0.27)
horizon_scores <- c(auc = "ROC AUC", brier = "Brier score")

#' Draws a panel for each score and horizon, a row per model; see `read_survival()`.
draw_horizons <- function(data) {
  ranked <- rank_models(data)
  shown <- shown_horizons(data)
  rows <- do.call(rbind, lapply(names(horizon_scores), horizon_points, data, ranked, shown))
  subtitle <- paste0(
    describe_data(data), ". ROC AUC: higher is better; Brier score: lower is better. Bars: 95 % ",
    "intervals.", horizon_words(data, shown)
  )
  if (length(shown) == 0) return(words_figure(finding(data, "horizons"), subtitle))
  levels <- paste(rep(horizon_scores, each = length(shown)), "at", time_text(shown))
  rows$panel <- factor(rows$panel, levels)
  rows$y <- factor(rows$model, rev(ranked$model))
  labels <- model_labels(paste0(ranked$model, ifelse(ranked$baseline, " (baseline)", "")))
  height <- 2 * nrow(ranked) * horizon_panel[["row"]] * max(1, 0.7 * line_count(labels))
  left <- max(text_width(labels, text_sizes[["axis"]])) + 0.3
  width <- left + length(shown) * (horizon_panel[["width"]] + horizon_panel[["beside"]] + 0.15)
  worded_figure(
    horizon_plot(rows, ranked, labels, length(shown)), max(6.5, width), 1.7 + height,
    finding(data, "horizons"), subtitle,
    paste0(
      "Broken grey: what knows nothing of the features; of the Brier score, the Kaplan-Meier ",
      "estimate of the training samples. Models without survival probabilities have no Brier ",
      "score. Scores are ", if (isTRUE(data$pooled)) "of" else "means over the splits of",
      " cross-validation; differences between models were not tested here."
    )
  )
}

#' The panels; labels: names of the ranked models; columns: panels beside each other.
horizon_plot <- function(rows, ranked, labels, columns) {
  known <- rows[is.finite(rows$value), , drop = FALSE]
  reach <- do.call(rbind, lapply(split(rows, rows$score), function(part) {
    ends <- range(part$value, part$low, part$high, part$chance, na.rm = TRUE)
    merge(data.frame(panel = unique(part$panel)), data.frame(value = ends))
  }))
  chance <- unique(known[c("panel", "chance")])
  failed <- rows[rows$model %in% ranked$model[ranked$status == "failed"], , drop = FALSE]
  failed$left <- vapply(failed$panel, function(panel) min(reach$value[reach$panel == panel]), 0)
  ggplot(known, aes(y = .data$y)) +
    geom_blank(data = reach, aes(x = .data$value, y = rows$y[1])) +
    geom_vline(
      data = chance, aes(xintercept = .data$chance), colour = baseline_colour, linetype = "22"
    ) +
    geom_linerange(
      data = known[is.finite(known$low), , drop = FALSE], linewidth = 0.6, show.legend = FALSE,
      aes(xmin = .data$low, xmax = .data$high, colour = .data$kind)
    ) +
    geom_point(
      aes(x = .data$value, colour = .data$kind, shape = .data$kind), size = 2.2
    ) +
    geom_text(
      data = failed, aes(x = .data$left), label = "\u00d7 failed on all splits", hjust = -0.04,
      size = text_sizes[["small"]] / .pt, colour = ink[["soft"]]
    ) +
    text_beside(transform(known, number = format_value(known$value, 3)), "small") +
    facet_wrap(vars(.data$panel), ncol = columns, scales = "free_x", drop = FALSE) +
    kind_scales(ranked) +
    scale_shape_manual(values = kind_shapes, guide = "none") +
    scale_x_continuous(n.breaks = 4, labels = short_number) +
    scale_y_discrete(
      limits = rev(ranked$model), labels = stats::setNames(labels, ranked$model)
    ) +
    coord_cartesian(clip = "off") +
    labs(x = NULL, y = NULL) +
    theme_figure(horizon_panel[["beside"]]) +
    theme(
      legend.position = "top", panel.grid.major.y = element_blank(),
      panel.spacing.x = unit(horizon_panel[["beside"]] + 0.15, "inches"),
      panel.spacing.y = unit(0.2, "inches"),
      strip.text = element_text(
        size = text_sizes[["axis"]], colour = ink[["strong"]], hjust = 0
      ),
      axis.text.x = element_text(size = text_sizes[["small"]])
    )
}

#' Rows of one score: model, kind, panel, value, low, high and chance, NA without a value.
horizon_points <- function(score, data, ranked, shown) {
  do.call(rbind, lapply(shown, function(horizon) {
    rows <- at_horizon(data, ranked, horizon)
    data.frame(
      ranked[c("model", "kind")], score = score,
      panel = paste(horizon_scores[[score]], "at", time_text(horizon)), value = rows[[score]],
      low = rows[[paste0(score, "_low")]], high = rows[[paste0(score, "_high")]],
      chance = if (score == "auc") 0.5 else mean(rows$brier_kaplan_meier, na.rm = TRUE)
    )
  }))
}
