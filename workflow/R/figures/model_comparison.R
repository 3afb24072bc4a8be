# Every model on the pre-specified comparison metric: its splits, its mean and the mean's interval.

# Inches; the panel keeps its width, the figure grows with the names.
comparison_panel <- 4.8
comparison_row <- 0.3

interval_names <- c(
  nadeau_bengio = "Nadeau-Bengio corrected resampled t interval", wilson = "Wilson interval",
  newcombe = "Newcombe interval", bootstrap = "bootstrap interval"
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

#' Vertical lines: the baselines' means, and chance where no baseline stands for it.
reference_lines <- function(rows, info, limits, decimals) {
  lines <- rows[rows$baseline & rows$status == "scored", , drop = FALSE]
  if (!any(rows$status == "scored")) return(data.frame(x = numeric(), label = character()))
  printed <- format_value(lines$estimate, decimals)
  # Baselines that print the same number share a line.
  reference <- data.frame(
    x = lines$estimate[!duplicated(printed)],
    label = vapply(unique(printed), function(value) {
      same <- lines$model[printed == value]
      paste(if (length(same) > 1) "baselines" else "baseline", toString(same), value)
    }, character(1), USE.NAMES = FALSE)
  )
  chance <- info$chance
  if (!is.na(chance) && chance > limits[1] && chance < limits[2] &&
        !any(abs(reference$x - chance) < 0.03 * diff(limits))) {
    reference <- rbind(reference, data.frame(x = chance, label = paste("chance", chance)))
  }
  reference
}

#' Why a mean rests on fewer splits than planned: they failed, or the metric does not exist there.
split_note <- function(scored, points, n_splits) {
  values <- as.vector(table(factor(points$model, levels = scored$model)))
  undefined <- ifelse(values > 0, n_splits - scored$n_failed - values, 0)
  note <- failure_note(scored$n_failed, n_splits)
  more <- undefined > 0
  note[more] <- ifelse(
    nzchar(note[more]), paste0(note[more], ", ", undefined[more], " undefined"),
    paste("undefined on", undefined[more], "of", n_splits, "splits")
  )
  note
}

#' Positions of everything, in rows from below and on the axis of the metric.
layout_comparison <- function(data, info) {
  rows <- rank_models(data)
  rows$y <- rev(seq_len(nrow(rows)))
  rows$label <- model_labels(rows$model)
  scored <- rows[rows$status == "scored", , drop = FALSE]
  without <- rows[rows$status != "scored", , drop = FALSE]
  decimals <- metric_decimals(scored$estimate, info)

  points <- data$splits[data$splits$metric == data$metric & is.finite(data$splits$value), ]
  points <- points[points$model %in% scored$model, , drop = FALSE]
  # Where all predictions are pooled, one split says little: its test set may be a single sample.
  if (isTRUE(data$pooled)) points <- points[0, ]
  row <- match(points$model, rows$model)
  points$kind <- rows$kind[row]
  # The golden ratio spreads the splits evenly without chance: the same file gives the same figure,
  # and a split lies at the same height in every row.
  order_of_split <- match(points$split, sort(unique(data$splits$split), method = "radix"))
  points$y <- rows$y[row] + ((order_of_split * 0.618034) %% 1 - 0.5) * 0.56

  limits <- comparison_limits(rows, points, info)
  view <- limits + c(-0.03, 0.03) * diff(limits)
  to_axis <- function(x) pmin(pmax(x, limits[1]), limits[2])
  beyond <- function(x) x < limits[1] | x > limits[2]
  points$beyond <- beyond(points$value)
  points$x <- to_axis(points$value)
  scored$beyond <- beyond(scored$estimate)
  scored$x <- to_axis(scored$estimate)
  scored$low <- to_axis(scored$ci_low)
  scored$high <- to_axis(scored$ci_high)

  scored$bounded <- !is.na(scored$ci_low) & !is.na(scored$ci_high)
  scored$number <- format_value(scored$estimate, decimals)
  with <- scored$bounded
  scored$number[with] <- sprintf(
    "%s [%s, %s]", scored$number[with], format_value(scored$ci_low[with], decimals),
    format_value(scored$ci_high[with], decimals)
  )
  scored$note <- split_note(scored, points, data$n_splits)
  list(
    rows = rows, scored = scored, without = without, points = points, decimals = decimals,
    limits = limits, view = view, per_inch = diff(view) / comparison_panel,
    header = name_estimates(
      if (any(with)) "mean [95 % interval]" else if (nrow(scored) > 0) "mean" else "", data
    )
  )
}

#' Labels of the vertical lines, one above the other, each inside the panel.
place_references <- function(reference, layout) {
  n <- nrow(reference)
  if (n == 0) return(cbind(reference, from = numeric(), to = numeric(), y = numeric()))
  small <- text_sizes[["small"]]
  reference$label <- shorten(reference$label, comparison_panel * 0.9, small)
  wide <- text_width(reference$label, small) * layout$per_inch
  edge <- 0.05 * layout$per_inch
  reference$from <- pmin(
    pmax(reference$x - wide / 2, layout$view[1] + edge), layout$view[2] - edge - wide
  )
  reference$to <- reference$from + wide
  reference <- reference[order(reference$x), , drop = FALSE]
  # Labels that stand apart share a line of text.
  reference$level <- 1
  for (i in seq_len(n)[-1]) {
    if (reference$from[i] < reference$to[i - 1] + 3 * edge) {
      reference$level[i] <- reference$level[i - 1] + 1
    }
  }
  reference$y <- nrow(layout$rows) + 0.35 + 0.7 * reference$level
  reference
}

#' What stands in the row of a model that has no value, in at most two lines of `width` inches.
missing_text <- function(without, info, n_splits, width) {
  failed <- without$status == "failed"
  partly <- failure_note(without$n_failed, n_splits)
  text <- paste0(
    info$label, " undefined: no split has a value", ifelse(nzchar(partly), ", ", ""), partly,
    recycle0 = TRUE
  )
  text[failed] <- paste0(
    "failed on all splits", ifelse(nzchar(without$message[failed]), ": ", ""),
    without$message[failed], recycle0 = TRUE
  )
  two_lines(text, width, text_sizes[["small"]])
}

comparison_subtitle <- function(data, info, layout) {
  scored <- layout$scored
  name <- interval_name(scored$method[scored$bounded])
  paste0(
    describe_data(data), ". ", capitalise(info$label), ": ",
    if (info$higher_is_better) "higher" else "lower", " is better.",
    if (nrow(scored) > 0) name_estimates(" Models sorted by their mean", data),
    if (!all(scored$complete)) ", last those without a value on every split, which cannot lead",
    if (nrow(scored) > 0) ".",
    if (nzchar(name)) paste0(" Bar: 95 % ", name, "."),
    if (any(scored$different)) {
      paste0(
        " Hollow: evidence of a difference from the ",
        if (sum(scored$leader) > 1) "leaders" else "leader",
        " (Holm-adjusted p\u00a0<\u00a0", significance, ")."
      )
    },
    if (nzchar(finding(data, "model_comparison", "subtitle"))) {
      paste0(" ", finding(data, "model_comparison", "subtitle"))
    }
  )
}

comparison_caption <- function(layout) {
  outside <- sum(layout$points$beyond) + sum(layout$scored$beyond)
  paste(c(
    if (any(layout$scored$bounded)) {
      "Each interval describes one model; whether two overlap is no test of a difference."
    },
    if (any(layout$scored$cut)) "Intervals end at the limit of the metric's range.",
    if (any(layout$scored$low > layout$scored$ci_low | layout$scored$high < layout$scored$ci_high,
            na.rm = TRUE)) {
      "Bars that reach the edge go on; the numbers tell how far."
    },
    if (outside > 0) {
      paste("Open triangles at the edge:", plural(outside, "value"), "beyond the axis.")
    }
  ), collapse = " ")
}

#' Splits beyond the axis, but those of models whose mean is there too: they would hide its mark.
split_triangles <- function(layout) {
  of <- layout$scored$model[layout$scored$beyond]
  layout$points[layout$points$beyond & !layout$points$model %in% of, , drop = FALSE]
}

#' The marks of all rows: splits, intervals, means.
comparison_marks <- function(layout, n_splits) {
  points <- layout$points
  scored <- layout$scored
  shown <- scored[!scored$beyond, , drop = FALSE]
  list(
    geom_point(
      data = points[!points$beyond, , drop = FALSE],
      aes(x = .data$x, y = .data$y, colour = .data$kind, size = "split"),
      shape = 16, alpha = if (n_splits > 60) 0.2 else 0.35,
      show.legend = c(colour = FALSE, size = TRUE, shape = FALSE)
    ),
    geom_segment(
      data = scored[scored$bounded, , drop = FALSE],
      aes(
        x = .data$low, xend = .data$high, y = .data$y, yend = .data$y, colour = .data$kind
      ),
      linewidth = 1, show.legend = FALSE
    ),
    geom_point(
      data = shown,
      aes(
        x = .data$x, y = .data$y, colour = .data$kind, shape = .data$kind,
        size = ifelse(.data$different, "different", "mean"),
        fill = ifelse(.data$different, "different", .data$kind)
      ),
      stroke = 1
    ),
    geom_point(
      data = split_triangles(layout),
      aes(x = .data$x, y = .data$y, colour = .data$kind),
      shape = 2, size = 1.2, alpha = 0.7, show.legend = FALSE
    ),
    geom_point(
      data = scored[scored$beyond, , drop = FALSE],
      aes(x = .data$x, y = .data$y, colour = .data$kind),
      shape = 2, size = 3, stroke = 1.1, show.legend = FALSE
    )
  )
}

#' The text inside the panel and the column of numbers outside it, at its right.
comparison_text <- function(layout, without, reference) {
  number_x <- layout$view[2] + 0.1 * layout$per_inch
  for_text <- text_sizes[["axis"]] / .pt
  for_small <- text_sizes[["small"]] / .pt
  noted <- layout$scored[nzchar(layout$scored$note), , drop = FALSE]
  list(
    geom_text(
      data = reference, aes(x = .data$from, y = .data$y, label = .data$label),
      hjust = 0, size = for_small, colour = ink[["soft"]]
    ),
    geom_text(
      data = layout$scored,
      aes(y = .data$y + ifelse(nzchar(.data$note), 0.21, 0), label = .data$number),
      x = number_x, hjust = 0, size = for_text, colour = ink[["strong"]]
    ),
    geom_text(
      data = noted, aes(y = .data$y - 0.25, label = .data$note),
      x = number_x, hjust = 0, size = for_small, fontface = "bold", colour = ink[["strong"]]
    ),
    annotate(
      "text", x = number_x, y = nrow(layout$rows) + 1.05, label = layout$header, hjust = 0,
      size = for_small, colour = ink[["soft"]]
    ),
    geom_point(
      data = without[without$status == "failed", , drop = FALSE],
      aes(y = .data$y), x = layout$view[1] + 0.15 * layout$per_inch, shape = 4, size = 2.2,
      stroke = 1.1, colour = ink[["strong"]]
    ),
    geom_text(
      data = without, aes(y = .data$y, label = .data$text),
      x = layout$view[1] + 0.32 * layout$per_inch, hjust = 0, size = for_small,
      colour = ink[["strong"]], lineheight = 0.95
    )
  )
}

comparison_guides <- function(layout, data) {
  different <- layout$scored$different
  kinds <- c(
    split = "one split"[nrow(layout$points) > 0], mean = "mean"[!all(different)],
    different = "differs from leader"[any(different)]
  )
  models <- intersect(names(kind_colours), layout$scored$kind)
  list(
    scale_colour_manual(values = kind_colours, breaks = models, guide = guide_legend(
      order = 1, override.aes = list(size = 3, shape = kind_shapes[models], linetype = 0)
    )),
    scale_shape_manual(values = kind_outlines, breaks = models, guide = guide_legend(order = 1)),
    scale_fill_manual(values = c(kind_colours, different = ink[["paper"]]), guide = "none"),
    scale_size_manual(
      values = c(split = 1.3, mean = 3, different = 3), breaks = names(kinds),
      labels = name_estimates(unname(kinds), data),
      guide = guide_legend(order = 2, override.aes = list(
        alpha = ifelse(names(kinds) == "split", 0.5, 1),
        shape = ifelse(names(kinds) == "different", 21, 16), fill = ink[["paper"]], stroke = 1,
        colour = ink[["strong"]], linetype = 0
      ))
    )
  )
}

#' Draws the comparison of models; see `read_figure_data()` for `data`.
draw_model_comparison <- function(data) {
  info <- metric_info(data$metric)
  layout <- layout_comparison(data, info)
  n <- nrow(layout$rows)
  without <- layout$without
  reference <- place_references(
    reference_lines(layout$rows, info, layout$limits, layout$decimals), layout
  )
  top <- max(n + 1.5, reference$y + 0.45)
  breaks <- pretty(layout$limits, 6)
  inside <- breaks >= max(layout$view[1], info$lower) & breaks <= min(layout$view[2], info$upper)

  row_height <- if (any(line_count(layout$rows$label) > 1)) 0.37 else comparison_row
  left <- max(text_width(layout$rows$label, text_sizes[["axis"]]))
  right <- max(
    text_width(layout$scored$number, text_sizes[["axis"]]),
    text_width(layout$scored$note, text_sizes[["small"]], bold = TRUE),
    text_width(layout$header, text_sizes[["small"]])
  ) + 0.25
  # Where there is no number, a message runs on over their column.
  without$text <- missing_text(without, info, data$n_splits, comparison_panel - 0.35 + right)
  width <- left + comparison_panel + right + 0.35
  title <- wrap_title(finding(data, "model_comparison"), width - 0.3)
  subtitle <- wrap(comparison_subtitle(data, info, layout), width - 0.3, text_sizes[["subtitle"]])
  caption <- wrap(comparison_caption(layout), width - 0.3, text_sizes[["small"]])

  plot <- ggplot() +
    geom_rect(
      data = without, aes(ymin = .data$y - 0.5, ymax = .data$y + 0.5), xmin = -Inf, xmax = Inf,
      fill = ink[["band"]]
    ) +
    # Nothing crosses the labels above the first row.
    annotate("rect", xmin = -Inf, xmax = Inf, ymin = n + 0.65, ymax = top, fill = ink[["paper"]]) +
    geom_segment(
      data = reference, aes(x = .data$x, xend = .data$x), y = nrow(without) + 0.5, yend = n + 0.65,
      linetype = "22", linewidth = 0.5, colour = ink[["soft"]]
    ) +
    # Scales without data would warn.
    (if (nrow(layout$scored) > 0) {
      c(comparison_marks(layout, data$n_splits), comparison_guides(layout, data))
    }) +
    comparison_text(layout, without, reference) +
    scale_x_continuous(breaks = breaks[inside]) +
    scale_y_continuous(breaks = layout$rows$y, labels = layout$rows$label) +
    coord_cartesian(xlim = layout$view, ylim = c(0.4, top), expand = FALSE, clip = "off") +
    labs(
      title = title, subtitle = subtitle, caption = caption, y = NULL,
      x = metric_axis(info)
    ) +
    theme_figure(right) +
    theme(legend.position = "top")
  height <- 1.15 + row_height * (top - 0.4) +
    text_height(title, "title") + text_height(subtitle, "subtitle") + text_height(caption, "small")
  figure(plot, width, height)
}
