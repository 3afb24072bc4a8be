# Does a model learn the outcome at all? What it scores on permuted outcomes, and on the real ones.

# Inches: width of the panel, height of a row.
null_panel <- 4.6
null_row <- 0.42

#' Rows of null.csv for one data set: model, permutation (0: the outcomes as they are) and value.
read_null <- function(file, dataset, models) {
  read_models(file, dataset, models, numbers = c("permutation", "value"))
}

#' Rows of null_tests.csv for one data set: model, language, observed, count (of permutations) and p
#' (adjusted for all models; NA without an observed value).
read_null_tests <- function(file, dataset, models) {
  tests <- read_models(
    file, dataset, models, numbers = c("observed", "n_permutations", "p_adjusted")
  )
  data.frame(
    model = tests$model, language = language_label(tests$language), observed = tests$observed,
    count = tests$n_permutations, p = tests$p_adjusted
  )
}

#' The tests, the best on the real outcomes first.
null_models <- function(tests, info) {
  badness <- if (info$higher_is_better) -tests$observed else tests$observed
  tests[order(badness, na.last = TRUE), , drop = FALSE]
}

#' Where a model's dots stand across its row, from -0.5 to 0.5: wide where there are many.
null_spread <- function(values) {
  n <- length(values)
  place <- rank(values, ties.method = "first")
  if (n < 3 || diff(range(values)) == 0) return((place - 0.5) / n - 0.5)
  curve <- stats::density(values)
  width <- stats::approx(curve$x, curve$y, values)$y / max(curve$y)
  # Van der Corput's sequence fills the width evenly, without a random number.
  turn <- vapply(seq_len(n), function(i) {
    bits <- as.integer(intToBits(i))[1:16]
    sum(bits / 2^(1:16))
  }, numeric(1))
  (turn[place] - 0.5) * width
}

#' Draws what each model scores on permuted outcomes; `data$null` and `data$null_tests`: see
#' `read_null()` and `read_null_tests()`.
draw_null <- function(data) {
  info <- metric_info(data$metric)
  models <- null_models(data$null_tests, info)
  n <- nrow(models)
  models$y <- n + 1 - seq_len(n)
  dots <- data$null[data$null$permutation > 0 & is.finite(data$null$value), , drop = FALSE]
  at <- match(dots$model, models$model)
  dots$y <- models$y[at] + 0.72 * stats::ave(dots$value, dots$model, FUN = null_spread)
  dots$language <- models$language[at]
  values <- c(models$observed, dots$value)
  decimals <- metric_decimals(values, info)
  limits <- null_limits(models$observed, dots$value, info)
  to_axis <- function(x) pmin(pmax(x, limits[1]), limits[2])
  models$number <- ifelse(
    is.na(models$p), "no value",
    sprintf("%s, p = %s", format_value(models$observed, decimals), short_number(models$p, 2))
  )
  lost <- models$count - tabulate(at, n)
  models$number <- paste0(
    models$number, ifelse(lost > 0, sprintf(" (%d of %d without)", lost, models$count), "")
  )
  models$label <- model_labels(models$model)
  right <- 0.15 + max(text_width(models$number, text_sizes[["axis"]]))
  width <- max(text_width(models$label, text_sizes[["axis"]])) + null_panel + right + 0.4
  real <- models[is.finite(models$observed), , drop = FALSE]
  languages <- intersect(names(language_colours), real$language)
  many <- max(0, models$count) > 200
  plot <- ggplot(real, aes(to_axis(.data$observed), .data$y, colour = .data$language)) +
    geom_point(
      aes(to_axis(.data$value), colour = "permuted outcomes"), dots, shape = 16,
      size = if (many) 0.7 else 1.3, alpha = if (many) 0.4 else 0.7
    ) +
    geom_linerange(
      aes(ymin = .data$y - 0.4, ymax = .data$y + 0.4), linewidth = 0.8, show.legend = FALSE
    ) +
    geom_point(shape = 18, size = 3.6) +
    text_beside(models) +
    scale_colour_manual(
      values = c(language_colours, "permuted outcomes" = baseline_colour),
      breaks = c(languages, "permuted outcomes"),
      labels = c(paste0(languages, ", real outcomes", recycle0 = TRUE), "permuted outcomes"),
      guide = guide_legend(override.aes = list(size = 3, alpha = 1))
    ) +
    scale_x_continuous(limits = limits, n.breaks = 7, expand = expansion(0.03)) +
    scale_y_continuous(
      breaks = models$y, labels = models$label, limits = c(0.45, n + 0.55), expand = c(0, 0)
    ) +
    coord_cartesian(clip = "off") +
    labs(x = metric_axis(info), y = NULL) +
    theme_figure(right) +
    theme(legend.position = "top", panel.grid.major.y = element_blank())
  worded_figure(
    plot, width, 1.2 + null_row * n, finding(data, "null"),
    null_subtitle(data, models$count[1], info, nrow(dots) > 0),
    paste(
      "p: share of the permutations, the real outcomes among them, whose best model is as good as",
      "this one on the real outcomes; so it holds for all models at once. Baselines are left out.",
      if (any(lost > 0)) {
        "Without: permutations on which the model has no value; they count as at least as good."
      },
      if (any(values < limits[1] | values > limits[2], na.rm = TRUE)) {
        "Dots at the edge: values beyond the axis."
      }
    )
  )
}

null_subtitle <- function(data, permutations, info, any_value) {
  paste0(
    data$dataset, ": ", plural(permutations, "permutation"), " of the outcomes, each split, ",
    "preprocessed, tuned and scored anew",
    if (!any_value) "; no model has a value on any of them", ". ", better_words(info)
  )
}

#' The ends of the axis: all values, but those of models that diverged on permuted outcomes.
null_limits <- function(observed, null, info) {
  observed <- observed[is.finite(observed)]
  if (length(null) > 0 && !(is.finite(info$lower) && is.finite(info$upper))) {
    middle <- stats::quantile(null, c(0.25, 0.75))
    null <- null[abs(null - stats::median(null)) <= 5 * diff(middle) + 1e-9]
  }
  values <- c(observed, null)
  if (length(values) == 0) return(c(0, 1))
  limits <- range(values)
  if (diff(limits) > 0) limits else limits + c(-1, 1) * max(0.05, 0.1 * abs(limits[1]))
}
