# How well each model ranks the samples: ROC and precision-recall curves side by side.

use("text", "figure_data", "panels")

#' Draws both curves of each model; see `read_figure_data()` for `data`, with `described` of
#' `read_described()`.
draw_roc_pr <- function(data) {
  ranked <- rank_models(data)
  curves <- data$described$curves
  areas <- lapply(c("roc_auc", "average_precision"), function(metric) rank_models(data, metric))
  notes <- Map(function(rows, name) {
    rows <- rows[match(ranked$model, rows$model), , drop = FALSE]
    text <- paste(name, with_interval(rows$estimate, rows$ci_low, rows$ci_high, 3))
    ifelse(is.finite(rows$estimate), text, paste(name, "\u2013"))
  }, areas, c("AUC", "AP"))
  roc <- over_repeats(curves, "roc")
  layout <- panel_layout(ranked, notes, roc$model[is.finite(roc$y)])
  several <- is.null(positive_class(data))
  classes <- length(unique(data$described$confusion$truth))
  chance <- if (several) rep(1 / classes, nrow(ranked)) else prevalence(data, ranked$model)
  layers <- c(
    panel_axes(layout, unit_scale), panel_axes(layout, unit_scale, part = 2),
    panel_lines(layout, unit_scale, c(0, 1), 0, 1),
    panel_lines(layout, unit_scale, c(0, 1), chance, part = 2),
    panel_curves(roc, layout, unit_scale),
    panel_curves(over_repeats(curves, "pr"), layout, unit_scale, part = 2),
    panel_gaps(layout, "no probabilities, or no split with all classes")
  )
  words <- list(
    title = finding(data, "roc_pr"),
    subtitle = paste0(
      describe_data(data), ". Left: ROC curve; right: precision-recall curve",
      if (several) ", each the mean over the classes against the rest",
      ". AUC, AP (average precision)",
      if (nrow(ranked) <= many_panels) ": with 95 % intervals", "."
    ),
    caption = paste(
      "Broken grey: a prediction that knows nothing. A repeat's curve is",
      if (isTRUE(data$pooled)) "of all its predictions." else "the mean of its splits' curves.",
      "The band tells the chance of the division into folds, not that of the samples."
    ),
    x = "left: false positive rate \u2192  right: recall \u2192",
    y = "left: \u2191 true positive rate  right: \u2191 precision"
  )
  key <- rbind(language_key(layout), repeat_key(curves), cohort_key(curves))
  panel_figure(layout, layers, words, key)
}
