# How stable are the features that each model uses over the splits?

use("theme", "text", "canvas", "figure_data", "variants")

# Inches: height of a row and width of the panel.
stability_row <- 0.27
stability_panel <- 3.6
# Limits of agreement beyond chance: poor below, excellent above (Fleiss, for kappa; Nogueira et al.
# take them for this measure).
stability_limits <- c(poor = 0.4, excellent = 0.75)

#' One row per model, the most stable first; models that use every selected feature share a row.
stability_rows <- function(rows) {
  rows$label <- rows$model
  full <- rows$mean_selected == max(rows$mean_selected, 0) & is.finite(rows$stability)
  key <- paste(rows$stability, rows$n_splits)
  shared <- full & key %in% key[full][duplicated(key[full])]
  count <- sum(shared)
  rows$label[shared] <- paste("every selected feature:", plural(count, "model"))
  rows$colour <- unname(language_colours[rows$language])
  rows$shape <- unname(language_shapes[rows$language])
  rows$colour[shared] <- ink[["soft"]]
  rows$shape[shared] <- 18
  rows$members <- rep("", nrow(rows))
  rows$members[shared] <- paste(rows$model[shared], collapse = ", ")
  rows <- rows[!duplicated(rows$label), , drop = FALSE]
  rows[order(-rows$stability), , drop = FALSE]
}

#' The title: the most and the least stable features.
stability_finding <- function(rows) {
  rows <- rows[is.finite(rows$stability), , drop = FALSE]
  n <- nrow(rows)
  if (n == 0) return("Stability is undefined: no model leaves out features in two splits or more")
  named <- ifelse(
    nzchar(rows$members), "the models that use every selected feature", rows$model
  )
  value <- paste0("(", format_value(rows$stability, 2), ")")
  if (n == 1) return(paste("Stability over splits of the features of", named, value))
  paste(
    "Most stable over splits: the features of", named[1], paste0(value[1], ";"), "least: those of",
    named[n], value[n]
  )
}

#' Draws the stability of each model's features with its interval; `data$signature`: see
#' `read_signature()`.
draw_stability <- function(data) {
  axis <- text_sizes[["axis"]]
  rows <- stability_rows(data$signature$stability)
  n <- nrow(rows)
  title <- stability_finding(rows)
  subtitle <- paste0(
    describe_data(data), ". Stability of the sets of features that a model uses: 1 where all ",
    "splits use the same, 0 as by chance. Baselines are left out."
  )
  caption <- paste(c(
    "Nogueira, Sechidis & Brown (2018) with 95 % intervals, for splits taken as independent. A",
    "model uses the features whose importance is not 0; one without importances uses all that the",
    "preprocessing selected.",
    if (any(nzchar(rows$members))) {
      paste0("Every selected feature: ", rows$members[nzchar(rows$members)], ".")
    }
  ), collapse = " ")
  y <- 0.75 + stability_row * (n - seq_len(n) + 0.5)
  labels <- model_labels(rows$label)
  left <- max(0, text_width(labels, axis)) + 0.2
  number_x <- left + stability_panel + 0.15
  known <- is.finite(rows$stability)
  bounded <- is.finite(rows$ci_low)
  number <- ifelse(known, format_value(rows$stability, 2), "undefined")
  number[bounded] <- sprintf(
    "%s [%s, %s]", number[bounded], format_value(rows$ci_low[bounded], 2),
    format_value(rows$ci_high[bounded], 2)
  )
  number <- paste0(number, ", ", short_number(rows$mean_selected), " features", recycle0 = TRUE)
  head <- "stability [95 % interval], mean number"
  width <- number_x + max(text_width(c(number, head), axis))
  top <- 0.75 + stability_row * n
  values <- c(rows$stability, rows$ci_low, rows$ci_high)
  scale <- inch_scale(c(values, 0, 1), left, stability_panel)
  scale$ticks <- scale$ticks[scale$ticks <= 1]
  limits <- scale$at(stability_limits)
  plot <- canvas(width, top + 0.45, title, subtitle, caption) +
    variant_grid(scale, top) +
    annotate(
      "segment", x = limits, xend = limits, y = 0.75, yend = top, linetype = "22",
      colour = ink[["soft"]], linewidth = 0.4
    ) +
    (if (any(bounded)) {
      annotate(
        "segment", x = scale$at(rows$ci_low[bounded]), xend = scale$at(rows$ci_high[bounded]),
        y = y[bounded], yend = y[bounded], colour = rows$colour[bounded], linewidth = 1
      )
    }) +
    (if (any(known)) {
      annotate(
        "point", x = scale$at(rows$stability[known]), y = y[known], colour = rows$colour[known],
        shape = rows$shape[known], size = 2.6
      )
    }) +
    canvas_text(rbind(
      text_rows(0, y, labels, size = axis, colour = rows$colour),
      text_rows(number_x, y, number, size = axis),
      text_rows(number_x, top + 0.15, head, colour = ink[["soft"]]),
      text_rows(limits[[1]] - 0.05, top + 0.15, "poor", hjust = 1, colour = ink[["soft"]]),
      text_rows(limits[[2]] + 0.05, top + 0.15, "excellent", colour = ink[["soft"]]),
      text_rows(scale$at(scale$ticks), 0.62, short_number(scale$ticks), hjust = 0.5),
      text_rows(
        left + stability_panel / 2, 0.34, "Stability over splits", hjust = 0.5, size = axis
      )
    ))
  canvas_figure(plot, width, top + 0.45)
}
