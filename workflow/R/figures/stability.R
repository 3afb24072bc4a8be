# How stable are the features that each model uses over the splits?

use("theme", "text", "figure_data", "variants")

# Inches: height of a row and width of the panel.
stability_row <- 0.27
stability_panel <- 3.6
# Limits of agreement beyond chance: poor below, excellent above (Fleiss, for kappa; Nogueira et al.
# take them for this measure).
stability_limits <- c(poor = 0.4, excellent = 0.75)
stability_colours <- c(language_colours, "several models" = ink[["soft"]])
stability_shapes <- c(language_shapes, "several models" = 18)

#' One row per model, the most stable first; models that use every selected feature share a row.
stability_rows <- function(rows) {
  rows$label <- rows$model
  full <- rows$mean_selected == max(rows$mean_selected, 0) & is.finite(rows$stability)
  key <- paste(rows$stability, rows$n_splits)
  shared <- full & key %in% key[full][duplicated(key[full])]
  count <- sum(shared)
  rows$label[shared] <- paste("every selected feature:", plural(count, "model"))
  rows$kind <- rows$language
  rows$kind[shared] <- "several models"
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

stability_caption <- function(rows) {
  paste(c(
    "Nogueira, Sechidis & Brown (2018) with 95 % intervals, for splits taken as independent. A",
    "model uses the features whose importance is not 0; one without importances uses all that the",
    "preprocessing selected.",
    if (any(nzchar(rows$members))) {
      paste0("Every selected feature: ", rows$members[nzchar(rows$members)], ".")
    }
  ), collapse = " ")
}

#' Draws the stability of each model's features with its interval; `data$signature`: see
#' `read_signature()`.
draw_stability <- function(data) {
  rows <- stability_rows(data$signature$stability)
  n <- nrow(rows)
  rows$y <- n + 1 - seq_len(n)
  rows$label <- model_labels(rows$label)
  rows$number <- paste0(
    interval_text(rows$stability, rows$ci_low, rows$ci_high, 2, "undefined"), ", ",
    short_number(rows$mean_selected), " features", recycle0 = TRUE
  )
  head <- "stability [95 % interval], mean number"
  axis <- text_sizes[["axis"]]
  right <- 0.15 + max(text_width(c(rows$number, head), axis))
  limits <- range(0, 1, rows$ci_low, rows$ci_high, na.rm = TRUE)
  known <- rows[is.finite(rows$stability), , drop = FALSE]
  kinds <- intersect(names(stability_colours), known$kind)
  plot <- ggplot(known, aes(x = .data$stability, y = .data$y)) +
    geom_vline(
      xintercept = stability_limits, linetype = "22", linewidth = 0.4, colour = ink[["soft"]]
    ) +
    annotate(
      "text", x = stability_limits + c(-0.01, 0.01), y = n + 0.75, label = names(stability_limits),
      hjust = c(1, 0), size = text_sizes[["small"]] / .pt, colour = ink[["soft"]]
    ) +
    geom_segment(
      aes(x = .data$ci_low, xend = .data$ci_high, yend = .data$y, colour = .data$kind),
      linewidth = 1, show.legend = FALSE, na.rm = TRUE
    ) +
    geom_point(aes(colour = .data$kind, shape = .data$kind), size = 2.6) +
    text_beside(rows) + text_beside(data.frame(y = n + 0.75, number = head), "small", "soft") +
    scale_colour_manual(values = stability_colours, limits = kinds) +
    scale_shape_manual(values = stability_shapes, limits = kinds) +
    scale_x_continuous(limits = limits, breaks = pretty(c(0, 1), 4), expand = expansion(0.03)) +
    scale_y_continuous(
      breaks = rows$y, labels = rows$label, limits = c(0.45, n + 1.1), expand = c(0, 0)
    ) +
    coord_cartesian(clip = "off") +
    labs(x = "Stability over splits", y = NULL) +
    theme_figure(right) +
    theme(legend.position = "top", panel.grid.major.y = element_blank())
  worded_figure(
    plot, max(0, text_width(rows$label, axis)) + stability_panel + right + 0.35,
    1.3 + stability_row * (n + 1), stability_finding(rows),
    paste0(
      describe_data(data), ". Stability of the sets of features that a model uses: 1 where all ",
      "splits use the same, 0 as by chance. Baselines are left out."
    ),
    stability_caption(rows)
  )
}
