# Does it hold elsewhere? Each model's cross-validated estimate beside those of external cohorts.

# Inches; the figure grows with the names and with the number of cohorts.
external_panel <- 4.4
external_lane <- 0.19

external_shapes <- c(16, 17, 15, 18, 25, 8)

#' One lane per model and source: cross-validation first, then the cohorts in the order of the file.
#'
#' @return data.frame of model and name (factors, the best model in cross-validation first), source
#'   (factor), estimate, ci_low, ci_high, kind, baseline; of the axis, whose ends hold what lies
#'   beyond: limits (an attribute), beyond, x, low, high; number (the estimate as text).
external_lanes <- function(data, info) {
  ranked <- rank_models(data)
  rows <- data$external[data$external$metric == data$metric, , drop = FALSE]
  sources <- c("cross-validation", unique(data$external$cohort))
  columns <- c("model", "estimate", "ci_low", "ci_high")
  known <- rbind(
    cbind(ranked[columns], source = rep(sources[1], nrow(ranked))),
    cbind(rows[columns], source = rows$cohort)
  )
  lanes <- expand.grid(source = sources, model = ranked$model, stringsAsFactors = FALSE)
  lanes <- merge(lanes, known, all.x = TRUE, sort = FALSE)
  lanes <- cbind(lanes, ranked[match(lanes$model, ranked$model), c("kind", "baseline")])
  values <- data.frame(
    model = rep(lanes$model, 3), value = c(lanes$estimate, lanes$ci_low, lanes$ci_high)
  )
  limits <- comparison_limits(ranked, values[is.finite(values$value), , drop = FALSE], info)
  lanes$beyond <- (lanes$estimate < limits[1] | lanes$estimate > limits[2]) %in% TRUE
  lanes[c("x", "low", "high")] <- lapply(
    lanes[c("estimate", "ci_low", "ci_high")], function(x) pmin(pmax(x, limits[1]), limits[2])
  )
  decimals <- metric_decimals(lanes$estimate, info)
  lanes$number <- interval_text(lanes$estimate, lanes$ci_low, lanes$ci_high, decimals, "none")
  lanes$y <- factor(lanes$source, rev(sources))
  lanes$model <- factor(lanes$model, ranked$model)
  attr(lanes, "limits") <- limits
  lanes
}

#' How often the cross-validated value lies inside the cohort's interval, baselines left out.
external_coverage <- function(lanes) {
  cross_validated <- lanes[lanes$source == "cross-validation", , drop = FALSE]
  outside <- lanes[
    lanes$source != "cross-validation" & !lanes$baseline & is.finite(lanes$ci_low), , drop = FALSE
  ]
  value <- cross_validated$estimate[match(outside$model, cross_validated$model)]
  if (nrow(outside) == 0) return("")
  covered <- sum(value >= outside$ci_low & value <= outside$ci_high, na.rm = TRUE)
  paste(
    covered, "of", plural(nrow(outside), "interval"), "from the cohorts",
    if (max(covered, nrow(outside) == 1) == 1) "covers" else "cover",
    "the model's cross-validated value."
  )
}

external_subtitle <- function(data, lanes, info) {
  paste0(
    describe_data(data), "; cohorts predicted once, by the model of all development samples. ",
    better_words(info), " ", external_coverage(lanes)
  )
}

external_caption <- function(marks, any_baseline) {
  paste(c(
    "Bars: 95 % intervals; of a cohort for the chance of its samples alone.",
    if (!all(is.finite(marks$ci_low))) {
      "No bar: every resample gives the same value, which says nothing about its error."
    },
    if (any_baseline) "Dashed: the baseline in cross-validation.",
    if (any(marks$beyond)) "Open marks at the edge: values beyond the axis."
  ), collapse = " ")
}

#' Draws the cohorts beside cross-validation; see `read_figure_data()` for `data`.
draw_external <- function(data) {
  info <- metric_info(data$metric)
  lanes <- external_lanes(data, info)
  marks <- lanes[is.finite(lanes$estimate), , drop = FALSE]
  baseline <- marks$estimate[marks$baseline & marks$source == "cross-validation"]
  models <- levels(lanes$model)
  names <- model_labels(models)
  of_baseline <- models %in% lanes$model[lanes$baseline]
  names <- stats::setNames(paste0(names, ifelse(of_baseline, "\n(baseline)", "")), models)
  sources <- levels(lanes$y)
  shapes <- stats::setNames(rep_len(external_shapes, length(sources)), rev(sources))
  small <- text_sizes[["small"]]
  right <- max(text_width(lanes$number, small)) + 0.1
  plot <- ggplot(marks, aes(.data$x, .data$y, colour = .data$kind)) +
    geom_vline(xintercept = baseline, linetype = "22", linewidth = 0.5, colour = ink[["soft"]]) +
    geom_segment(
      aes(.data$low, xend = .data$high, yend = .data$y), linewidth = 0.9, show.legend = FALSE,
      na.rm = TRUE
    ) +
    geom_point(
      aes(fill = .data$kind, shape = ifelse(.data$beyond, "beyond", .data$source)), size = 2.6
    ) +
    text_beside(lanes, "small") +
    scale_shape_manual(values = c(shapes, beyond = 2), guide = "none") +
    scale_colour_manual(
      values = kind_colours, breaks = intersect(names(kind_colours), marks$kind),
      guide = guide_legend(override.aes = list(size = 3, shape = 16, linetype = 0))
    ) +
    scale_fill_manual(values = kind_colours, guide = "none") +
    scale_x_continuous(limits = attr(lanes, "limits"), n.breaks = 7, expand = expansion(0.03)) +
    scale_y_discrete(labels = function(source) shorten(source, 1.6, small), drop = FALSE) +
    facet_grid(vars(.data$model), switch = "y", labeller = as_labeller(names)) +
    labs(x = metric_axis(info), y = NULL) +
    model_rows(right, axis.text.y = element_text(size = small, colour = ink[["soft"]]))
  beside <- max(text_width(names, text_sizes[["axis"]])) +
    max(text_width(shorten(sources, 1.6, small), small))
  rows <- max(external_lane * (length(sources) + 0.6), 0.36)
  worded_figure(
    plot, beside + external_panel + right + 0.6, 1.15 + rows * length(models),
    finding(data, "external"), external_subtitle(data, lanes, info),
    external_caption(marks, length(baseline) > 0)
  )
}
