# Are the probabilities right? How often the event happened against how probable it was called.

use("theme", "text", "figure_data", "panels", "variants")

# Inches: height of the strip of the histogram, and of the gap above it.
calibration_strip <- 0.26
calibration_space <- 0.06
fewest_events <- 20

#' Wilson's 95 % limits of a share of n samples (1927, doi:10.1080/01621459.1927.10502953).
wilson <- function(share, n) {
  limits <- mapply(function(events, n) {
    # It warns that its p-value, which is not used, is approximate with few samples.
    suppressWarnings(stats::prop.test(events, n, correct = FALSE)$conf.int)
  }, pmin(share * n, n), n)
  list(low = limits[1, ], high = limits[2, ])
}

#' One row per model in cross-validation: means over the repeats, and why there is no slope.
calibration_means <- function(calibration, ranked) {
  rows <- inside(calibration)
  numbers <- c("slope", "slope_low", "slope_high", "intercept", "intercept_low", "intercept_high",
               "n_events")
  means <- lapply(numbers, function(column) {
    of_model <- factor(rows$model, levels = ranked$model)
    as.numeric(tapply(rows[[column]], of_model, mean, na.rm = TRUE))
  })
  names(means) <- numbers
  lines <- data.frame(ranked[c("model", "baseline")], means, row.names = NULL)
  lines$why <- ifelse(
    is.na(lines$n_events), "", ifelse(
      lines$baseline, "baseline", ifelse(
        lines$n_events < fewest_events,
        paste(short_number(lines$n_events), "of", fewest_events, "events"), "separated"
      )
    )
  )
  lines$slope[lines$baseline | is.nan(lines$slope)] <- NA
  lines
}

#' The title: whose probabilities are too extreme or too timid.
calibration_finding <- function(lines) {
  lines <- lines[!lines$baseline & is.finite(lines$n_events), , drop = FALSE]
  if (nrow(lines) == 0) return("No model gives probabilities")
  known <- lines[is.finite(lines$slope), , drop = FALSE]
  n <- nrow(known)
  if (n == 0) {
    few <- short_number(max(lines$n_events))
    return(paste0("No calibration slope: ", if (all(lines$n_events < fewest_events)) {
      paste(few, "events or non-events are too few, it takes", fewest_events)
    } else {
      "the probabilities separate the outcomes, or the events are too few"
    }))
  }
  nearest <- known[which.min(abs(known$slope - 1)), ]
  paste0(
    slopes_beyond(sum(known$slope_high < 1), sum(known$slope_low > 1), n), "; ", nearest$model,
    if (n > 1) "'s slope is nearest to 1 (" else "'s slope is ", format_value(nearest$slope, 2),
    if (n > 1) ")"
  )
}

#' In words how many of n slopes are below and above 1, by their intervals.
slopes_beyond <- function(extreme, timid, n) {
  if (extreme + timid == 0) {
    return(paste0("No evidence against a calibration slope of 1", if (n > 1) {
      paste(" in any of", n, "models")
    }))
  }
  count <- if (extreme > 0) extreme else timid
  paste0(
    "Probabilities of ", of_models(count, n), " are too ", if (extreme > 0) "extreme" else "timid",
    if (extreme > 0 && timid > 0) paste0(", of ", timid, " too timid")
  )
}

#' Draws the reliability curves; see `draw_roc_pr()`.
draw_calibration <- function(data) {
  ranked <- rank_models(data)
  described <- data$described
  lines <- calibration_means(described$calibration, ranked)
  of <- function(name, low, high) with_interval(lines[[name]], lines[[low]], lines[[high]], 2)
  has_slope <- is.finite(lines$slope)
  slope <- ifelse(
    has_slope, paste("slope", of("slope", "slope_low", "slope_high")),
    paste("no slope:", lines$why)
  )
  notes <- paste0(slope, "\nintercept ", of("intercept", "intercept_low", "intercept_high"))
  notes[!is.finite(lines$n_events)] <- "\u2013"
  below <- calibration_strip + calibration_space
  points <- over_repeats(described$curves, "calibration")
  points <- points[is.finite(points$y), , drop = FALSE]
  layout <- panel_layout(ranked, list(notes), points$model, below = below)
  several <- is.null(positive_class(data))
  event <- shorten(positive_class(data), 2.5, text_sizes[["small"]])
  words <- list(
    title = calibration_finding(lines),
    subtitle = paste0(
      describe_data(data), ". Points: bins with equally many predictions; bars: Wilson's 95 % ",
      "interval for the samples of one repeat. Below: how often each probability was given."
    ),
    caption = paste0(
      "Broken grey: perfect calibration. Slope below 1: too extreme; intercept below 0: too high. ",
      "Means over the repeats of all its test predictions together",
      if (nrow(ranked) <= many_panels) ", with Wald's 95 % limits for independent samples", ". ",
      "No slope from fewer than ", fewest_events, " events or non-events",
      if (any(lines$why == "separated")) ", nor where the probabilities separate the outcomes",
      "."
    ),
    x = paste("mean probability of", if (several) "the predicted class" else event, "\u2192"),
    y = paste("\u2191 share of", if (several) "predictions that are right" else event)
  )
  layers <- c(
    panel_axes(layout, unit_scale), panel_lines(layout, unit_scale, c(0, 1), 0, 1),
    calibration_points(points, described$curves, layout),
    calibration_histogram(described$curves, layout),
    panel_gaps(layout, "no probabilities")
  )
  repeats <- length(unique(inside(described$curves)[["repeat"]]))
  key <- rbind(
    language_key(layout),
    if (repeats > 1) key_entry("thin", "each repeat", ink[["soft"]]),
    key_entry("line", if (repeats > 1) paste("mean of", repeats, "repeats") else "predictions",
              ink[["soft"]]),
    cohort_key(points)
  )
  panel_figure(layout, layers, words, key)
}

#' Points with their bars, joined by lines; thin lines of the repeats.
calibration_points <- function(points, curves, layout) {
  if (nrow(points) == 0) return(NULL)
  points[c("low", "high")] <- wilson(points$y, points$n)
  each <- inside(curves[curves$curve == "calibration" & is.finite(curves$y), , drop = FALSE])
  each$group <- paste(each$model, each[["repeat"]])
  in_panel <- function(rows, columns) {
    place(place(rows, layout, "x", c(at = "x"), c(0, 1)), layout, "y", columns, c(0, 1))
  }
  points <- in_panel(points, c(up = "y", from = "low", to = "high"))
  points$group <- paste(points$model, points$cohort)
  cohorts <- unique(outside(points)$cohort)
  points$linetype <- cohort_linetypes(points$cohort, cohorts)
  points$colour[points$cohort != "development"] <- ink[["strong"]]
  own <- inside(points)
  list(
    geom_path(
      data = in_panel(each, c(up = "y")), linewidth = 0.3, alpha = 0.45,
      aes(x = .data$at, y = .data$up, group = .data$group, colour = .data$colour)
    ),
    geom_path(
      data = points, linewidth = 0.7,
      aes(x = .data$at, y = .data$up, group = .data$group, colour = .data$colour,
          linetype = .data$linetype)
    ),
    geom_segment(
      data = own, linewidth = 0.5,
      aes(x = .data$at, xend = .data$at, y = .data$from, yend = .data$to, colour = .data$colour)
    ),
    geom_point(data = own, aes(x = .data$at, y = .data$up, colour = .data$colour), size = 1.6)
  )
}

#' Bars beneath the panels, the highest of each model as high as the strip.
calibration_histogram <- function(curves, layout) {
  bars <- inside(curves[curves$curve == "histogram", , drop = FALSE])
  if (nrow(bars) == 0) return(NULL)
  bars <- stats::aggregate(n ~ model + x, bars, sum)
  bars$height <- bars$n / stats::ave(bars$n, bars$model, FUN = max) * calibration_strip
  bars$end <- bars$x + 0.05
  bars <- place(bars, layout, "x", c(from = "x", to = "end"), c(0, 1))
  bottom <- layout$panels$y[match(bars$model, layout$panels$model)] - layout$below
  annotate(
    "rect", xmin = bars$from, xmax = bars$to, ymin = bottom, ymax = bottom + bars$height,
    fill = bars$colour, alpha = 0.7
  )
}
