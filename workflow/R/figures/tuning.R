# The tuning metric against each hyperparameter: what the splits chose, and whether at an edge.

# Inches. A block is a model; it is so many units wide as it has panels.
tuning_unit <- 2.45
tuning_sizes <- c(panel = 1.2, widest = 3, strip = 0.2, title = 0.27, header = 0.34, gap = 0.28)
tuning_columns <- 6
# What makes "mostly": the share of the splits that chose the same edge.
tuning_mostly <- 2 / 3
# With more means in a panel, or more splits, their lines hide each other.
tuning_most_lines <- 4
tuning_most_means <- 12
tuning_most_splits <- 100
tuning_linetypes <- c("solid", "42", "13", "4212")
tuning_shapes <- c(16, 17, 15, 18)

#' One row per model, split and candidate: mean over the inner folds, NA where a fold failed.
#'
#' `final` is left out, as it trains on all samples. `chosen` marks the candidate that a split took;
#' ties go to the lowest number, to as many digits as the file holds.
tuning_candidates <- function(data) {
  rows <- data$tuning
  rows <- rows[rows$split != "final" & !is.na(rows$parameters), , drop = FALSE]
  key <- paste(rows$model, rows$split, rows$candidate, sep = "\r")
  id <- match(key, unique(key))
  found <- rows[!duplicated(id), c("model", "split", "candidate", "parameters", "metric")]
  if (nrow(found) == 0) {
    return(cbind(found, value = numeric(), badness = numeric(), chosen = logical()))
  }
  found$value <- as.vector(rowsum(rows$value, id, reorder = FALSE)) / tabulate(id)
  sign <- if (metric_info(found$metric[1])$higher_is_better) -1 else 1
  found$badness <- sign * signif(found$value, 11)
  found$value[!is.finite(found$value)] <- NA
  found <- found[order(found$model, found$split, found$badness, found$candidate), , drop = FALSE]
  found$chosen <- !is.na(found$value) & !duplicated(found[c("model", "split")])
  found[order(found$model, found$split, found$candidate), , drop = FALSE]
}

#' Lists of values by name, from JSON.
parse_parameters <- function(texts) {
  # Python writes numbers that JSON does not have.
  texts <- gsub("([:,[])(NaN|-?Infinity)(?=[],}])", "\\1\"\\2\"", texts, perl = TRUE)
  jsonlite::fromJSON(paste0("[", paste(texts, collapse = ","), "]"), simplifyVector = FALSE)
}

value_text <- function(value) {
  if (is.null(value)) return("none")
  if (is.list(value)) return(clean_text(jsonlite::toJSON(value, auto_unbox = TRUE)))
  if (is.numeric(value)) return(sprintf("%.12g", value))
  if (is.logical(value)) return(tolower(value))
  clean_text(value)
}

#' Values of one hyperparameter: as text, and as numbers if all of them are.
#'
#' @param parsed lists of values by name, one per candidate.
hyperparameter_values <- function(parsed, name) {
  absent <- !vapply(parsed, function(one) name %in% names(one), logical(1))
  values <- lapply(parsed, function(one) one[[name]])
  text <- vapply(values, value_text, character(1))
  text[absent] <- "\u2013"
  numeric <- vapply(values, is.numeric, logical(1))
  double <- vapply(values, is.double, logical(1))
  # To some estimators 1 is a count and 1.0 a share.
  both <- intersect(text[numeric & double], text[numeric & !double])
  text[double & text %in% both] <- paste0(text[double & text %in% both], ".0")
  list(text = text, number = if (all(numeric) && length(both) == 0) as.numeric(unlist(values)))
}

#' The levels of a hyperparameter that a split tries more than one value of, or NULL.
#'
#' Where nearly every split has values of its own, as those that caret takes from the data, the
#' levels are the ranks of the values in their split.
#'
#' @param values of each row: see `hyperparameter_values()`.
#' @return list of name, level (of each row), label and x (0 to 1) of each level, ordered,
#'   logarithmic, own.
hyperparameter <- function(name, values, split) {
  pairs <- !duplicated(paste(split, values$text, sep = "\r"))
  if (!anyDuplicated(split[pairs])) return(NULL)
  number <- values$number
  own <- length(unique(split)) > 1 && stats::median(table(values$text[pairs])) == 1
  found <- if (is.null(number)) {
    label <- unique(values$text)
    list(level = match(values$text, label), label = label, own = FALSE)
  } else if (own) {
    level <- stats::ave(number, split, FUN = function(v) match(v, sort(unique(v))))
    at <- as.vector(tapply(number, level, stats::median))
    list(level = level, label = paste0("\u2248", short_number(at, 2)), at = at, own = TRUE)
  } else {
    at <- sort(unique(number))
    list(level = match(number, at), label = number_labels(at), at = at, own = FALSE)
  }
  c(list(name = clean_text(name), ordered = !is.null(number)), found, level_places(found))
}

#' Numbers in as few digits as tell them apart.
number_labels <- function(numbers) {
  for (digits in c(3, 6, 12)) {
    label <- short_number(numbers, digits)
    if (!anyDuplicated(label)) break
  }
  label
}

#' Places from 0 to 1: at equal distances, or by the logarithm of numbers of very different size.
level_places <- function(levels) {
  at <- levels$at
  n <- length(levels$label)
  logarithmic <- !is.null(at) && all(at > 0) && max(at) > 20 * min(at)
  x <- if (logarithmic) log(at / at[1]) / log(at[n] / at[1]) else (seq_len(n) - 1) / (n - 1)
  list(x = x, logarithmic = logarithmic)
}

#' What is drawn of one model, or NULL if no candidate of it has a value.
tuning_block <- function(rows) {
  if (all(is.na(rows$value))) return(NULL)
  texts <- unique(rows$parameters)
  parsed <- parse_parameters(texts)
  row <- match(rows$parameters, texts)
  names <- sort(unique(unlist(lapply(parsed, base::names))), method = "radix")
  tuned <- lapply(names, function(name) {
    values <- hyperparameter_values(parsed, name)
    hyperparameter(name, lapply(values, function(of_text) of_text[row]), rows$split)
  })
  tuned <- Filter(Negate(is.null), tuned)
  if (length(tuned) == 0) return(NULL)
  list(
    model = rows$model[1],
    n_chosen = sum(rows$chosen),
    panels = lapply(seq_along(tuned), function(i) {
      others <- tuned[-i]
      lines <- if (length(others) == 1) length(others[[1]]$label) else Inf
      by <- lines <= tuning_most_lines &&
        lines * length(tuned[[i]]$label) <= tuning_most_means
      tuning_panel(rows, tuned[[i]], if (by) others[[1]], length(others) > 0)
    })
  )
}

#' Numbers of one panel: the best candidate of each split with a value, and their means.
#'
#' @param by another hyperparameter that gets a line per value, or NULL.
#' @param others whether there are other hyperparameters.
tuning_panel <- function(rows, parameter, by, others) {
  level <- parameter$level
  group <- if (is.null(by)) rep(1, nrow(rows)) else by$level
  rank <- order(rows$badness)
  key <- paste(rows$split, level, group)
  best <- rank[!duplicated(key[rank]) & !is.na(rows$value[rank])]
  best <- sort(best)
  points <- data.frame(
    split = rows$split[best], level = level[best], group = group[best], value = rows$value[best]
  )
  cell <- paste(points$level, points$group)
  means <- points[!duplicated(cell), c("level", "group")]
  cells <- paste(means$level, means$group)
  values <- split(points$value, factor(cell, cells))
  means$mean <- vapply(values, mean, numeric(1))
  means$sd <- vapply(values, stats::sd, numeric(1))
  means$chosen <- tabulate(
    match(paste(level, group)[rows$chosen], cells), nbins = length(cells)
  )
  n <- length(parameter$label)
  failed <- is.na(rows$value)
  lost <- !duplicated(paste(rows$split, level)[failed])
  chosen <- tabulate(level[rows$chosen], nbins = n)
  edge <- parameter$ordered & seq_len(n) %in% c(1, n) & chosen >= tuning_mostly * sum(chosen)
  list(
    parameter = parameter, by = by, others = others, points = points,
    means = means[order(means$group, means$level), , drop = FALSE],
    chosen = chosen, failed = tabulate(level[failed][lost], nbins = n), edge = edge
  )
}

#' Limits of a block's axis: all values, but of an unbounded metric outliers may lie beyond it.
tuning_limits <- function(block, info) {
  values <- unlist(lapply(block$panels, function(panel) panel$points$value))
  bars <- unlist(lapply(block$panels, function(panel) {
    c(panel$means$mean - panel$means$sd, panel$means$mean + panel$means$sd)
  }))
  limits <- range(values, pmin(pmax(bars, info$lower), info$upper), na.rm = TRUE)
  if (!is.finite(info$lower) || !is.finite(info$upper)) {
    means <- unlist(lapply(block$panels, function(panel) panel$means$mean))
    best <- if (info$higher_is_better) max(means) else min(means)
    room <- 8 * max(stats::median(abs(means - best)), stats::median(abs(values - best)))
    if (info$higher_is_better) {
      limits[1] <- max(limits[1], best - room)
    } else {
      limits[2] <- min(limits[2], best + room)
    }
  }
  if (diff(limits) < 1e-9) limits <- limits + c(-1, 1) * (abs(limits[1]) * 0.1 + 0.01)
  limits + c(-0.04, 0.04) * diff(limits)
}

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
    if (info$higher_is_better) "higher" else "lower",
    " is better. A block per model with an axis of its own, a panel per hyperparameter.",
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
  without <- intersect(absent, candidates$model[is.na(candidates$value)])
  failed <- setdiff(absent, c(without, ranked$model[ranked$status != "failed"]))
  list(
    "Not tuned, as there is one candidate" = setdiff(absent, c(without, failed)),
    "No candidate could be fitted" = without,
    "Failed before tuning" = failed
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
        "Mostly: in at least two thirds of the splits. An edge may call for a wider grid, unless ",
        "it is the hyperparameter's own limit. Split final, which trains on all samples, is left ",
        "out."
      )
    },
    if (any_failed) "Failed: splits in which a candidate with the value could not be fitted.",
    if (own) "\u2248: the value is taken from the data; the median over the splits is shown.",
    if (beyond > 0) {
      paste0("Open triangles at the edge: ", plural(beyond, "value"), " beyond the axis.")
    },
    vapply(names(absent), function(reason) {
      paste0(reason, ": ", paste(shorten(absent[[reason]], 2.4, small), collapse = ", "), ".")
    }, character(1))
  ), collapse = " ")
}

#' Places blocks in rows, in their order; each is as wide as it has panels, up to a whole row.
#'
#' @return list of columns, units and lines per block, column and row (from 0) of each.
place_blocks <- function(sizes) {
  total <- sum(sizes)
  columns <- max(ceiling(sqrt(1.3 * total)), min(max(sizes), 4))
  columns <- min(columns, tuning_columns, total)
  units <- pmin(sizes, columns)
  column <- row <- numeric(length(sizes))
  x <- y <- 0
  for (i in seq_along(sizes)) {
    if (x + units[i] > columns) {
      x <- 0
      y <- y + 1
    }
    column[i] <- x
    row[i] <- y
    x <- x + units[i]
  }
  list(
    columns = columns, units = units, lines = ceiling(sizes / columns), column = column, row = row
  )
}

#' Labels of the values below a panel: one row of numbers, or two rows of names that alternate.
value_labels <- function(panel, x, y, frame) {
  size <- text_sizes[["small"]]
  label <- panel$parameter$label
  n <- length(label)
  if (!panel$parameter$ordered && !all(fits_beside(x, text_width(label, size)))) {
    label <- shorten(label, max(2 * min(diff(x)) - 0.08, 0.2), size)
  }
  wide <- text_width(label, size)
  # None stands below a neighbouring panel.
  x <- pmin(pmax(x, frame$left - 0.05 + wide / 2), frame$right + 0.05 - wide / 2)
  if (all(fits_beside(x, wide))) return(text_rows(x, y, label, 0.5))
  if (panel$parameter$ordered) {
    ends <- seq_len(n) %in% c(1, n)
    shown <- fits_beside(x, wide, priority = 2 * ends + panel$chosen / (1 + sum(panel$chosen)))
    return(text_rows(x[shown], y, label[shown], 0.5))
  }
  low <- seq_len(n) %% 2 == 0
  shown <- logical(n)
  for (part in list(which(low), which(!low))) {
    shown[part] <- fits_beside(x[part], wide[part], gap = 0.03)
  }
  text_rows(x[shown], y - 0.16 * low[shown], label[shown], 0.5)
}

#' Whether the labels of a panel of this width need the second row.
needs_two_rows <- function(panel, width) {
  !panel$parameter$ordered &&
    !all(fits_beside(
      panel$parameter$x * (width - 0.3), text_width(panel$parameter$label, text_sizes[["small"]])
    ))
}

#' Counts of splits in a strip; a value at an edge that most splits chose stands in a box.
count_labels <- function(counts, x, y, edge, bold = FALSE) {
  size <- text_sizes[["small"]]
  label <- as.character(counts)
  shown <- counts > 0 & fits_beside(x, text_width(label, size), priority = counts)
  list(
    text = text_rows(
      x[shown], y, label[shown], 0.5, face = ifelse(edge[shown] | bold, "bold", "plain"),
      colour = ifelse(edge[shown], ink[["paper"]], ink[["strong"]])
    ),
    boxes = data.frame(
      left = x[edge] - 0.14, right = x[edge] + 0.14, low = rep(y - 0.085, sum(edge)),
      high = rep(y + 0.085, sum(edge)), fill = rep(ink[["strong"]], sum(edge))
    )
  )
}

#' Everything of one panel in inches; `frame` has left, right, low, high of the panel's data area.
draw_tuning_panel <- function(panel, frame, scale, colour, failures, n_splits) {
  n <- length(panel$parameter$label)
  inner <- c(frame$left + 0.15, frame$right - 0.15)
  x <- inner[1] + panel$parameter$x * diff(inner)
  groups <- sort(unique(panel$means$group))
  step <- if (length(groups) > 1) min(0.09, min(diff(x)) * 0.7 / (length(groups) - 1)) else 0
  shift <- function(group) (match(group, groups) - (length(groups) + 1) / 2) * step
  to_y <- function(value) {
    part <- (value - scale$limits[1]) / diff(scale$limits)
    frame$low + pmin(pmax(part, 0), 1) * (frame$high - frame$low)
  }
  outside <- function(value) value < scale$limits[1] | value > scale$limits[2]

  means <- panel$means
  means$x <- x[means$level] + shift(means$group)
  means$y <- to_y(means$mean)
  means$low <- to_y(means$mean - means$sd)
  means$high <- to_y(means$mean + means$sd)
  means$beyond <- outside(means$mean)
  style <- match(means$group, groups)
  means$linetype <- tuning_linetypes[style]
  means$shape <- ifelse(means$beyond, 2, tuning_shapes[style])
  means$colour <- colour
  means$ordered <- panel$parameter$ordered
  means$line <- paste(panel$id, means$group)
  means$ring <- 2 + 4.5 * sqrt(means$chosen / max(1, sum(means$chosen)))

  points <- panel$points
  points$x <- x[points$level] + shift(points$group)
  points$y <- to_y(points$value)
  points$beyond <- outside(points$value)
  points$colour <- colour
  points$line <- paste(panel$id, points$group, points$split)
  few <- n_splits <= tuning_most_splits
  single <- length(groups) == 1

  labels <- NULL
  leaders <- NULL
  if (!is.null(panel$by)) {
    last <- means[!duplicated(means$group, fromLast = TRUE), , drop = FALSE]
    at <- spread_apart(last$y, 0.15, c(frame$low + 0.06, frame$high - 0.06))
    to <- frame$right + 0.06
    labels <- text_rows(
      to + 0.03, at, shorten(panel$by$label[last$group], 0.75, text_sizes[["small"]])
    )
    leaders <- data.frame(
      x = last$x + 0.07, xend = to, y = last$y, yend = at, colour = ink[["soft"]]
    )
  }
  strip <- tuning_sizes[["strip"]]
  chosen <- count_labels(panel$chosen, x, frame$high + strip / 2, panel$edge)
  failed <- count_labels(panel$failed, x, frame$low - strip / 2, rep(FALSE, n), bold = TRUE)
  header <- panel$parameter$name
  if (panel$parameter$logarithmic) header <- paste(header, "(log)")
  if (!is.null(panel$by)) header <- paste0(header, ", by ", panel$by$name)
  header <- wrap(header, frame$right - frame$left + frame$labels, text_sizes[["small"]], TRUE)
  header <- rev(utils::head(strsplit(header, "\n", fixed = TRUE)[[1]], 2))
  label_y <- frame$low - 0.1 - if (failures) strip else 0
  list(
    splits = if (few && single) points,
    dots = if (few && !single) points[!points$beyond, , drop = FALSE],
    outliers = points[points$beyond, , drop = FALSE],
    means = means,
    bars = means[!is.na(means$sd) & !means$beyond, , drop = FALSE],
    rings = means[means$chosen > 0, , drop = FALSE],
    leaders = leaders,
    boxes = rbind(
      data.frame(
        left = frame$left, right = frame$right, low = frame$high, high = frame$high + strip,
        fill = ink[["band"]]
      ),
      if (failures) {
        data.frame(
          left = frame$left, right = frame$right, low = frame$low - strip, high = frame$low,
          fill = ink[["band"]]
        )
      },
      chosen$boxes
    ),
    grid = data.frame(
      x = frame$left, xend = frame$right, y = to_y(scale$breaks), yend = to_y(scale$breaks),
      colour = ink[["line"]]
    ),
    text = rbind(
      text_rows(
        frame$left, frame$high + strip + 0.1 + 0.14 * (seq_along(header) - 1), header, face = "bold"
      ),
      chosen$text, failed$text, value_labels(panel, x, label_y, frame), labels
    )
  )
}

#' The axis at the left of a line of panels.
draw_tuning_axis <- function(frame, scale, info, failures) {
  strip <- tuning_sizes[["strip"]]
  x <- frame$left - 0.06
  header <- paste(trimws(info$header), if (info$higher_is_better) "\u2191" else "\u2193")
  part <- (scale$breaks - scale$limits[1]) / diff(scale$limits)
  at <- frame$low + part * (frame$high - frame$low)
  text_rows(
    x,
    c(at, frame$high + strip / 2, frame$high + strip + 0.17, if (failures) frame$low - strip / 2),
    c(scale$labels, "chosen", header, if (failures) "\u00d7 failed"), 1,
    colour = ink[["soft"]]
  )
}

axis_scale <- function(limits) {
  # The counts above and below the panel need room.
  ends <- limits + c(0.07, -0.07) * diff(limits)
  for (n in 3:6) {
    breaks <- pretty(limits, n)
    breaks <- breaks[breaks >= ends[1] & breaks <= ends[2]]
    if (length(breaks) > 1) break
  }
  list(limits = limits, breaks = breaks, labels = format(breaks, trim = TRUE, digits = 4))
}

#' The key: marks with their words, in lines of at most `width` inches.
tuning_key <- function(width, edges, splits) {
  words <- c(
    if (splits) c(split = "one split"), mean = "mean over the splits", bar = "\u00b1 SD",
    ring = "chosen: the more splits, the larger",
    if (edges) c(edge = "an edge that was mostly chosen")
  )
  cbind(data.frame(kind = names(words), words = unname(words)), key_places(words, width))
}

draw_tuning_key <- function(key, top) {
  key$y <- top - 0.1 - 0.2 * (key$line - 1)
  at <- function(kind) key[key$kind %in% kind, , drop = FALSE]
  dark <- ink[["strong"]]
  list(
    geom_segment(
      data = at(c("split", "mean")),
      aes(
        x = .data$x, xend = .data$x + 0.28, y = .data$y, yend = .data$y,
        linewidth = ifelse(.data$kind == "mean", 0.8, 0.3),
        alpha = ifelse(.data$kind == "mean", 1, 0.5)
      ), colour = dark
    ),
    geom_point(data = at("mean"), aes(x = .data$x + 0.14, y = .data$y), size = 1.7, colour = dark),
    geom_point(
      data = at("split"), aes(x = .data$x + 0.14, y = .data$y), size = 0.9, alpha = 0.5,
      colour = dark
    ),
    geom_segment(
      data = at("bar"),
      aes(x = .data$x + 0.14, xend = .data$x + 0.14, y = .data$y - 0.08, yend = .data$y + 0.08),
      linewidth = 0.5, colour = dark
    ),
    geom_point(
      data = at("ring"), aes(x = .data$x + 0.14, y = .data$y), size = 4, shape = 1, stroke = 0.7,
      colour = dark
    ),
    geom_rect(
      data = at("edge"),
      aes(
        xmin = .data$x, xmax = .data$x + 0.28, ymin = .data$y - 0.085, ymax = .data$y + 0.085
      ), fill = dark
    ),
    canvas_text(rbind(
      text_rows(key$x + 0.34, key$y, key$words),
      text_rows(at("edge")$x + 0.14, at("edge")$y, rep("n", nrow(at("edge"))), 0.5, face = "bold",
                colour = ink[["paper"]])
    ))
  )
}

tuning_marks <- function(all) {
  segment <- aes(x = .data$x, xend = .data$xend, y = .data$y, yend = .data$yend,
                 colour = .data$colour)
  at <- aes(x = .data$x, y = .data$y, colour = .data$colour)
  line <- aes(x = .data$x, y = .data$y, colour = .data$colour, group = .data$line)
  layer <- function(rows, geom, ...) if (NROW(rows) > 0) geom(data = rows, ...)
  list(
    geom_rect(
      data = all$boxes,
      aes(
        xmin = .data$left, xmax = .data$right, ymin = .data$low, ymax = .data$high,
        fill = .data$fill
      )
    ),
    geom_segment(data = all$grid, segment, linewidth = 0.3),
    layer(all$splits, geom_line, line, linewidth = 0.3, alpha = 0.3),
    layer(all$dots, geom_point, at, shape = 16, size = 0.9, alpha = 0.25),
    layer(all$leaders, geom_segment, segment, linewidth = 0.2),
    layer(
      all$bars, geom_segment,
      aes(x = .data$x, xend = .data$x, y = .data$low, yend = .data$high, colour = .data$colour),
      linewidth = 0.5
    ),
    layer(
      all$means[all$means$ordered, , drop = FALSE], geom_path,
      aes(
        x = .data$x, y = .data$y, colour = .data$colour, group = .data$line,
        linetype = .data$linetype
      ), linewidth = 0.7
    ),
    geom_point(
      data = all$means,
      aes(x = .data$x, y = .data$y, colour = .data$colour, shape = .data$shape), size = 1.7
    ),
    layer(all$outliers, geom_point, at, shape = 2, size = 1, alpha = 0.6),
    layer(
      all$rings, geom_point,
      aes(x = .data$x, y = .data$y, size = .data$ring), shape = 1, stroke = 0.7,
      colour = ink[["strong"]]
    ),
    canvas_text(all$text)
  )
}

#' Inches of a block: left, width and labels (beside each) of its panels, their lines, its height.
tuning_shape <- function(block, per_line, left, unit) {
  sizes <- as.list(tuning_sizes)
  small <- text_sizes[["small"]]
  labels <- vapply(block$panels, function(panel) {
    if (is.null(panel$by)) return(0.02)
    0.11 + max(text_width(shorten(panel$by$label, 0.75, small), small))
  }, numeric(1))
  line <- (seq_along(block$panels) - 1) %/% per_line
  room <- per_line * unit - 0.12 - left - (per_line - 1) * 0.1
  width <- min((room - tapply(labels, line, sum)) / per_line, sizes$widest)
  failures <- any(vapply(block$panels, function(panel) any(panel$failed > 0), logical(1)))
  two <- any(vapply(block$panels, needs_two_rows, logical(1), width = width))
  step <- sizes$header + sizes$strip + sizes$panel + 0.32 + sizes$strip * failures + 0.16 * two
  list(
    left = left, width = width, labels = labels, line = line, failures = failures, step = step,
    height = sizes$title + step * (1 + max(line)) + sizes$gap - 0.12
  )
}

#' The name of a model, and how many splits chose where some have failed.
draw_tuning_title <- function(block, x, y, width, colour, n_splits) {
  small <- text_sizes[["small"]]
  axis <- text_sizes[["axis"]]
  note <- ""
  if (block$n_chosen < n_splits) {
    note <- paste0("  ", block$n_chosen, " of ", plural(n_splits, "split"))
  }
  name <- shorten(block$model, (width - 0.2 - text_width(note, small)) / 1.17, axis)
  rbind(
    text_rows(x, y, name, size = axis, face = "bold", colour = colour),
    text_rows(x + text_width(name, axis, bold = TRUE), y, note, colour = ink[["soft"]])
  )
}

#' A model's title, axes and panels; `corner`: x and y of the upper left.
draw_tuning_block <- function(block, shape, scale, corner, width, info, colour, n_splits) {
  sizes <- as.list(tuning_sizes)
  title <- draw_tuning_title(block, corner[1], corner[2] - 0.11, width, colour, n_splits)
  parts <- list(list(text = title))
  for (i in seq_along(block$panels)) {
    line <- shape$line[i]
    high <- corner[2] - sizes$title - sizes$header - sizes$strip - line * shape$step
    first <- i == 1 || line != shape$line[i - 1]
    left <- if (first) corner[1] + shape$left else frame$right + frame$labels + 0.1
    frame <- list(
      left = left, right = left + shape$width, low = high - sizes$panel, high = high,
      labels = shape$labels[i]
    )
    if (first) {
      axis <- draw_tuning_axis(frame, scale, info, shape$failures)
      parts[[length(parts) + 1]] <- list(text = axis)
    }
    panel <- c(block$panels[[i]], id = paste(block$model, i))
    parts[[length(parts) + 1]] <- draw_tuning_panel(
      panel, frame, scale, colour, shape$failures, n_splits
    )
  }
  parts
}

#' All blocks of models in inches: the parts of their panels bound together, and the height.
layout_tuning <- function(data, blocks, info, place, unit) {
  scales <- lapply(blocks, function(block) axis_scale(tuning_limits(block, info)))
  beside <- c(paste(trimws(info$header), "\u2191"), "\u00d7 failed")
  left <- 0.08 + max(
    text_width(c(beside, unlist(lapply(scales, `[[`, "labels"))), text_sizes[["small"]])
  )
  shapes <- Map(tuning_shape, blocks, place$units, left, unit)
  heights <- as.vector(tapply(vapply(shapes, `[[`, numeric(1), "height"), place$row, max))
  tops <- sum(heights) - cumsum(c(0, heights))[place$row + 1]
  language <- data$models$language[match(
    vapply(blocks, `[[`, character(1), "model"), data$models$model
  )]
  parts <- lapply(seq_along(blocks), function(i) {
    draw_tuning_block(
      blocks[[i]], shapes[[i]], scales[[i]], c(place$column[i] * unit, tops[i]),
      place$units[i] * unit, info, language_colours[[language[i]]], data$n_splits
    )
  })
  parts <- unlist(parts, recursive = FALSE)
  kinds <- c(
    "splits", "dots", "outliers", "means", "bars", "rings", "leaders", "boxes", "grid", "text"
  )
  bound <- lapply(kinds, function(kind) {
    as.data.frame(data.table::rbindlist(lapply(parts, `[[`, kind)))
  })
  c(stats::setNames(bound, kinds), height = sum(heights))
}

#' Draws what tuning found; see `read_figure_data()` for `data`.
draw_tuning <- function(data) {
  candidates <- tuning_candidates(data)
  metric <- candidates$metric[1]
  info <- if (!is.na(metric)) metric_info(metric)
  models <- intersect(data$models$model, candidates$model)
  blocks <- Filter(Negate(is.null), lapply(models, function(model) {
    tuning_block(candidates[candidates$model == model, , drop = FALSE])
  }))
  width <- 7.2
  all <- list(height = 0)
  if (length(blocks) > 0) {
    place <- place_blocks(vapply(blocks, function(block) length(block$panels), integer(1)))
    unit <- max(tuning_unit, width / place$columns)
    width <- place$columns * unit
    all <- layout_tuning(data, blocks, info, place, unit)
  }
  any_edge <- any(all$boxes$fill == ink[["strong"]])
  key <- tuning_key(width, any_edge, data$n_splits <= tuning_most_splits)
  height <- if (length(blocks) > 0) all$height + 0.2 * max(key$line) + 0.15 else 0.1
  beyond <- NROW(all$outliers) + sum(all$means$beyond)
  plot <- canvas(
    width, height, tuning_finding(blocks, nrow(candidates) > 0),
    if (length(blocks) > 0) tuning_subtitle(data, info, blocks) else describe_data(data),
    tuning_caption(data, blocks, candidates, beyond)
  )
  if (length(blocks) > 0) plot <- plot + tuning_marks(all) + draw_tuning_key(key, height)
  canvas_figure(plot, width, height)
}
