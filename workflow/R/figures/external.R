# Does it hold elsewhere? Each model's cross-validated estimate beside those of external cohorts.

# Inches; the figure grows with the names and with the number of cohorts.
external_panel <- 4.4
external_lane <- 0.19

external_shapes <- c(16, 17, 15, 18, 25, 8)

#' One lane per model and source: cross-validation first, then the cohorts in the order of the file.
#'
#' @return data.frame of model, source, shape, estimate, ci_low, ci_high, kind, baseline and y, the
#'   best model in cross-validation at the top.
external_lanes <- function(data) {
  ranked <- rank_models(data)
  rows <- data$external[data$external$metric == data$metric, , drop = FALSE]
  cohorts <- unique(data$external$cohort)
  columns <- c("estimate", "ci_low", "ci_high")
  sources <- c("cross-validation", cohorts)
  lanes <- lapply(seq_len(nrow(ranked)), function(i) {
    of_model <- rows[rows$model == ranked$model[i], , drop = FALSE]
    outside <- of_model[match(cohorts, of_model$cohort), columns, drop = FALSE]
    data.frame(
      ranked[i, c("model", "kind", "baseline")], source = sources,
      shape = external_shapes[(seq_along(sources) - 1) %% length(external_shapes) + 1],
      rbind(ranked[i, columns], outside), row.names = NULL
    )
  })
  lanes <- do.call(rbind, lanes)
  # A gap as high as a lane between two models.
  place <- seq_len(nrow(lanes)) + (seq_len(nrow(lanes)) - 1) %/% length(sources)
  lanes$y <- max(place) + 1 - place
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

#' Lanes with what is drawn of them, and the places of the names and numbers beside the panel.
#'
#' @return list of lanes, marks (lanes with a value, on the axis), models (a label each), limits,
#'   view, names_x, numbers_x and right (inches beside the panel).
layout_external <- function(data, info) {
  lanes <- external_lanes(data)
  marks <- lanes[is.finite(lanes$estimate), , drop = FALSE]
  values <- data.frame(
    model = rep(marks$model, 3), value = c(marks$estimate, marks$ci_low, marks$ci_high)
  )
  limits <- comparison_limits(
    rank_models(data), values[is.finite(values$value), , drop = FALSE], info
  )
  to_axis <- function(x) pmin(pmax(x, limits[1]), limits[2])
  marks$beyond <- marks$estimate < limits[1] | marks$estimate > limits[2]
  marks[c("x", "low", "high")] <- lapply(marks[c("estimate", "ci_low", "ci_high")], to_axis)
  decimals <- metric_decimals(marks$estimate, info)
  lanes$number <- interval_text(lanes$estimate, lanes$ci_low, lanes$ci_high, decimals, "none")
  lanes$source <- shorten(lanes$source, 1.6, text_sizes[["small"]])
  models <- stats::aggregate(y ~ model + baseline, lanes, mean)
  models$label <- paste0(model_labels(models$model), ifelse(models$baseline, "\n(baseline)", ""))
  view <- limits + c(-0.03, 0.03) * diff(limits)
  per_inch <- diff(view) / external_panel
  wide <- function(text) max(text_width(text, text_sizes[["small"]]))
  names_x <- view[2] + 0.1 * per_inch
  numbers_x <- names_x + (wide(lanes$source) + 0.12) * per_inch
  list(
    lanes = lanes, marks = marks, models = models, limits = limits, view = view,
    names_x = names_x, numbers_x = numbers_x,
    right = (numbers_x - view[2]) / per_inch + wide(lanes$number) + 0.1
  )
}

external_subtitle <- function(data, lanes, info) {
  paste0(
    describe_data(data), "; cohorts predicted once, by the model of all development samples. ",
    capitalise(info$label), ": ", if (info$higher_is_better) "higher" else "lower",
    " is better. ", external_coverage(lanes)
  )
}

external_caption <- function(marks, any_baseline) {
  paste(c(
    "Bars: 95 % intervals; of a cohort for the chance of its samples alone.",
    if (!all(is.finite(marks$ci_low))) {
      "No bar: every resample gives the same value, which tells nothing of its error."
    },
    if (any_baseline) "Dashed: the baseline in cross-validation.",
    if (any(marks$beyond)) "Open marks at the edge: values beyond the axis."
  ), collapse = " ")
}

#' Draws the cohorts beside cross-validation; see `read_figure_data()` for `data`.
draw_external <- function(data) {
  info <- metric_info(data$metric)
  layout <- layout_external(data, info)
  lanes <- layout$lanes
  marks <- layout$marks
  models <- layout$models
  inside <- marks[marks$source == "cross-validation", , drop = FALSE]
  baseline <- inside$estimate[inside$baseline]
  top <- max(lanes$y) + 0.8
  breaks <- pretty(layout$limits, 6)
  breaks <- breaks[breaks >= layout$limits[1] & breaks <= layout$limits[2]]
  small <- text_sizes[["small"]] / .pt
  place <- aes(x = .data$x, y = .data$y, colour = .data$kind)
  plot <- ggplot() +
    geom_vline(xintercept = baseline, linetype = "22", linewidth = 0.5, colour = ink[["soft"]]) +
    geom_segment(
      data = marks[is.finite(marks$ci_low), , drop = FALSE], linewidth = 0.9, show.legend = FALSE,
      aes(x = .data$low, xend = .data$high, y = .data$y, yend = .data$y, colour = .data$kind)
    ) +
    geom_point(
      data = marks[!marks$beyond, , drop = FALSE],
      utils::modifyList(place, aes(shape = .data$shape, fill = .data$kind)), size = 2.6
    ) +
    geom_point(
      data = marks[marks$beyond, , drop = FALSE], place, shape = 2, size = 2.4, show.legend = FALSE
    ) +
    geom_text(
      data = lanes, aes(y = .data$y, label = .data$source), x = layout$names_x, hjust = 0,
      size = small, colour = ink[["soft"]]
    ) +
    geom_text(
      data = lanes, aes(y = .data$y, label = .data$number), x = layout$numbers_x, hjust = 0,
      size = small, colour = ink[["strong"]]
    ) +
    scale_shape_identity() +
    scale_colour_manual(
      values = kind_colours, breaks = intersect(names(kind_colours), marks$kind),
      guide = guide_legend(override.aes = list(size = 3, shape = 16, linetype = 0))
    ) +
    scale_fill_manual(values = kind_colours, guide = "none") +
    scale_x_continuous(breaks = breaks) +
    scale_y_continuous(breaks = models$y, labels = models$label) +
    coord_cartesian(xlim = layout$view, ylim = c(0.2, top), expand = FALSE, clip = "off") +
    labs(x = metric_axis(info), y = NULL) +
    theme_figure(layout$right) +
    theme(legend.position = "top", panel.grid.major.y = element_blank())
  worded_figure(
    plot,
    max(text_width(models$label, text_sizes[["axis"]])) + external_panel + layout$right + 0.35,
    1.15 + max(external_lane * top, 0.36 * nrow(models)), finding(data, "external"),
    external_subtitle(data, external_lanes(data), info),
    external_caption(marks, length(baseline) > 0)
  )
}
