# The tuning metric against each hyperparameter: what the splits chose, and whether at an edge.

use("theme", "text", "figure_data", "tuning_data", "tuning_marks")

# With more splits their lines hide each other.
tuning_most_splits <- 100

#' "C 4, degree 1" of each model whose splits mostly chose an edge; the names are the models.
tuning_edges <- function(blocks) {
  text <- vapply(blocks, function(block) {
    toString(unlist(lapply(block$panels, function(panel) {
      if (any(panel$edge)) paste(panel$parameter$name, panel$parameter$label[panel$edge])
    })))
  }, character(1))
  names(text) <- vapply(blocks, `[[`, character(1), "model")
  text[nzchar(text)]
}

#' The title: how many models lean against an edge of their grid.
tuning_finding <- function(blocks, any_rows) {
  n <- length(blocks)
  if (n == 0) {
    return(if (any_rows) "No candidate of any model has a value" else "No model was tuned")
  }
  edges <- tuning_edges(blocks)
  ordered <- vapply(blocks, function(block) {
    any(vapply(block$panels, function(panel) panel$parameter$ordered, logical(1)))
  }, logical(1))
  if (!any(ordered)) return("No hyperparameter has numbers for values, so no grid has an edge")
  mostly <- "mostly chose an edge of"
  if (length(edges) == 0) {
    if (n == 1) return(paste(blocks[[1]]$model, "did not mostly choose an edge of its grid"))
    return(paste("None of", n, "tuned models", mostly, "its grid"))
  }
  if (n == 1) return(paste0(names(edges), " ", mostly, " its grid: ", edges))
  named <- utils::head(paste0(names(edges), " (", edges, ")"), 3)
  more <- length(edges) - length(named)
  paste0(
    length(edges), " of ", n, " tuned models ", mostly,
    if (length(edges) == 1) " its grid: " else " their grid: ", toString(named),
    if (more > 0) paste(" and", more, "more")
  )
}

tuning_subtitle <- function(data, info, blocks) {
  panels <- unlist(lapply(blocks, `[[`, "panels"), recursive = FALSE)
  lines <- any(vapply(panels, function(panel) !is.null(panel$by), logical(1)))
  best <- any(vapply(panels, function(panel) is.null(panel$by) && panel$others, logical(1)))
  paste0(
    describe_data(data), ". ", capitalise(info$label), ", mean over the inner folds; ",
    which_is_better(info),
    ". A block per model with an axis of its own, a panel per hyperparameter.",
    if (lines) " Lines: values of the other hyperparameter",
    if (best) {
      paste(
        if (lines) "; a single line where there are more:" else " Lines:",
        "the best candidate with each value"
      )
    },
    if (lines || best) "."
  )
}

#' Models that are not drawn, by reason.
tuning_absent <- function(data, blocks, candidates) {
  drawn <- vapply(blocks, `[[`, character(1), "model")
  absent <- setdiff(data$models$model, drawn)
  ranked <- rank_models(data)
  unfitted <- intersect(absent, candidates$model[is.na(candidates$value)])
  failed <- setdiff(absent, c(unfitted, ranked$model[ranked$status != "failed"]))
  list(
    "Not tuned, as there is one candidate" = setdiff(absent, c(unfitted, failed)),
    "No candidate could be fitted" = unfitted,
    "Failed" = failed
  )
}

tuning_caption <- function(data, blocks, candidates, beyond) {
  absent <- Filter(length, tuning_absent(data, blocks, candidates))
  small <- text_sizes[["small"]]
  panels <- unlist(lapply(blocks, `[[`, "panels"), recursive = FALSE)
  own <- any(vapply(panels, function(panel) panel$parameter$own, logical(1)))
  any_failed <- any(vapply(panels, function(panel) any(panel$failed > 0), logical(1)))
  paste(c(
    if (length(panels) > 0) {
      paste0(
        "Mostly: in at least two thirds of the splits, and better than the other values by more ",
        "than one standard error over the splits. An edge may call for a wider grid, unless it is ",
        "the hyperparameter's own limit. Split final, which trains on all samples, is left out."
      )
    },
    if (any_failed) "\u00d7: splits in which a candidate with the value could not be fitted.",
    if (own) "\u2248: the value is taken from the data; the median over the splits is shown.",
    if (beyond > 0) {
      paste0("Open triangles at the edge: ", plural(beyond, "value"), " beyond the axis.")
    },
    vapply(names(absent), function(reason) {
      paste0(reason, ": ", paste(shorten(absent[[reason]], 2.4, small), collapse = ", "), ".")
    }, character(1))
  ), collapse = " ")
}


#' A layer of the rows to keep, if there are any.
layer_of <- function(geom, rows, keep, mapping, ...) {
  rows <- rows[keep, , drop = FALSE]
  if (NROW(rows) > 0) geom(mapping, rows, ...)
}

#' Splits, means and choices; see `tuning_marks()`.
tuning_points <- function(points, means, n_splits) {
  few <- n_splits <= tuning_most_splits
  list(
    layer_of(
      geom_line, points, few & points$single,
      aes(group = paste(.data$panel, .data$split), alpha = "split"), linewidth = 0.3
    ),
    layer_of(
      geom_point, points, few & !points$single | points$beyond,
      aes(shape = ifelse(.data$beyond, 2, 16), alpha = "split"), size = 0.9
    ),
    layer_of(
      geom_line, means, means$ordered,
      aes(group = paste(.data$panel, .data$group), linetype = .data$linetype), linewidth = 0.7
    ),
    geom_pointrange(
      aes(ymin = .data$low, ymax = .data$high, shape = .data$shape, linewidth = "mean"), means,
      size = 0.35
    ),
    layer_of(
      geom_point, means, means$chosen > 0, aes(size = .data$chosen), shape = 1, stroke = 0.7,
      colour = ink[["strong"]]
    )
  )
}

#' Counts, names of lines, headings and names of models; see `tuning_marks()`.
tuning_text <- function(marks) {
  small <- text_sizes[["small"]] / .pt
  list(
    layer_of(
      geom_segment, marks$leaders, TRUE, aes(xend = .data$xend, yend = .data$yend),
      colour = ink[["soft"]], linewidth = 0.2
    ),
    layer_of(
      geom_label, marks$edges, TRUE, aes(label = .data$label, fill = "edge"), size = small,
      fontface = "bold", colour = ink[["paper"]], label.size = 0, label.r = unit(0, "pt"),
      label.padding = unit(2.5, "pt")
    ),
    geom_text(
      aes(label = .data$label, hjust = .data$hjust, fontface = .data$face), marks$text,
      size = small, colour = ink[["strong"]]
    ),
    geom_text(
      aes(label = .data$label), marks$frames, hjust = 0, vjust = 1, fontface = "bold",
      size = text_sizes[["axis"]] / .pt
    )
  )
}

#' Breaks of an axis: of the values, and the middle of the strip of counts.
tuning_breaks <- function(limits) {
  inch <- diff(limits) / sum(unlist(tuning_heights))
  top <- limits[1] + tuning_heights$data * inch
  breaks <- pretty(c(limits[1], top), 4)
  breaks <- breaks[breaks > limits[1] + 0.05 * inch & breaks < top - 0.06 * inch]
  c(breaks, top + tuning_heights$strip / 2 * inch)
}

tuning_break_labels <- function(breaks) {
  c(format(utils::head(breaks, -1), trim = TRUE, digits = 4), "chosen")
}

tuning_scales <- function(values, n_splits) {
  key <- function(order, ...) guide_legend(order = order, override.aes = list(...))
  dark <- ink[["strong"]]
  axis <- function(scale, ...) {
    # Nothing is beyond the limits, and the default looks for it in each layer of each facet.
    scale(..., minor_breaks = NULL, expand = c(0, 0), oob = function(x, ...) x)
  }
  list(
    axis(scale_x_continuous, breaks = values$x, labels = values$label),
    axis(scale_y_continuous, breaks = tuning_breaks, labels = tuning_break_labels),
    scale_colour_identity(), scale_linetype_identity(), scale_shape_identity(),
    scale_alpha_manual(
      values = 0.3, labels = "one split", guide = key(1, alpha = 0.6, shape = 16, colour = dark)
    ),
    scale_linewidth_manual(
      values = 0.5, labels = "mean \u00b1 SD", guide = key(2, shape = 16, colour = dark)
    ),
    scale_size(
      range = c(2, 6.5), limits = c(0, n_splits), breaks = unique(c(1, n_splits)),
      labels = function(n) paste("chosen by", n), guide = key(3)
    ),
    scale_fill_manual(values = dark, labels = "edge mostly chosen", guide = key(4, label = "n"))
  )
}

tuning_theme <- function() {
  small <- function(colour) element_text(size = text_sizes[["small"]], colour = ink[[colour]])
  theme_figure(right = 0.15) +
    theme(
      axis.text.x = small("strong"), axis.text.y = small("soft"), legend.text = small("strong"),
      legend.position = "top", panel.grid.major.x = element_blank(),
      panel.spacing.x = unit(10, "pt"), panel.spacing.y = unit(18, "pt"),
      plot.caption = element_text(margin = margin(t = 10)), strip.text = element_blank()
    )
}

#' Draws what tuning found; see `read_figure_data()` for `data`.
draw_tuning <- function(data) {
  candidates <- tuning_candidates(data)
  blocks <- tuning_blocks(candidates, data$models$model)
  title <- tuning_finding(blocks, nrow(candidates) > 0)
  if (length(blocks) == 0) {
    caption <- tuning_caption(data, blocks, candidates, 0)
    return(words_figure(title, describe_data(data), caption))
  }
  info <- metric_info(candidates$metric[1])
  facets <- tuning_facets(blocks, info)
  unit <- tuning_widths[[max(lengths(lapply(facets, `[[`, "panels")))]]
  # About as high as wide, with room for the title, and not too wide for a page.
  columns <- ceiling(sqrt(length(facets) * 2.1 / unit))
  columns <- min(max(columns, ceiling(7.2 / unit)), floor(14.8 / unit))
  marks <- tuning_marks(facets, unit - tuning_widths$axis, columns, data)
  width <- columns * unit
  beyond <- sum(marks$points$beyond, marks$means$beyond)
  box <- aes(xmin = .data$left, xmax = .data$right, ymin = .data$low, ymax = .data$high)
  plot <- ggplot(mapping = aes(x = .data$x, y = .data$y, colour = .data$colour)) +
    geom_blank(aes(x = .data$right, y = .data$low), marks$frames) +
    geom_rect(box, marks$strips, inherit.aes = FALSE, fill = ink[["band"]]) +
    tuning_points(marks$points, marks$means, data$n_splits) + tuning_text(marks) +
    facet_wrap(~facet, ncol = columns, scales = "free", drop = FALSE) +
    tuning_scales(marks$values, data$n_splits) + coord_cartesian(clip = "off") +
    labs(x = NULL, y = metric_axis(info)) + tuning_theme()
  row <- sum(unlist(tuning_heights)) + 0.3 + max(text_height(marks$values$label, "small"))
  worded_figure(
    plot, width + 0.4, row * ceiling(length(facets) / columns) + 0.8, title,
    tuning_subtitle(data, info, blocks), tuning_caption(data, blocks, candidates, beyond)
  )
}
