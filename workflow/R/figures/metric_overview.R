# All metrics of all models as a table: numbers to read, colour to find the strong and weak cells.

overview_row <- 0.29

# What a cell can be; `step_colours` are its colours. Steps are how far a model has come on the way
# from the baseline to the best model, per metric. The names are ASCII: R cannot hold others in the
# C locale.
overview_labels <- c(
  worse = "worse than baseline", from_0 = "0\u201325 %", from_25 = "25\u201350 %",
  from_50 = "50\u201375 %", from_75 = "75\u201390 %", from_90 = "90\u2013100 %", best = "leads",
  baseline = "baseline", undefined = "\u2013 undefined", failed = "\u00d7 failed on all splits"
)
# Lower ends of the steps, up to "from_90".
overview_steps <- c(worse = -Inf, from_0 = 0, from_25 = 0.25, from_50 = 0.5, from_75 = 0.75,
                    from_90 = 0.9)
overview_light_text <- c("from_90", "best")

#' The metrics of the table that the data set's task has, in the table's order.
overview_metrics <- function(data) {
  table <- metric_table()
  table$metric[table$task == data$task & table$metric %in% c(data$ranking$metric, data$metric)]
}

#' One metric's cells: text and step of every model.
#'
#' Colour runs from the best baseline to the best model, or from the worst model where there is no
#' baseline. Baselines, and models without a value on every split, are no candidates for the best.
#' `beaten`: whether a model beats the best baseline; nobody leads where none does.
overview_cells <- function(data, metric) {
  info <- metric_info(metric)
  rows <- rank_models(data, metric)
  sign <- if (info$higher_is_better) 1 else -1
  value <- sign * rows$estimate
  scored <- rows$status == "scored"
  candidates <- scored & !rows$baseline
  best <- max(-Inf, value[if (any(rows$leader)) rows$leader else candidates])
  baseline <- max(-Inf, value[scored & rows$baseline])
  from <- if (is.finite(baseline)) baseline else min(Inf, value[candidates])
  # Where no model is better than the baseline, those as good have come no way from it.
  share <- if (best > from) (value - from) / (best - from) else rep(0, length(value))
  if (!is.finite(baseline) && best == from) share[] <- 1
  share[value < from - 1e-9] <- -1
  step <- names(overview_steps)[findInterval(round(share, 9), overview_steps)]
  # Differences are tested on one metric; nobody leads on the others.
  if (metric == data$metric) step[rows$leader & !(rows$beats_baseline %in% FALSE)] <- "best"
  step[scored & rows$baseline] <- "baseline"
  step[rows$status == "undefined"] <- "undefined"
  step[rows$status == "failed"] <- "failed"
  text <- rows$printed
  text[rows$status == "undefined"] <- "\u2013"
  text[rows$status == "failed"] <- "\u00d7"
  data.frame(
    model = rows$model, metric = metric, text = text, step = step, leader = rows$leader,
    beaten = any(rows$beats_baseline, na.rm = TRUE)
  )
}

#' Metrics with a best model that does not beat the baseline.
unbeaten_metrics <- function(cells) {
  intersect(
    cells$metric[!cells$beaten & cells$step == "baseline"], cells$metric[cells$leader]
  )
}

overview_subtitle <- function(data, any_baseline) {
  paste0(
    describe_data(data), ". ", if (!isTRUE(data$pooled)) "Means over the splits. ",
    "Colour: how far each model has come from the ",
    if (any_baseline) "baseline" else "worst model", " to the best mean of the metric. ",
    "\u2191\u00a0higher, \u2193\u00a0lower is better. Sorted by ", metric_info(data$metric)$label,
    ".", if (any_baseline) " Baselines are not ranked."
  )
}

overview_caption <- function(cells, any_baseline) {
  labels <- function(metrics) {
    toString(vapply(metrics, function(one) metric_info(one)$label, character(1)))
  }
  unbeaten <- unbeaten_metrics(cells)
  if (!any_baseline || length(unbeaten) == 0) return(NULL)
  paste0(capitalise(labels(unbeaten)), ": no model beats the baseline.")
}

#' Cells with their places: one unit is a column or a row.
layout_overview <- function(data) {
  order <- rank_models(data)
  order$y <- rev(seq_len(nrow(order)))
  order$label <- model_labels(order$model)
  order$label[order$baseline] <- paste(order$label[order$baseline], "(baseline)")
  order$note <- ifelse(order$status == "failed", "", failure_note(order$n_failed, data$n_splits))
  metrics <- overview_metrics(data)
  cells <- do.call(rbind, lapply(metrics, function(metric) overview_cells(data, metric)))
  cells$x <- match(cells$metric, metrics)
  cells$y <- order$y[match(cells$model, order$model)]
  cells$light <- cells$step %in% overview_light_text
  cells$face <- ifelse(cells$step == "best", "bold", "plain")
  arrow <- vapply(metrics, function(metric) {
    if (metric_info(metric)$higher_is_better) "\u2191" else "\u2193"
  }, character(1))
  header <- vapply(metrics, function(metric) metric_info(metric)$header, character(1))
  list(
    rows = order, metrics = metrics, cells = cells,
    columns = data.frame(x = seq_along(metrics), label = paste(header, arrow))
  )
}

#' Draws the table of metrics; see `read_figure_data()` for `data`.
draw_metric_overview <- function(data) {
  layout <- layout_overview(data)
  rows <- layout$rows
  cells <- layout$cells
  n <- nrow(rows)
  columns <- nrow(layout$columns)
  axis <- text_sizes[["axis"]]
  small <- text_sizes[["small"]]
  any_baseline <- any(rows$baseline)

  cell <- max(
    text_width(layout$columns$label, small), text_width(cells$text, axis, bold = TRUE)
  ) + 0.16
  left <- max(text_width(rows$label, axis))
  noted <- rows[nzchar(rows$note), , drop = FALSE]
  right <- max(0, text_width(noted$note, small, bold = TRUE)) + if (nrow(noted) > 0) 0.1 else 0
  # With few metrics the legend is wider than the table.
  width <- max(left + 0.3 + columns * cell + right + 0.3, 7)
  cell <- (width - left - right - 0.6) / columns

  shown <- setdiff(names(step_colours)[names(step_colours) %in% cells$step], "baseline")
  key_widths <- text_width(overview_labels[shown], axis) + 0.45
  # The key aligns its columns to the widest entry.
  key_places <- max(1, floor((width - left - right - 0.4) / max(0.45, key_widths)))
  legend_rows <- max(1, ceiling(length(shown) / key_places))
  strip <- 0.5 - 0.12 / cell
  kinds <- intersect(names(kind_colours), rows$kind)

  plot <- ggplot(cells, aes(x = .data$x, y = .data$y)) +
    geom_tile(aes(fill = .data$step), colour = ink[["paper"]], linewidth = 0.6) +
    geom_point(
      data = rows, aes(colour = .data$kind, shape = .data$kind), x = strip, size = 2.6
    ) +
    geom_text(
      aes(label = .data$text, fontface = .data$face), size = axis / .pt,
      colour = ifelse(cells$light, ink[["paper"]], ink[["strong"]])
    ) +
    geom_text(
      data = layout$columns, aes(label = .data$label), y = n + 0.65, vjust = 0, size = small / .pt,
      lineheight = 0.95, colour = ink[["strong"]]
    ) +
    geom_text(
      data = noted, aes(label = .data$note), x = columns + 0.5 + 0.1 / cell, hjust = 0,
      size = small / .pt, fontface = "bold", colour = ink[["strong"]]
    ) +
    scale_fill_manual(
      values = step_colours, breaks = shown, labels = unname(overview_labels[shown]),
      guide = guide_legend(order = 2, ncol = key_places, byrow = TRUE, override.aes = list(
        colour = ink[["soft"]], linewidth = 0.3
      ))
    ) +
    scale_colour_manual(values = kind_colours, breaks = kinds, guide = guide_legend(order = 1)) +
    scale_shape_manual(values = kind_shapes, breaks = kinds, guide = guide_legend(order = 1)) +
    scale_y_continuous(breaks = rows$y, labels = rows$label) +
    coord_cartesian(
      xlim = c(strip - 0.12 / cell, columns + 0.5), ylim = c(0.5, n + 0.5 + 0.48 / overview_row),
      expand = FALSE, clip = "off"
    ) +
    labs(x = NULL, y = NULL) +
    theme_figure(right) +
    theme(
      legend.position = "bottom", legend.box = "vertical", legend.box.just = "left",
      legend.spacing.y = unit(2, "pt"), legend.key.height = unit(11, "pt"),
      axis.text.x = element_blank(), panel.grid.major = element_blank()
    )
  row_height <- if (any(line_count(rows$label) > 1)) 0.37 else overview_row
  worded_figure(
    plot, width, 0.85 + row_height * n + 0.48 + 0.24 * legend_rows,
    finding(data, "metric_overview"), name_estimates(overview_subtitle(data, any_baseline), data),
    overview_caption(cells, any_baseline)
  )
}
