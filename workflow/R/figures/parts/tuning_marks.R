# Marks and labels of the figure of tuning, with their places on its axes.

use("theme", "text", "tuning_data")

# Inches of a facet, which has one or two hyperparameters of a model: its width, of which the axis
# takes a part; room between hyperparameters, and beside the first and last value; from bottom to
# top the heights of the data, the strip of counts, the headings, and the model's name.
tuning_widths <- list(one = 2.45, two = 4.3, axis = 0.78, gap = 0.06, margin = 0.2)
tuning_heights <- list(data = 1.2, strip = 0.2, heading = 0.32, name = 0.18)
tuning_linetypes <- c("solid", "42", "13", "4212")
tuning_shapes <- c(16, 17, 15, 18)

#' Facets of the figure: at most two hyperparameters of a model, on the model's own axis.
#'
#' @return list of lists of model, n_chosen, panels, limits (of the values on the axis), inch (on
#'   the axis), and low and high (its ends, with the counts and headings).
tuning_facets <- function(blocks, info) {
  facets <- lapply(blocks, function(block) {
    limits <- tuning_limits(block, info)
    failed <- any(vapply(block$panels, function(panel) any(panel$failed > 0), logical(1)))
    # Counts of failures stand below the values.
    below <- tuning_heights$strip * failed
    inch <- diff(limits) / (tuning_heights$data - below)
    low <- limits[1] - below * inch
    high <- low + sum(unlist(tuning_heights)) * inch
    pairs <- split(block$panels, (seq_along(block$panels) - 1) %/% 2)
    lapply(unname(pairs), function(panels) {
      c(block[c("model", "n_chosen")], list(
        panels = panels, limits = limits, inch = inch, low = low, high = high
      ))
    })
  })
  unlist(facets, recursive = FALSE)
}

#' "C (log), by l1_ratio"
panel_heading <- function(panel, width) {
  heading <- paste0(
    panel$parameter$name, if (panel$parameter$logarithmic) " (log)",
    if (!is.null(panel$by)) paste0(", by ", panel$by$name)
  )
  two_lines(heading, width / 1.17, text_sizes[["small"]])
}

#' Rows of text with a place.
text_rows <- function(x, y, label, hjust = 0, face = "plain") {
  if (length(label) > 0) data.frame(x, y, label, hjust, face)
}

#' Which texts along a line fit beside each other, those of high `priority` first.
#'
#' @param x,wide centres and widths in inches.
fits_beside <- function(x, wide, priority, gap = 0.05) {
  shown <- rep(FALSE, length(x))
  for (i in order(-priority)) {
    near <- which(shown)
    shown[i] <- all(abs(x[near] - x[i]) >= (wide[near] + wide[i]) / 2 + gap)
  }
  shown
}

#' Labels of the values, empty where there is no room; names may take two lines.
#'
#' @param x places in inches; @param at_end inches of the first and last label, at most.
value_labels <- function(panel, x, at_end) {
  size <- text_sizes[["small"]]
  label <- panel$parameter$label
  ends <- seq_along(x) %in% c(1, length(x))
  if (!panel$parameter$ordered) {
    room <- max(min(diff(x)) - 0.06, 0.25)
    label <- mapply(two_lines, label, ifelse(ends, min(room, at_end), room), size, list(name_parts))
  }
  priority <- 2 * ends + panel$chosen / (1 + sum(panel$chosen))
  ifelse(fits_beside(x, text_width(label, size), priority), label, "")
}

#' Counts of splits at the values, where they have room; the larger ones come first.
count_labels <- function(counts, x, y, before = "", ...) {
  label <- paste0(before, counts)
  shown <- counts > 0 & fits_beside(x, text_width(label, text_sizes[["small"]]), counts)
  text_rows(x[shown], y, label[shown], 0.5, ...)
}

#' Moves positions apart until neighbours are `gap` from each other, inside `limits`.
spread_apart <- function(y, gap, limits) {
  n <- length(y)
  rank <- order(y)
  gap <- min(gap, diff(limits) / max(1, n - 1))
  placed <- pmin(pmax(y[rank], limits[1]), limits[2])
  for (i in seq_len(n)[-1]) placed[i] <- max(placed[i], placed[i - 1] + gap)
  placed[n] <- min(placed[n], limits[2])
  for (i in rev(seq_len(n - 1))) placed[i] <- min(placed[i], placed[i + 1] - gap)
  placed[order(rank)]
}

#' Names of the lines at the right of their panel, and the ends of leaders to them.
line_labels <- function(label, means, facet, right) {
  last <- means[!duplicated(means$group, fromLast = TRUE), , drop = FALSE]
  ends <- facet$limits + c(0.06, -0.06) * facet$inch
  data.frame(
    x = last$x + 0.07, xend = right + 0.06, y = last$y,
    yend = spread_apart(last$y, 0.15 * facet$inch, ends), label = label[last$group]
  )
}

#' Rows with x and y; what is beyond the axis lies on its end and becomes a triangle.
#'
#' @param at x of each level, from which the lines' points are moved apart.
put_marks <- function(rows, value, at, limits) {
  groups <- sort(unique(rows$group))
  line <- match(rows$group, groups)
  apart <- min(0.09, 0.7 * min(diff(at)) / max(1, length(groups) - 1))
  rows$x <- at[rows$level] + (line - (length(groups) + 1) / 2) * apart
  rows$y <- pmin(pmax(value, limits[1]), limits[2])
  rows$beyond <- rows$y != value
  rows$single <- length(groups) == 1
  rows$linetype <- tuning_linetypes[line]
  rows$shape <- ifelse(rows$beyond, 2, tuning_shapes[line])
  rows
}

#' Marks of one hyperparameter: a data.frame for each layer.
#'
#' @param left,width its part of the x axis, in inches, with the room for names of lines.
panel_marks <- function(panel, facet, left, width) {
  lines <- shorten(panel$by$label, 0.75, text_sizes[["small"]])
  beside <- max(0, text_width(lines, text_sizes[["small"]]) + 0.1)
  margin <- tuning_widths$margin
  at <- left + margin + panel$parameter$x * (width - beside - 2 * margin)
  means <- put_marks(panel$means, panel$means$mean, at, facet$limits)
  sd <- ifelse(means$beyond | is.na(means$sd), 0, means$sd)
  means$low <- pmax(means$y - sd, facet$limits[1])
  means$high <- pmin(means$y + sd, facet$limits[2])
  means$ordered <- panel$parameter$ordered
  names <- if (length(lines) > 0) line_labels(lines, means, facet, left + width - beside)
  strip <- tuning_heights$strip / 2 * facet$inch
  chosen <- count_labels(panel$chosen, at, facet$limits[2] + strip)
  boxed <- chosen$x %in% at[panel$edge]
  top <- facet$limits[2] + 2 * strip
  heading <- panel_heading(panel, width)
  middle <- top + text_height(heading, "small") / 2 * facet$inch
  # Two hyperparameters without names of lines between them are close to each other.
  close <- length(facet$panels) > 1 && length(lines) == 0
  list(
    strips = data.frame(left, right = left + width, low = facet$limits[2], high = top),
    values = data.frame(x = at, label = value_labels(panel, at, if (close) 0.45 else 0.85)),
    points = put_marks(panel$points, panel$points$value, at, facet$limits),
    means = means, leaders = names, edges = chosen[boxed, , drop = FALSE],
    text = rbind(
      chosen[!boxed, , drop = FALSE], text_rows(left, middle, heading, face = "bold"),
      count_labels(panel$failed, at, facet$low + strip, "\u00d7", face = "bold"),
      if (!is.null(names)) text_rows(names$xend + 0.03, names$yend, names$label)
    )
  )
}

#' The title in a facet's upper left corner: the model, and how many splits chose if some failed.
#'
#' `right` and `low` are the lower right corner, so that the axes reach from corner to corner.
facet_frame <- function(facet, left, width, n_splits) {
  size <- text_sizes[["axis"]]
  note <- if (facet$n_chosen < n_splits) {
    paste0(" (", facet$n_chosen, " of ", plural(n_splits, "split"), ")")
  }
  name <- shorten(facet$model, width / 1.17 - sum(text_width(note, size)), size)
  data.frame(
    x = left, y = facet$high, right = left + width, low = facet$low, label = paste0(name, note)
  )
}

#' Marks of all facets, bound together by layer, with their facet and the colour of its model.
#'
#' The facets lie side by side on one x axis: each value of each of them has a place of its own, and
#' one scale can label all of them.
#' @param width of a facet in inches; @param data see `read_figure_data()`.
tuning_marks <- function(facets, width, columns, data) {
  panels <- lapply(facets, `[[`, "panels")
  n <- lengths(panels)
  start <- 100 * seq_along(facets)
  part <- (width + tuning_widths$gap) / n
  facet <- rep(seq_along(facets), n)
  marks <- Map(
    panel_marks, unlist(panels, recursive = FALSE), facets[facet],
    start[facet] + (sequence(n) - 1) * part[facet], part[facet] - tuning_widths$gap
  )
  language <- data$models$language[match(vapply(facets, `[[`, "", "model"), data$models$model)]
  bind <- function(rows, facet) {
    rows <- as.data.frame(data.table::rbindlist(unname(rows), idcol = "panel"))
    if (nrow(rows) == 0) return(NULL)
    rows$colour <- language_colours[language[facet[rows$panel]]]
    # A row that is not full keeps its empty places.
    rows$facet <- factor(facet[rows$panel], seq_len(max(columns, facet)))
    rows
  }
  layers <- stats::setNames(nm = names(marks[[1]]))
  layers <- lapply(layers, function(layer) bind(lapply(marks, `[[`, layer), facet))
  frames <- Map(facet_frame, facets, start, width, data$n_splits)
  c(layers, list(frames = bind(frames, seq_along(facets))))
}
