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
    found <- of_model[match(cohorts, of_model$cohort), columns, drop = FALSE]
    data.frame(
      ranked[i, c("model", "kind", "baseline")], source = sources,
      shape = external_shapes[(seq_along(sources) - 1) %% length(external_shapes) + 1],
      rbind(ranked[i, columns], found), row.names = NULL
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
  said <- lanes[lanes$source == "cross-validation", , drop = FALSE]
  of <- lanes[lanes$source != "cross-validation" & !lanes$baseline & is.finite(lanes$ci_low), ,
              drop = FALSE]
  value <- said$estimate[match(of$model, said$model)]
  if (nrow(of) == 0) return("")
  inside <- sum(value >= of$ci_low & value <= of$ci_high, na.rm = TRUE)
  paste(
    inside, "of", plural(nrow(of), "interval"), "from the cohorts",
    if (max(inside, nrow(of) == 1) == 1) "covers" else "cover", "the model's cross-validated value."
  )
}

#' Draws the cohorts beside cross-validation; see `read_figure_data()` for `data`.
draw_external <- function(data) {
  info <- metric_info(data$metric)
  lanes <- external_lanes(data)
  scored <- lanes[is.finite(lanes$estimate), , drop = FALSE]
  decimals <- metric_decimals(scored$estimate, info)
  ranked <- rank_models(data)
  values <- data.frame(
    model = rep(scored$model, 3), value = c(scored$estimate, scored$ci_low, scored$ci_high)
  )
  limits <- comparison_limits(ranked, values[is.finite(values$value), , drop = FALSE], info)
  view <- limits + c(-0.03, 0.03) * diff(limits)
  to_axis <- function(x) pmin(pmax(x, limits[1]), limits[2])
  scored$beyond <- scored$estimate < limits[1] | scored$estimate > limits[2]
  scored$x <- to_axis(scored$estimate)
  bars <- scored[is.finite(scored$ci_low), , drop = FALSE]
  bars$low <- to_axis(bars$ci_low)
  bars$high <- to_axis(bars$ci_high)

  with <- is.finite(lanes$ci_low)
  lanes$number <- ifelse(is.finite(lanes$estimate), format_value(lanes$estimate, decimals), "none")
  lanes$number[with] <- sprintf(
    "%s [%s, %s]", lanes$number[with], format_value(lanes$ci_low[with], decimals),
    format_value(lanes$ci_high[with], decimals)
  )
  lanes$source <- shorten(lanes$source, 1.6, text_sizes[["small"]])
  models <- stats::aggregate(y ~ model + baseline, lanes, mean)
  models$label <- paste0(model_labels(models$model), ifelse(models$baseline, "\n(baseline)", ""))
  baseline <- ranked$estimate[ranked$baseline & is.finite(ranked$estimate)]

  per_inch <- diff(view) / external_panel
  names_x <- view[2] + 0.1 * per_inch
  numbers_x <- names_x + (max(text_width(lanes$source, text_sizes[["small"]])) + 0.12) * per_inch
  right <- (numbers_x - view[2]) / per_inch +
    max(text_width(lanes$number, text_sizes[["small"]])) + 0.1
  width <- max(text_width(models$label, text_sizes[["axis"]])) + external_panel + right + 0.35
  wrapped <- function(text, size) wrap(text, width - 0.3, text_sizes[[size]])
  title <- wrap_title(finding(data, "external"), width - 0.3)
  subtitle <- wrapped(paste(
    paste0(
      describe_data(data), "; cohorts predicted once, by the model of all development samples."
    ),
    paste0(capitalise(info$label), ": ", if (info$higher_is_better) "higher" else "lower",
           " is better."), external_coverage(lanes)
  ), "subtitle")
  caption <- wrapped(paste(c(
    "Bars: 95 % intervals; of a cohort for the chance of its samples alone.",
    if (!all(with[is.finite(lanes$estimate)])) {
      "No bar: every resample gives the same value, which tells nothing of its error."
    },
    if (length(baseline) > 0) "Dashed: the baseline in cross-validation.",
    if (any(scored$beyond)) "Open marks at the edge: values beyond the axis."
  ), collapse = " "), "small")
  top <- max(lanes$y) + 0.8
  breaks <- pretty(limits, 6)
  small <- text_sizes[["small"]] / .pt

  plot <- ggplot() +
    geom_vline(xintercept = baseline, linetype = "22", linewidth = 0.5, colour = ink[["soft"]]) +
    geom_segment(
      data = bars, aes(
        x = .data$low, xend = .data$high, y = .data$y, yend = .data$y, colour = .data$kind
      ),
      linewidth = 0.9, show.legend = FALSE
    ) +
    geom_point(
      data = scored[!scored$beyond, , drop = FALSE],
      aes(x = .data$x, y = .data$y, colour = .data$kind, shape = .data$shape,
          fill = .data$kind),
      size = 2.6
    ) +
    geom_point(
      data = scored[scored$beyond, , drop = FALSE],
      aes(x = .data$x, y = .data$y, colour = .data$kind), shape = 2, size = 2.4,
      show.legend = FALSE
    ) +
    geom_text(
      data = lanes, aes(y = .data$y, label = .data$source), x = names_x, hjust = 0, size = small,
      colour = ink[["soft"]]
    ) +
    geom_text(
      data = lanes, aes(y = .data$y, label = .data$number), x = numbers_x, hjust = 0,
      size = small, colour = ink[["strong"]]
    ) +
    scale_shape_identity() +
    scale_colour_manual(
      values = kind_colours, breaks = intersect(names(kind_colours), scored$kind),
      guide = guide_legend(override.aes = list(size = 3, shape = 16, linetype = 0))
    ) +
    scale_fill_manual(values = kind_colours, guide = "none") +
    scale_x_continuous(breaks = breaks[breaks >= limits[1] & breaks <= limits[2]]) +
    scale_y_continuous(breaks = models$y, labels = models$label) +
    coord_cartesian(xlim = view, ylim = c(0.2, top), expand = FALSE, clip = "off") +
    labs(
      title = title, subtitle = subtitle, caption = caption, y = NULL,
      x = metric_axis(info)
    ) +
    theme_figure(right) +
    theme(legend.position = "top", panel.grid.major.y = element_blank())
  height <- 1.15 + max(external_lane * top, 0.36 * nrow(models)) +
    text_height(title, "title") + text_height(subtitle, "subtitle") + text_height(caption, "small")
  figure(plot, width, height)
}
