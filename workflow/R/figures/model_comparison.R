# Every model on the pre-specified comparison metric: its splits, its mean and the mean's interval.

# Inches; the panel keeps its width, the figure grows with the names.
comparison_panel <- 4.8
comparison_row <- 0.3
# Baselines stand in a band beside the axis, of this share of it, if the other models would have
# less than that share of the axis to themselves.
comparison_band <- 0.09
comparison_share <- 0.6

interval_names <- c(
  nadeau_bengio = "Nadeau-Bengio corrected resampled t interval", wilson = "Wilson interval",
  newcombe = "Newcombe interval", bootstrap = "bootstrap interval",
  bootstrap_t = "t interval over the samples or groups that were left out"
)

interval_name <- function(methods) {
  names <- interval_names[intersect(names(interval_names), methods)]
  splits <- names(names) == "nadeau_bengio"
  parts <- c(paste(names[splits]), paste(names[!splits], collapse = " or "))
  paste(parts[nzchar(parts)], collapse = "; where all splits are equal, ")
}

#' The baselines' means, and those of their splits and limits that are not outliers themselves.
baseline_values <- function(scored, splits, best) {
  baselines <- scored[scored$baseline, , drop = FALSE]
  values <- splits$value[splits$model %in% baselines$model]
  values <- c(values, baselines$ci_low, baselines$ci_high)
  near <- abs(values - best) <= 2 * max(0, abs(baselines$estimate - best))
  c(baselines$estimate, values[near %in% TRUE])
}

#' The axis: all values, but an unbounded metric's outliers must not squeeze the rest to a line.
#'
#' Returns the limits on the metric's scale; what lies beyond is drawn at the edge and counted.
#' The baselines' means are always inside.
comparison_limits <- function(rows, splits, info) {
  values <- splits$value
  scored <- rows[rows$status == "scored", , drop = FALSE]
  all <- c(scored$estimate, scored$ci_low, scored$ci_high, values)
  all <- all[is.finite(all)]
  if (length(all) == 0) return(c(0, 1))
  limits <- range(all)
  bounded <- is.finite(info$lower) && is.finite(info$upper)
  if (!bounded) {
    best <- scored$estimate[1]
    spread <- max(
      stats::median(abs(scored$estimate - best)), stats::median(abs(c(values, best) - best)),
      scored$ci_high[1] - scored$ci_low[1],
      na.rm = TRUE
    )
    anchors <- baseline_values(scored, splits, best)
    if (info$higher_is_better) {
      limits[1] <- max(limits[1], min(best - 8 * spread, anchors))
    } else {
      limits[2] <- min(limits[2], max(best + 8 * spread, anchors))
    }
  }
  if (diff(limits) < 1e-9) {
    room <- if (bounded) 0.05 else abs(limits[1]) * 0.1 + 0.01
    limits <- c(max(info$lower, limits[1] - room), min(info$upper, limits[2] + room))
  }
  limits
}

#' The limits without baselines that would take most of the axis.
limits_beside_baselines <- function(limits, rows, splits, info) {
  own <- rows[rows$status == "scored" & !rows$baseline, , drop = FALSE]
  values <- c(own$estimate, own$ci_low, own$ci_high, splits$value[splits$model %in% own$model])
  values <- values[is.finite(values) & values >= limits[1] & values <= limits[2]]
  if (length(values) == 0 || nrow(own) == sum(rows$status == "scored")) return(limits)
  near <- range(values)
  bounded <- is.finite(info$lower) && is.finite(info$upper)
  least <- 0.1 * if (bounded) info$upper - info$lower else abs(own$estimate[1])
  if (info$higher_is_better) {
    near[1] <- max(min(near[1], near[2] - least), limits[1])
  } else {
    near[2] <- min(max(near[2], near[1] + least), limits[2])
  }
  if (diff(near) < comparison_share * diff(limits)) near else limits
}

#' Vertical lines: the baselines' means, and chance where no baseline stands for it.
#'
#' Their labels stand one above the other over the first row, each as far to the right of its line
#' as the line is in the panel, so that none leaves it.
reference_lines <- function(layout, info) {
  lines <- layout$scored[layout$scored$baseline, , drop = FALSE]
  # Baselines that print the same number share a line.
  same <- split(lines$model, factor(lines$printed, unique(lines$printed)))
  reference <- data.frame(
    x = lines$x[!duplicated(lines$printed)],
    label = paste(
      ifelse(lengths(same) > 1, "baselines", "baseline"), vapply(same, toString, character(1)),
      names(same), recycle0 = TRUE
    )
  )
  limits <- layout$limits
  chance <- info$chance
  inside <- nrow(layout$scored) > 0 && isTRUE(chance > limits[1] & chance < limits[2])
  if (inside && !any(abs(reference$x - chance) < 0.03 * diff(limits))) {
    reference <- rbind(reference, data.frame(x = chance, label = paste("chance", chance)))
  }
  reference <- reference[order(reference$x), , drop = FALSE]
  reference$label <- shorten(reference$label, comparison_panel * 0.9, text_sizes[["small"]])
  reference$hjust <- (reference$x - layout$axis[1]) / diff(layout$axis)
  reference$y <- nrow(layout$rows) + 0.35 + 0.7 * seq_len(nrow(reference))
  reference
}

#' Why a mean rests on fewer splits than planned: they failed, or the metric does not exist there.
split_note <- function(scored, points, n_splits) {
  values <- tabulate(match(points$model, scored$model), nrow(scored))
  undefined <- ifelse(values > 0, n_splits - scored$n_failed - values, 0)
  failed <- failure_note(scored$n_failed, n_splits)
  note <- ifelse(
    nzchar(failed), paste0(failed, ", ", undefined, " undefined"),
    paste("undefined on", undefined, "of", n_splits, "splits")
  )
  ifelse(undefined > 0, note, failed)
}

#' Whether each split leaves out a group.
leaves_out_groups <- function(data) "group_bootstrap" %in% data$pairs$test

#' Positions of everything, in rows from below and on the axis of the metric.
layout_comparison <- function(data, info) {
  rows <- rank_models(data)
  rows$y <- rev(seq_len(nrow(rows)))
  rows$label <- model_labels(rows$model)
  scored <- rows[rows$status == "scored", , drop = FALSE]
  unscored <- rows[rows$status != "scored", , drop = FALSE]
  decimals <- metric_decimals(scored$estimate, info)

  points <- data$splits[data$splits$metric == data$metric & is.finite(data$splits$value), ]
  points <- points[points$model %in% scored$model, , drop = FALSE]
  # Where all predictions are pooled, one split says little, unless it is a group: its test set may
  # be a single sample.
  if (isTRUE(data$pooled) && !leaves_out_groups(data)) points <- points[0, ]
  row <- match(points$model, rows$model)
  points$kind <- rows$kind[row]
  # The golden ratio spreads the splits evenly without chance: the same file gives the same figure,
  # and a split lies at the same height in every row.
  order_of_split <- match(points$split, sort(unique(data$splits$split), method = "radix"))
  points$y <- rows$y[row] + ((order_of_split * 0.618034) %% 1 - 0.5) * 0.56

  limits <- limits_beside_baselines(comparison_limits(rows, points, info), rows, points, info)
  apart <- scored$baseline & (scored$estimate < limits[1] | scored$estimate > limits[2])
  band <- comparison_band * diff(limits)
  axis <- limits + band * c(-any(apart & scored$estimate < limits[1]),
                            any(apart & scored$estimate > limits[2]))
  # What lies beyond stands at the edge, or in the middle of the band.
  ends <- limits + ifelse(axis == limits, 0, c(-0.6, 0.6) * band)
  to_axis <- function(x) {
    ifelse(x < limits[1], ends[1], ifelse(x > limits[2], ends[2], x))
  }
  beyond <- function(x) x < limits[1] | x > limits[2]
  scored[c("x", "low", "high")] <- lapply(scored[c("estimate", "ci_low", "ci_high")], to_axis)
  scored$beyond <- beyond(scored$estimate) & !apart
  scored$shape <- ifelse(scored$beyond, "beyond", scored$kind)
  outside <- beyond(points$value)
  points$beyond <- outside & !points$model %in% scored$model[apart]
  points$x <- to_axis(points$value)
  points$shape <- ifelse(points$beyond, "beyond", "split")
  # They would hide the mark of a mean that is there too.
  points$hidden <- outside & points$model %in% scored$model[scored$beyond | apart]

  scored$bounded <- !is.na(scored$ci_low) & !is.na(scored$ci_high)
  # The band has no scale for a bar.
  scored$bar <- scored$bounded & !apart
  scored$number <- interval_text(scored$estimate, scored$ci_low, scored$ci_high, decimals, "")
  scored$note <- split_note(scored, points, data$n_splits)
  list(
    rows = rows, scored = scored, unscored = unscored, points = points, decimals = decimals,
    limits = limits, axis = axis,
    header = name_estimates(paste0(
      "", if (nrow(scored) > 0) "mean", if (any(scored$bounded)) " [95 % interval]"
    ), data)
  )
}

#' What stands in the row of a model that has no value, in at most two lines of `width` inches.
missing_text <- function(unscored, info, n_splits, width) {
  joined <- function(text, separator, more) {
    paste0(text, ifelse(nzchar(more), separator, ""), more, recycle0 = TRUE)
  }
  text <- ifelse(
    unscored$status == "failed", joined("failed on all splits", ": ", unscored$message),
    joined(paste(info$label, "undefined: no split has a value"), ", ",
           failure_note(unscored$n_failed, n_splits))
  )
  two_lines(text, width, text_sizes[["small"]])
}

comparison_subtitle <- function(data) {
  paste0(
    describe_data(data), ".",
    if (nzchar(finding(data, "model_comparison", "subtitle"))) {
      paste0(" ", finding(data, "model_comparison", "subtitle"))
    }
  )
}

comparison_caption <- function(data, layout) {
  scored <- layout$scored
  outside <- sum(layout$points$beyond) + sum(scored$beyond)
  name <- interval_name(scored$method[scored$bounded])
  paste(c(
    if (nrow(scored) > 0) {
      paste0(
        name_estimates("Models sorted by their mean", data),
        if (!all(scored$complete)) ", last those without a value on every split, which cannot lead",
        "."
      )
    },
    if (nzchar(name)) paste0("Bar: 95 % ", name, "."),
    if (any(scored$different)) {
      paste0(
        "Hollow: evidence of a difference from the ",
        if (sum(scored$leader) > 1) "leaders" else "leader",
        " (Holm-adjusted p\u00a0<\u00a0", significance, ")."
      )
    },
    if (any(scored$bounded)) {
      "Each interval describes one model; whether two overlap is no test of a difference."
    },
    if (any(scored$bounded & scored$method == "nadeau_bengio")) {
      "That of a proportion or a ROC AUC is no narrower than for as many independent samples."
    },
    if (any(scored$cut)) "Intervals end at the limit of the metric's range.",
    if (any(scored$bar & (scored$low > scored$ci_low | scored$high < scored$ci_high),
            na.rm = TRUE)) {
      "Bars that reach the edge continue; the numbers show how far."
    },
    if (any(layout$axis != layout$limits)) {
      "In the grey band: a baseline that is too far away for the axis."
    },
    if (outside > 0) {
      paste("Open triangles at the edge:", plural(outside, "value"), "beyond the axis.")
    }
  ), collapse = " ")
}

#' The marks of all rows: splits, intervals, means.
comparison_marks <- function(layout, n_splits) {
  points <- layout$points[!layout$points$hidden, , drop = FALSE]
  list(
    geom_point(
      aes(.data$x, .data$y, colour = .data$kind, shape = .data$shape, size = "split"), points,
      alpha = ifelse(points$beyond, 0.7, if (n_splits > 60) 0.2 else 0.35),
      show.legend = c(colour = FALSE, size = TRUE, shape = FALSE)
    ),
    geom_segment(
      aes(.data$low, .data$y, xend = .data$high, yend = .data$y, colour = .data$kind),
      layout$scored[layout$scored$bar, , drop = FALSE], linewidth = 1, show.legend = FALSE
    ),
    geom_point(
      aes(
        .data$x, .data$y, colour = .data$kind, shape = .data$shape,
        size = ifelse(.data$different, "different", "mean"),
        fill = ifelse(.data$different, "different", .data$kind)
      ),
      layout$scored, stroke = 1
    )
  )
}

#' The text inside the panel and the column of numbers outside it, at its right.
comparison_text <- function(layout, unscored, reference) {
  scored <- layout$scored
  noted <- nzchar(scored$note)
  notes <- transform(scored, y = y - 0.25, number = note)[noted, , drop = FALSE]
  failed <- unscored[unscored$status == "failed", , drop = FALSE]
  small <- text_sizes[["small"]] / .pt
  left <- layout$limits[1]
  list(
    geom_text(
      aes(.data$x, .data$y, label = .data$label, hjust = .data$hjust), reference, size = small,
      colour = ink[["soft"]]
    ),
    text_beside(transform(scored, y = y + 0.21 * noted)),
    text_beside(notes, "small", fontface = "bold"),
    text_beside(data.frame(y = nrow(layout$rows) + 1.05, number = layout$header), "small", "soft"),
    geom_point(
      aes(y = .data$y), failed, x = left, shape = 4, size = 2.2, stroke = 1.1,
      colour = ink[["strong"]]
    ),
    geom_text(
      aes(y = .data$y, label = .data$text), unscored, x = left + 0.03 * diff(layout$limits),
      hjust = 0, size = small, lineheight = 0.95, colour = ink[["strong"]]
    )
  )
}

comparison_guides <- function(layout, data) {
  different <- layout$scored$different
  kinds <- c(
    split = if (nrow(layout$points) > 0) {
      if (leaves_out_groups(data)) "one group" else "one split"
    },
    mean = "mean"[!all(different)],
    different = "differs from leader"[any(different)]
  )
  models <- intersect(names(kind_colours), layout$scored$kind)
  # Guides without a title of their own are one guide where their labels are the same.
  key <- function(order, ...) guide_legend(NULL, order = order, override.aes = list(...))
  list(
    scale_colour_manual(
      values = kind_colours, breaks = models,
      guide = key(1, size = 3, shape = kind_shapes[models], linetype = 0)
    ),
    scale_shape_manual(
      values = c(kind_outlines, split = 16, beyond = 2), breaks = models,
      limits = c(models, "split", "beyond"), guide = key(1)
    ),
    scale_fill_manual(values = c(kind_colours, different = ink[["paper"]]), guide = "none"),
    scale_size_manual(
      values = c(split = 1.3, mean = 3, different = 3), breaks = names(kinds),
      labels = name_estimates(unname(kinds), data), guide = key(
        2, alpha = ifelse(names(kinds) == "split", 0.5, 1),
        shape = ifelse(names(kinds) == "different", 21, 16), fill = ink[["paper"]], stroke = 1,
        colour = ink[["strong"]], linetype = 0
      )
    )
  )
}

#' Draws the comparison of models; see `read_figure_data()` for `data`.
draw_model_comparison <- function(data) {
  info <- metric_info(data$metric)
  layout <- layout_comparison(data, info)
  n <- nrow(layout$rows)
  unscored <- layout$unscored
  reference <- reference_lines(layout, info)
  top <- max(n + 1.5, reference$y + 0.45)

  breaks <- pretty(layout$limits, 6)
  near <- layout$limits + c(-1e-9, 1e-9)
  breaks <- breaks[breaks >= near[1] & breaks <= near[2]]
  row_height <- if (any(line_count(layout$rows$label) > 1)) 0.37 else comparison_row
  left <- max(text_width(layout$rows$label, text_sizes[["axis"]]))
  right <- max(
    text_width(layout$scored$number, text_sizes[["axis"]]),
    text_width(layout$scored$note, text_sizes[["small"]], bold = TRUE),
    text_width(layout$header, text_sizes[["small"]])
  ) + 0.25
  # Where there is no number, a message runs on over their column.
  unscored$text <- missing_text(unscored, info, data$n_splits, comparison_panel - 0.35 + right)
  width <- left + comparison_panel + right + 0.35
  edges <- layout$limits + c(-0.2, 0.2) * comparison_band * diff(layout$limits)
  plot <- ggplot() +
    (if (any(layout$axis != layout$limits)) {
      side <- which(layout$axis != layout$limits)
      annotate("rect", xmin = c(-Inf, edges[2])[side], xmax = c(edges[1], Inf)[side], ymin = 0.4,
               ymax = n + 0.65, fill = ink[["band"]])
    }) +
    geom_rect(
      aes(ymin = .data$y - 0.5, ymax = .data$y + 0.5), unscored, xmin = -Inf, xmax = Inf,
      fill = ink[["band"]]
    ) +
    # Nothing crosses the labels above the first row.
    annotate("rect", xmin = -Inf, xmax = Inf, ymin = n + 0.65, ymax = top, fill = ink[["paper"]]) +
    geom_segment(
      aes(.data$x, xend = .data$x), reference, y = nrow(unscored) + 0.5, yend = n + 0.65,
      linetype = "22", linewidth = 0.5, colour = ink[["soft"]]
    ) +
    # Scales without data would warn.
    (if (nrow(layout$scored) > 0) {
      list(comparison_marks(layout, data$n_splits), comparison_guides(layout, data))
    }) +
    comparison_text(layout, unscored, reference) +
    scale_x_continuous(limits = layout$axis, breaks = breaks, expand = expansion(0.03)) +
    scale_y_continuous(
      breaks = layout$rows$y, labels = layout$rows$label, limits = c(0.4, top), expand = c(0, 0)
    ) +
    coord_cartesian(clip = "off") +
    labs(x = metric_axis(info), y = NULL) +
    theme_figure(right) +
    theme(legend.position = "top")
  worded_figure(
    plot, width, 1.15 + row_height * (top - 0.4), finding(data, "model_comparison"),
    comparison_subtitle(data), comparison_caption(data, layout)
  )
}
