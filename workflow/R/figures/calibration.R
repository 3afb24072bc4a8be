# Are the probabilities right? How often the event happened against how probable it was called.

use("theme", "text", "figure_data", "panels", "variants")

# Where the histogram stands beneath the curve, on the curve's axis.
histogram <- c(foot = -0.22, height = 0.18)
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
  # With events, only probabilities of 0 and 1 leave a repeat without an intercept.
  rows$certain <- is.na(rows$intercept) & rows$n_events > 0
  numbers <- c("slope", "slope_low", "slope_high", "intercept", "intercept_low", "intercept_high",
               "n_events", "clipped", "ici", "certain")
  means <- lapply(numbers, function(column) {
    of_model <- factor(rows$model, levels = ranked$model)
    as.numeric(tapply(rows[[column]], of_model, mean, na.rm = TRUE))
  })
  names(means) <- numbers
  lines <- data.frame(ranked[c("model", "baseline")], means, row.names = NULL)
  certain <- (lines$certain > 0) %in% TRUE
  lines[certain, c("slope", "intercept")] <- NA
  lines$why <- ifelse(
    is.na(lines$n_events), "", ifelse(
      lines$baseline, "baseline", ifelse(
        certain, paste(percent_text(lines$clipped), "are 0 or 1"), ifelse(
          lines$n_events < fewest_events,
          paste(short_number(lines$n_events), "of", fewest_events, "events"), "separated"
        )
      )
    )
  )
  lines$slope[lines$baseline | is.nan(lines$slope)] <- NA
  lines
}

percent_text <- function(share) paste0(short_number(100 * share, 2), "\u00a0%")

#' The title: in how many models the interval of the slope excludes 1. None wins by its slope.
calibration_finding <- function(lines) {
  lines <- lines[!lines$baseline & is.finite(lines$n_events), , drop = FALSE]
  if (nrow(lines) == 0) return("No model gives probabilities")
  known <- lines[is.finite(lines$slope), , drop = FALSE]
  without <- nrow(lines) - nrow(known)
  if (nrow(known) == 0) return(paste("No calibration slope:", no_slopes(lines)))
  paste0(
    slopes_beyond(sum(known$slope_high < 1), sum(known$slope_low > 1), nrow(known)),
    if (without > 0) paste0("; ", without, " without a slope")
  )
}

#' In words why no model has a slope.
no_slopes <- function(lines) {
  if (all(lines$certain > 0)) return("too many probabilities are 0 or 1, or one of these is wrong")
  if (all(lines$n_events < fewest_events)) {
    few <- short_number(max(lines$n_events))
    return(paste(few, "events or non-events are too few, it takes", fewest_events))
  }
  "the probabilities separate the outcomes, or too many are 0 or 1, or the events are too few"
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
    if (extreme > 0 && timid > 0) paste0(", of ", timid, " too timid"),
    ": the interval of the slope excludes 1"
  )
}

#' Draws the reliability curves; see `draw_roc_pr()`.
draw_calibration <- function(data) {
  ranked <- rank_models(data)
  described <- data$described
  lines <- calibration_means(described$calibration, ranked)
  notes <- calibration_notes(lines)
  points <- over_repeats(described$curves, "calibration")
  points <- in_panels(points[is.finite(points$y), , drop = FALSE], ranked)
  facets <- model_facets(
    ranked, list(notes), points$model, "no probabilities",
    height = 1.2 * panel_side[[if (nrow(ranked) > many_panels) "many" else "few"]]
  )
  repeats <- length(unique(inside(described$curves)[["repeat"]]))
  several <- is.null(positive_class(data))
  event <- shorten(positive_class(data), 2.5, text_sizes[["small"]])
  words <- list(
    title = calibration_finding(lines),
    subtitle = paste0(
      describe_data(data), ". Points: bins with equally many predictions",
      if (repeats > 1) paste0(", means of ", repeats, " repeats (thin lines)"),
      "; bars: Wilson's 95 % ",
      "interval for the samples of one repeat. Below: how often each probability was given."
    ),
    caption = paste0(
      "Broken grey: perfect calibration. Slope below 1: too extreme; intercept below 0: too high. ",
      "Means over the repeats of all its test predictions together",
      if (nrow(ranked) <= many_panels) ", with Wald's 95 % limits for independent samples", ". ",
      "No slope from fewer than ", fewest_events, " events or non-events",
      if (any(lines$why == "separated" & is.na(lines$slope))) {
        ", nor where the probabilities separate the outcomes"
      },
      if (any(lines$certain > 0, na.rm = TRUE)) {
        ", nor where over 5 % of them are 0 or 1, which have no logit, or one of these is wrong"
      },
      ". ICI: mean distance of the smoothed curve from the diagonal.", weights_words(data)
    ),
    x = paste("mean probability of", if (several) "the predicted class" else event),
    y = paste("share of", if (several) "predictions that are right" else event)
  )
  cohorts <- unique(outside(points)$cohort)
  diagonal <- ranked["model"][ranked$model %in% points$model, , drop = FALSE]
  plot <- ggplot() +
    geom_segment(
      data = in_panels(diagonal, ranked), aes(x = 0, y = 0, xend = 1, yend = 1),
      colour = baseline_colour, linetype = "22"
    ) +
    calibration_histogram(described$curves, ranked) +
    calibration_points(points, described$curves, ranked) +
    kind_scales(ranked) + line_scale(cohorts) +
    scale_x_continuous(breaks = c(0, 0.5, 1), labels = short_number, expand = c(0.02, 0)) +
    scale_y_continuous(breaks = c(0, 0.5, 1), labels = short_number, expand = c(0.02, 0)) +
    coord_cartesian(xlim = c(0, 1), ylim = c(histogram[["foot"]], 1))
  panel_figure(plot, facets, words, cohort_labels(cohorts))
}

#' The lines on the strips: slope, intercept, and ICI with the share of probabilities of 0 or 1.
calibration_notes <- function(lines) {
  text <- function(name, low, high) with_interval(lines[[name]], lines[[low]], lines[[high]], 2)
  slope <- ifelse(
    is.finite(lines$slope), paste("slope", text("slope", "slope_low", "slope_high")),
    paste("no slope:", lines$why)
  )
  intercept <- ifelse(
    is.finite(lines$intercept),
    paste("intercept", text("intercept", "intercept_low", "intercept_high")), "no intercept"
  )
  some <- (lines$clipped > 0) %in% TRUE & !(lines$certain > 0) %in% TRUE
  ici <- paste0(
    "ICI ", format_value(lines$ici, 2),
    ifelse(some, paste0("; ", percent_text(lines$clipped), " are 0 or 1"), "")
  )
  notes <- paste(slope, intercept, ici, sep = "\n")
  notes[!is.finite(lines$n_events)] <- "\u2013"
  notes
}

#' Points with their bars, joined by lines; thin lines of the repeats.
calibration_points <- function(points, curves, ranked) {
  if (nrow(points) == 0) return(NULL)
  points[c("low", "high")] <- wilson(points$y, points$n)
  each <- inside(curves[curves$curve == "calibration" & is.finite(curves$y), , drop = FALSE])
  list(
    geom_path(
      data = in_panels(each, ranked), linewidth = 0.3, alpha = 0.45, show.legend = FALSE,
      aes(x = .data$x, y = .data$y, group = .data[["repeat"]], colour = .data$kind)
    ),
    geom_path(
      data = outside(points), linewidth = 0.7, colour = ink[["strong"]],
      aes(x = .data$x, y = .data$y, linetype = .data$cohort)
    ),
    geom_path(
      data = inside(points), linewidth = 0.7, show.legend = FALSE,
      aes(x = .data$x, y = .data$y, colour = .data$kind)
    ),
    geom_pointrange(
      data = inside(points), size = 0.25, linewidth = 0.5, key_glyph = "point",
      aes(x = .data$x, y = .data$y, ymin = .data$low, ymax = .data$high, colour = .data$kind)
    )
  )
}

#' Bars beneath the curves, the highest of each model as high as the strip.
calibration_histogram <- function(curves, ranked) {
  bars <- inside(curves[curves$curve == "histogram", , drop = FALSE])
  if (nrow(bars) == 0) return(NULL)
  bars <- in_panels(stats::aggregate(n ~ model + x, bars, sum), ranked)
  bars$height <- histogram[["height"]] * bars$n / stats::ave(bars$n, bars$model, FUN = max)
  geom_rect(
    data = bars, alpha = 0.7, show.legend = FALSE,
    aes(
      xmin = .data$x, xmax = .data$x + 0.05, ymin = histogram[["foot"]],
      ymax = histogram[["foot"]] + .data$height, fill = .data$kind
    )
  )
}
