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
  both <- rbind(
    in_panels(over_repeats(curves, "roc"), ranked, 1, 2),
    in_panels(over_repeats(curves, "pr"), ranked, 2, 2)
  )
  both <- both[is.finite(both$y), , drop = FALSE]
  drawn <- ranked["model"][ranked$model %in% both$model, , drop = FALSE]
  several <- is.null(positive_class(data))
  classes <- length(unique(data$described$confusion$truth))
  drawn$from <- if (several) rep(1 / classes, nrow(drawn)) else prevalence(data, drawn$model)
  chance <- rbind(
    in_panels(transform(drawn, from = from * 0, to = 1 + 0 * from), ranked, 1, 2),
    in_panels(transform(drawn, to = from), ranked, 2, 2)
  )
  facets <- model_facets(
    ranked, notes, drawn$model, "no probabilities, or no split with all classes"
  )
  words <- list(
    title = finding(data, "roc_pr"),
    subtitle = paste0(
      describe_data(data), ". Left: ROC curve; right: precision-recall curve",
      if (several) ", each the mean over the classes against the rest",
      ". AUC, AP (average precision)",
      if (nrow(ranked) <= many_panels) ": with 95 % intervals", ".", repeat_words(curves)
    ),
    caption = paste(
      "Broken grey: a prediction that knows nothing. A repeat's curve is",
      if (isTRUE(data$pooled)) "of all its predictions." else "the mean of its splits' curves.",
      "The band shows the variation due to the division into folds, not due to sampling."
    ),
    x = "false positive rate | recall",
    y = "true positive rate | precision"
  )
  cohorts <- unique(outside(both)$cohort)
  plot <- ggplot() +
    geom_segment(
      data = chance, aes(x = 0, xend = 1, y = .data$from, yend = .data$to),
      colour = baseline_colour, linetype = "22"
    ) +
    panel_curves(both) + kind_scales(ranked) + line_scale(cohorts) + unit_scales()
  panel_figure(plot, facets, words, cohort_labels(cohorts))
}
