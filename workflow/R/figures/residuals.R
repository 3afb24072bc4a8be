# Regressions: what each model predicted against what was observed.

use("theme", "text", "metric_info", "figure_data", "panels")

# More samples than this would hide each other, and make large files.
most_residuals <- 1000

#' Reads one data set's predictions of numbers: the mean of each sample over its test sets.
#'
#' @return data.frame of model, cohort, sample, truth, predicted (mean), low and high (of them).
read_residuals <- function(file, models) {
  table <- read_columns(
    file, text = c("language", "model", "cohort", "sample"), numbers = c("truth", "predicted")
  )
  table$model <- clean_text(paste0(table$language, "/", table$model, recycle0 = TRUE))
  table$cohort <- clean_text(table$cohort)
  table <- table[table$model %in% clean_text(unlist(models)), , drop = FALSE]
  key <- paste(table$model, table$cohort, table$sample, sep = "\n")
  first <- !duplicated(key)
  sample <- factor(key, levels = key[first])
  by_sample <- function(pick) as.vector(tapply(table$predicted, sample, pick))
  data.frame(
    table[first, c("model", "cohort", "sample", "truth")], predicted = by_sample(mean),
    low = by_sample(min), high = by_sample(max), row.names = NULL
  )
}

#' Every k-th sample of each cohort, by the truth, so that at most `most_residuals` stay.
thin_out <- function(residuals) {
  samples <- unique(residuals[order(residuals$truth), c("cohort", "sample")])
  kept <- do.call(rbind, lapply(split(samples, samples$cohort), function(rows) {
    rows[seq(1, nrow(rows), by = ceiling(nrow(rows) / most_residuals)), , drop = FALSE]
  }))
  named <- function(rows) paste(rows$cohort, rows$sample, sep = "\n")
  residuals[named(residuals) %in% named(kept), , drop = FALSE]
}

#' Draws predicted against observed; see `read_figure_data()` for `data`, with `residuals` of
#' `read_residuals()`.
draw_residuals <- function(data) {
  ranked <- rank_models(data)
  all <- data$residuals
  residuals <- thin_out(all)
  errors <- lapply(c("rmse", "r2"), function(metric) {
    rows <- rank_models(data, metric)
    rows[match(ranked$model, rows$model), , drop = FALSE]
  })
  decimals <- metric_decimals(errors[[1]]$estimate, metric_info("rmse"))
  rmse <- with_interval(errors[[1]]$estimate, errors[[1]]$ci_low, errors[[1]]$ci_high, decimals)
  r2 <- errors[[2]]$estimate
  notes <- paste0(
    "RMSE ", rmse, ifelse(is.finite(r2), paste0("\nR\u00b2 ", format_value(r2, 2)), "")
  )
  notes[!is.finite(errors[[1]]$estimate)] <- "\u2013"
  limits <- range(0, 1)
  if (nrow(residuals) > 0) {
    # A model that diverged must not press the others into a point.
    limits <- range(residuals$truth) + c(-0.15, 0.15) * max(diff(range(residuals$truth)), 1e-6)
  }
  ticks <- pretty(limits, 4)
  ticks <- ticks[ticks >= limits[1] & ticks <= limits[2]]
  facets <- model_facets(
    ranked, list(notes), residuals$model, "no predictions", rep(mean(limits), 2)
  )
  residuals$beyond <- residuals$predicted < limits[1] | residuals$predicted > limits[2]
  for (column in c("predicted", "low", "high")) {
    residuals[[column]] <- pmin(pmax(residuals[[column]], limits[1]), limits[2])
  }
  residuals <- in_panels(residuals, ranked)
  cohorts <- unique(outside(residuals)$cohort)
  shapes <- stats::setNames(rep_len(c(24, 23, 22, 25), length(cohorts)), cohorts)
  own <- inside(residuals)
  spread <- own[own$high > own$low, , drop = FALSE]
  alpha <- if (nrow(own) / nrow(ranked) > 200) 0.35 else 0.7
  words <- list(
    title = finding(data, "residuals"),
    subtitle = paste0(
      describe_data(data), ". Each sample as predicted when it was in no training set",
      if (nrow(spread) > 0) ": mean over the repeats; lines run from the lowest to the highest", "."
    ),
    caption = paste(c(
      "Broken grey: predicted as observed.",
      if (any(own$beyond)) "Open triangles at the edge: predictions beyond the axis.",
      if (nrow(residuals) < nrow(all)) {
        paste("Of the samples,", nrow(own) / length(unique(own$model)), "are drawn.")
      }
    ), collapse = " "),
    x = "observed", y = "predicted"
  )
  diagonal <- ranked["model"][ranked$model %in% residuals$model, , drop = FALSE]
  plot <- ggplot(mapping = aes(x = .data$truth, y = .data$predicted)) +
    geom_segment(
      data = in_panels(diagonal, ranked), colour = baseline_colour, linetype = "22",
      aes(x = limits[1], y = limits[1], xend = limits[2], yend = limits[2])
    ) +
    geom_segment(
      data = spread, alpha = alpha / 2, linewidth = 0.4, show.legend = FALSE,
      aes(xend = .data$truth, y = .data$low, yend = .data$high, colour = .data$kind)
    ) +
    geom_point(
      data = own, size = 1.1, alpha = alpha, shape = ifelse(own$beyond, 2, 16),
      aes(colour = .data$kind)
    ) +
    geom_point(
      data = outside(residuals), size = 1.2, stroke = 0.4, colour = ink[["strong"]],
      fill = ink[["paper"]], aes(shape = .data$cohort)
    ) +
    kind_scales(ranked) +
    scale_shape_manual(
      values = shapes, labels = cohort_labels(cohorts),
      guide = guide_legend(order = 2, ncol = key_columns(cohort_labels(cohorts)))
    ) +
    scale_x_continuous(breaks = ticks, labels = short_number, expand = c(0, 0)) +
    scale_y_continuous(breaks = ticks, labels = short_number, expand = c(0, 0)) +
    coord_cartesian(xlim = limits, ylim = limits)
  panel_figure(plot, facets, words, cohort_labels(cohorts))
}
