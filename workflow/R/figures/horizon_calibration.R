# Are the risks right? Observed against predicted probability of the event until each horizon.

use("theme", "text", "figure_data", "panels", "survival_data")

#' Draws groups of samples by predicted risk; see `read_survival()`.
draw_horizon_calibration <- function(data) {
  ranked <- rank_models(data)
  shown <- shown_horizons(data)
  points <- data$survival$horizon_calibration
  points <- in_horizons(points[is.finite(points$observed), , drop = FALSE], ranked, shown)
  subtitle <- paste0(
    describe_data(data), ". Points: groups of samples with similar predicted risk; bars: 95 % ",
    "limits of the observed risk, 1 \u2212 Kaplan-Meier.", horizon_words(data, shown)
  )
  if (nrow(points) == 0) {
    return(words_figure(finding(data, "horizon_calibration"), subtitle))
  }
  most <- min(1, 1.05 * max(points$predicted, points$ci_high, points$observed, na.rm = TRUE))
  notes <- lapply(shown, function(horizon) {
    ratio <- at_horizon(data, ranked, horizon)$calibration_ratio
    known <- paste0(": predicted/observed ", format_value(ratio, 2))
    paste0("until ", time_text(horizon), ifelse(is.finite(ratio), known, ""))
  })
  facets <- model_facets(
    ranked, notes, points$model, "no survival probabilities", rep(most / 2, 2)
  )
  cohorts <- unique(outside(points)$cohort)
  drawn <- unique(points["panel"])
  plot <- ggplot(points, aes(x = .data$predicted, y = .data$observed)) +
    geom_segment(
      data = drawn, aes(x = 0, y = 0, xend = most, yend = most),
      colour = baseline_colour, linetype = "22"
    ) +
    geom_path(
      data = outside(points), linewidth = 0.6, colour = ink[["strong"]],
      aes(linetype = .data$cohort)
    ) +
    geom_path(
      data = inside(points), linewidth = 0.6, show.legend = FALSE, aes(colour = .data$kind)
    ) +
    geom_pointrange(
      data = inside(points), size = 0.25, linewidth = 0.5, key_glyph = "point",
      aes(
        ymin = ifelse(is.na(.data$ci_low), .data$observed, .data$ci_low),
        ymax = ifelse(is.na(.data$ci_high), .data$observed, .data$ci_high), colour = .data$kind
      )
    ) +
    kind_scales(ranked) + line_scale(cohorts) +
    scale_x_continuous(n.breaks = 4, labels = short_number, expand = c(0.02, 0)) +
    scale_y_continuous(n.breaks = 4, labels = short_number, expand = c(0.02, 0)) +
    coord_cartesian(xlim = c(0, most), ylim = c(0, most))
  words <- list(
    title = finding(data, "horizon_calibration"), subtitle = subtitle,
    caption = paste(
      "Broken grey: perfect calibration. Ratio above 1: the risks are too high on average. Means",
      "over the repeats, limits for the samples of one repeat; groups that were not observed until",
      "the horizon have no point, those without an event no limits. One group in twenty lies",
      "outside its limits by chance."
    ),
    x = "mean predicted risk", y = "observed risk"
  )
  panel_figure(plot, facets, words, cohort_labels(cohorts))
}
