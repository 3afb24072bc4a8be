# Performance against CPU time: what a better score costs, in time and memory.

# Inches.
runtime_band <- 0.28
runtime_point <- c(smallest = 0.035, largest = 0.11)
runtime_stages <- c(
  startup = "start-up", load = "loading", tune = "tuning", fit = "fitting", predict = "prediction"
)
# The stages that a model is compared by; the others are the price of a job, not of a model.
runtime_own <- c("tune", "fit", "predict")
# How near to the best is near, on metrics that end at 1; on others, as a share of the best value.
runtime_near <- c(bounded = 0.02, unbounded = 0.05)

#' `rank_models()` with mean CPU seconds per predicted split, peak memory in MB, and the front of
#' models of which no other one, baselines aside, has a mean at least as good for less CPU time. One
#' without a value on every split is neither on it nor before it: its mean is of other splits.
runtime_rows <- function(data) {
  rows <- rank_models(data)
  timing <- data$timing
  predicted <- data$splits[is.finite(data$splits$value), c("model", "split")]
  of_splits <- timing[timing$stage %in% runtime_own, , drop = FALSE]
  key <- function(table) paste(table$model, table$split, sep = "\r")
  of_splits <- of_splits[key(of_splits) %in% key(predicted), , drop = FALSE]
  per_model <- function(values, models, f) {
    found <- tapply(values, factor(models, rows$model), f)
    as.vector(found[rows$model])
  }
  seconds <- per_model(of_splits$cpu_seconds, of_splits$model, sum)
  splits <- per_model(of_splits$split, of_splits$model, function(split) length(unique(split)))
  rows$cpu <- seconds / splits
  # Less than the clock can tell; a logarithmic axis has no 0.
  rows$instant <- rows$cpu %in% 0
  rows$cpu[rows$instant] <- min(0.001, rows$cpu[!rows$instant], na.rm = TRUE)
  known <- timing[!is.na(timing$peak_mb), , drop = FALSE]
  rows$peak <- per_model(known$peak_mb, known$model, max)
  rows$drawn <- rows$status == "scored" & is.finite(rows$cpu)
  sign <- if (metric_info(data$metric)$higher_is_better) 1 else -1
  rows$score <- sign * rows$estimate
  rows$front <- FALSE
  candidates <- which(rows$drawn & may_lead(rows))
  candidates <- candidates[order(rows$cpu[candidates], -rows$score[candidates])]
  best <- cummax(rows$score[candidates])
  rows$front[candidates] <- rows$score[candidates] > c(-Inf, best)[seq_along(candidates)]
  rows
}

percent <- function(share) paste(short_number(100 * share, if (share < 0.1) 1 else 2), "%")

seconds_text <- function(seconds) {
  if (seconds >= 3600 * 1.5) return(paste(short_number(seconds / 3600, 2), "h"))
  if (seconds >= 90 * 1.5) return(paste(short_number(seconds / 60, 2), "min"))
  paste(short_number(seconds, 2), "s")
}

#' The title: how near to the best model one comes for less CPU time.
runtime_finding <- function(rows, info) {
  all <- rows
  drawn <- rows[rows$drawn, , drop = FALSE]
  rows <- drawn[may_lead(drawn), , drop = FALSE]
  if (nrow(rows) == 0) {
    none <- paste("No model but baselines has", info$label, "and a CPU time")
    return(without_leader(drawn, none))
  }
  decimals <- metric_decimals(rows$estimate, info)
  printed <- format_value(rows$estimate, decimals)
  value <- paste(info$label, printed[1])
  tied <- rows[printed == printed[1], , drop = FALSE]
  tied <- tied[order(tied$cpu), , drop = FALSE]
  best <- tied[1, ]
  who <- paste(tied$model, collapse = " and ")
  if (nrow(tied) > 2) who <- paste(nrow(tied), "models")
  baseline <- unbeaten_baseline(all, info$label, decimals)
  if (nzchar(baseline)) return(no_model_beats(baseline, who, printed[1]))
  if (nrow(rows) == 1) {
    return(paste0(best$model, " has ", value, " for ", seconds_text(best$cpu), " of CPU per split"))
  }
  if (nrow(tied) > 1) {
    last <- tied[nrow(tied), ]
    return(paste0(
      who, " tie at the best ", value, "; ", best$model, " needs the least CPU time, ",
      percent(best$cpu / last$cpu), " of ", last$model, "'s"
    ))
  }
  if (best$cpu == min(rows$cpu)) {
    return(paste0(best$model, " has the best ", value, ", and the least CPU time"))
  }
  near <- runtime_near[["unbounded"]] * abs(best$estimate)
  if (info$upper == 1) near <- runtime_near[["bounded"]]
  loss <- best$score - rows$score
  cheap <- rows[loss <= near & rows$cpu < best$cpu, , drop = FALSE]
  if (nrow(cheap) == 0) {
    up <- ceiling(near * 10^decimals) / 10^decimals
    return(paste0(
      "No model comes within ", short_number(up), " of the best ", value, " (", best$model,
      ") for less CPU time"
    ))
  }
  cheap <- cheap[which.min(cheap$cpu), ]
  loss <- ceiling(round((best$score - cheap$score) * 10^decimals, 6)) / 10^decimals
  paste0(
    cheap$model, " comes within ", format_value(loss, decimals), " of the best ", value, " (",
    best$model, ") at ", percent(cheap$cpu / best$cpu), " of its CPU time"
  )
}

#' The axis of the metric: all models, but neither baselines nor outliers may squeeze the rest.
runtime_limits <- function(rows, info) {
  rows <- rows[rows$drawn, , drop = FALSE]
  own <- rows[!rows$baseline, , drop = FALSE]
  if (nrow(own) == 0) own <- rows
  best <- max(own$score)
  loss <- best - own$score
  room <- max(loss)
  spread <- stats::median(loss[-which.max(own$score)])
  if (!is.na(spread) && spread > 0) room <- max(loss[loss <= 8 * spread])
  bounded <- is.finite(info$lower) && is.finite(info$upper)
  room <- max(room, if (bounded) 0.02 else 0.02 * abs(best), 1e-6)
  # A baseline that lies near stays on the axis.
  near <- best - rows$score[rows$baseline]
  near <- near[near <= 1.6 * room]
  room <- max(room, near)
  # Labels stand above and below the points.
  ends <- c(best - 1.1 * room, max(best, rows$score) + 0.1 * room)
  if (info$higher_is_better) ends else -rev(ends)
}

#' Breaks of a logarithmic axis: powers of ten, with 2 and 5 or 3 between them where there is room.
log_breaks <- function(limits) {
  decades <- diff(log10(limits))
  steps <- if (decades < 1.8) c(1, 2, 5) else if (decades < 4) c(1, 3) else 1
  powers <- seq(floor(log10(limits[1])) - 1, ceiling(log10(limits[2])))
  every <- ceiling(decades / 8)
  powers <- powers[powers %% every == 0]
  breaks <- sort(as.vector(outer(steps, 10^powers)))
  breaks[breaks >= limits[1] & breaks <= limits[2]]
}

#' Which of the first boxes (rows) overlap which of the second (columns).
boxes_overlap <- function(a, b) {
  outer(a$left, b$right, "<") & outer(a$right, b$left, ">") &
    outer(a$low, b$high, "<") & outer(a$high, b$low, ">")
}

as_boxes <- function(left, right, low, high) {
  list(left = left, right = right, low = low, high = high)
}

#' A fixed set of places for a label around its point, each a box, with a taste for some of them.
#'
#' The line to a label that is away from its point ends at (end_x, end_y).
label_offers <- function(x, y, radius, wide, high) {
  angles <- seq(0, 2 * pi, length.out = 25)[-25]
  gaps <- c(0.02, 0.1, 0.2, 0.32, 0.46, 0.65, 0.9, 1.2, 1.6, 2.1, 2.7)
  offers <- expand.grid(angle = angles, gap = gaps)
  cosine <- cos(offers$angle)
  sine <- sin(offers$angle)
  hjust <- ifelse(cosine > 0.35, 0, ifelse(cosine < -0.35, 1, 0.5))
  left <- x + cosine * (radius + offers$gap) - hjust * wide
  middle <- y + sine * (radius + offers$gap + high / 2)
  # Right, left, above, below.
  taste <- ifelse(cosine > 0.9, 0, ifelse(cosine < -0.9, 0.05, ifelse(sine > 0, 0.06, 0.08)))
  end_x <- pmin(pmax(x, left), left + wide)
  end_y <- pmin(pmax(y, middle - high / 2), middle + high / 2)
  data.frame(
    left = left, right = left + wide, low = middle - high / 2, high = middle + high / 2,
    y = middle, hjust = hjust, end_x = end_x, end_y = end_y, cost = offers$gap + taste,
    leader = sqrt((end_x - x)^2 + (end_y - y)^2) > radius + 0.07
  )
}

#' Places labels beside points: none on another, as few as can be on points and lines.
#'
#' Each label takes the cheapest of its `label_offers()`, the points of high `priority` first: the
#' same numbers give the same picture.
#'
#' @param points data.frame of x, y, radius, wide, priority in inches; high: height of a label.
#' @param lines data.frame of x, xend, y, yend: upright or level lines to keep off.
#' @param frame left, right, low, high.
#' @return data.frame of the offers taken; NA where there is no room.
place_labels <- function(points, high, lines, frame) {
  n <- nrow(points)
  dots <- as_boxes(
    points$x - points$radius, points$x + points$radius, points$y - points$radius,
    points$y + points$radius
  )
  bars <- as_boxes(
    pmin(lines$x, lines$xend), pmax(lines$x, lines$xend), pmin(lines$y, lines$yend),
    pmax(lines$y, lines$yend)
  )
  along <- seq(0.15, 0.95, length.out = 12)
  taken <- NULL
  for (i in order(-points$priority, seq_len(n))) {
    x <- points$x[i]
    y <- points$y[i]
    offers <- label_offers(x, y, points$radius[i], points$wide[i], high)
    offers$cost[offers$left < frame$left | offers$right > frame$right] <- Inf
    offers$cost[offers$low < frame$low | offers$high > frame$high] <- Inf
    wider <- as_boxes(offers$left - 0.04, offers$right + 0.04, offers$low, offers$high)
    offers$cost <- offers$cost + 10 * rowSums(boxes_overlap(offers, dots)) +
      0.3 * rowSums(boxes_overlap(wider, bars))
    if (!is.null(taken)) offers$cost[rowSums(boxes_overlap(wider, taken)) > 0] <- Inf
    # Lines to labels keep off points and labels.
    others <- lapply(dots, function(side) side[-i])
    far <- taken[taken$leader, , drop = FALSE]
    for (step in along) {
      px <- x + step * (offers$end_x - x)
      py <- y + step * (offers$end_y - y)
      crossed <- rowSums(boxes_overlap(as_boxes(px, px, py, py), others)) * 0.3
      if (!is.null(taken)) {
        crossed <- crossed + rowSums(boxes_overlap(as_boxes(px, px, py, py), taken)) * 0.3
        qx <- far$x + step * (far$end_x - far$x)
        qy <- far$from_y + step * (far$end_y - far$from_y)
        offers$cost <- offers$cost + 0.3 * rowSums(boxes_overlap(offers, as_boxes(qx, qx, qy, qy)))
      }
      offers$cost <- offers$cost + offers$leader * crossed
    }
    best <- which.min(offers$cost)
    if (is.finite(offers$cost[best])) {
      taken <- rbind(taken, cbind(offers[best, ], x = x, from_y = y, point = i))
    }
  }
  taken[match(seq_len(n), taken$point), c("left", "y", "hjust", "leader", "end_x", "end_y")]
}

runtime_subtitle <- function(data, info, any_front, any_baseline) {
  paste0(
    describe_data(data), ". ", if (isTRUE(data$pooled)) "Pooled " else "Mean ", info$label,
    " and mean CPU time of a split; the ",
    if (info$higher_is_better) "upper" else "lower", " left is best.",
    if (any_front) {
      paste0(
        " Line and bold names: the Pareto front, where no other model",
        if (any_baseline) ", baselines aside,",
        " has as good a ", name_estimates("mean", data), " for less CPU time."
      )
    }
  )
}

runtime_caption <- function(data, rows, info, layout) {
  unlabelled <- layout$drawn$model[is.na(layout$drawn$left)]
  small <- text_sizes[["small"]]
  total <- tapply(data$timing$cpu_seconds, factor(data$timing$stage, names(runtime_stages)), sum,
                  na.rm = TRUE)
  total <- total[is.finite(total)]
  list_models <- function(models) paste(shorten(models, 2.4, small), collapse = ", ")
  named <- function(text, which) {
    if (any(which)) paste0(text, ": ", list_models(rows$model[which]), ".")
  }
  no_time <- rows$status == "scored" & !is.finite(rows$cpu)
  paste(c(
    if (length(total) > 0) {
      parts <- paste(runtime_stages[names(total)], vapply(total, seconds_text, character(1)))
      paste0(
        "CPU time of all jobs, split final included: ", toString(parts),
        ". Start-up and loading are paid once per job and are not in the figure."
      )
    },
    if (any(rows$drawn)) {
      paste0(
        "The Pareto front rests on the means",
        if (any(rows$drawn & !rows$complete)) " of models with a value on every split",
        ": it is no test of a difference."
      )
    },
    if (any(layout$drawn$beyond)) {
      "Triangles in the grey band: means beyond the axis, written beside them."
    },
    named("Less CPU time than the clock can tell", rows$instant),
    named("Failed on all splits", rows$status == "failed"),
    named(paste(capitalise(info$label), "undefined"), rows$status == "undefined"),
    named("Without a CPU time", no_time),
    if (length(unlabelled) > 0) paste0("Without room for a label: ", list_models(unlabelled), ".")
  ), collapse = " ")
}

#' Points, labels and axes in inches.
layout_runtime <- function(data, rows, info) {
  drawn <- rows[rows$drawn, , drop = FALSE]
  n <- nrow(drawn)
  small <- text_sizes[["small"]]
  decimals <- metric_decimals(drawn$estimate, info)
  limits <- runtime_limits(rows, info)
  breaks <- pretty(limits, 6)
  breaks <- breaks[
    breaks >= max(limits[1], info$lower) & breaks <= min(limits[2], info$upper)
  ]
  y_labels <- format(breaks, trim = TRUE, digits = 6)
  left <- 0.12 + max(text_width(y_labels, text_sizes[["axis"]]))
  size <- c(wide = min(10, max(6.6, 5.8 + 0.08 * n)), high = min(8, max(3.3, 2.5 + 0.12 * n)))
  low <- 0.55
  frame <- list(left = left, right = left + size[["wide"]], low = low, high = low + size[["high"]])

  cpu <- range(drawn$cpu)
  # At least a decade, so that a difference of some percent does not look like one of hundreds.
  room <- max(0, 1 - diff(log10(cpu))) / 2 + 0.08 * max(1, diff(log10(cpu)))
  cpu <- 10^(log10(cpu) + c(-1, 1) * room)
  to_x <- function(seconds) {
    frame$left + log10(seconds / cpu[1]) / log10(cpu[2] / cpu[1]) * size[["wide"]]
  }
  drawn$beyond <- drawn$estimate < limits[1] | drawn$estimate > limits[2]
  below <- any(drawn$estimate < limits[1])
  above <- any(drawn$estimate > limits[2])
  scale <- c(frame$low + runtime_band * below, frame$high - runtime_band * above)
  to_y <- function(value) {
    at <- scale[1] + (value - limits[1]) / diff(limits) * diff(scale)
    ifelse(
      value < limits[1], frame$low + runtime_band / 2,
      ifelse(value > limits[2], frame$high - runtime_band / 2, at)
    )
  }
  drawn$x <- to_x(drawn$cpu)
  drawn$y <- to_y(drawn$estimate)
  most <- max(drawn$peak, 0, na.rm = TRUE)
  drawn$radius <- runtime_radius(drawn$peak, most)

  note <- failure_note(drawn$n_failed, data$n_splits)
  details <- mapply(function(baseline, beyond, value, note) {
    parts <- c(if (baseline) "baseline", if (beyond) value, if (nzchar(note)) note)
    if (length(parts) > 0) paste0(" (", toString(parts), ")") else ""
  }, drawn$baseline, drawn$beyond, format_value(drawn$estimate, decimals), note)
  drawn$label <- paste0(shorten(drawn$model, 2.4, small), details)
  drawn$wide <- text_width(drawn$label, small, bold = TRUE)
  plain <- !drawn$front
  drawn$wide[plain] <- text_width(drawn$label[plain], small)

  near <- outer(drawn$x, drawn$x, function(a, b) abs(a - b) < 0.8) &
    outer(drawn$y, drawn$y, function(a, b) abs(a - b) < 0.25)
  drawn$priority <- rowSums(near) + 1000 * drawn$front
  front <- drawn[drawn$front, , drop = FALSE]
  front <- front[order(front$x), , drop = FALSE]
  steps <- runtime_steps(front, frame)
  places <- place_labels(drawn, 0.16, steps, frame)
  list(
    drawn = cbind(
      drawn, places[c("left", "hjust", "leader", "end_x", "end_y")], label_y = places$y
    ),
    bands = data.frame(
      low = c(frame$low, scale[2])[c(below, above)], high = c(scale[1], frame$high)[c(below, above)]
    ),
    steps = steps, frame = frame, limits = limits, most = most,
    x_breaks = data.frame(at = to_x(log_breaks(cpu)), label = short_number(log_breaks(cpu))),
    y_breaks = data.frame(at = to_y(breaks), label = y_labels),
    height = frame$high + 0.25, width = frame$right + 0.1
  )
}

#' Radius in inches of a point whose area stands for MB.
runtime_radius <- function(peak, most) {
  if (most <= 0) return(rep(runtime_point[["smallest"]], length(peak)))
  peak[is.na(peak)] <- 0
  pmax(runtime_point[["smallest"]], runtime_point[["largest"]] * sqrt(peak / most))
}

#' The best that can be had for each CPU time, as level and upright lines.
runtime_steps <- function(front, frame) {
  n <- nrow(front)
  if (n == 0) {
    return(data.frame(x = numeric(), xend = numeric(), y = numeric(), yend = numeric()))
  }
  level <- data.frame(x = front$x, xend = c(front$x[-1], frame$right), y = front$y, yend = front$y)
  upright <- data.frame(
    x = front$x[-1], xend = front$x[-1], y = front$y[-n], yend = front$y[-1]
  )
  rbind(level, upright)
}

# A point of shape 21 to 25 is about so many inches across per unit of `size`, without its stroke.
point_size <- function(radius) 2 * radius * 25.4 / 1.15

#' The key: kinds of models, Pareto front and two amounts of memory, in lines of `width` inches.
runtime_key <- function(layout, rows, width) {
  small <- text_sizes[["small"]]
  peaks <- layout$drawn$peak[is.finite(layout$drawn$peak)]
  amounts <- if (length(peaks) > 0) unique(signif(range(peaks), 2))
  kinds <- intersect(names(kind_colours), rows$kind[rows$drawn])
  entry <- function(words, fill, colour, shape = 21, radius = 0.065) {
    data.frame(words = words, shape = shape, fill = fill, colour = colour, radius = radius)
  }
  key <- rbind(
    entry(kinds, kind_colours[kinds], ink[["paper"]], kind_outlines[kinds]),
    if (any(rows$front)) entry("Pareto front", ink[["mark"]], ink[["strong"]]),
    if (length(amounts) > 0) {
      entry(
        paste0(short_number(amounts), " MB", c(" peak memory", "")[seq_along(amounts)]),
        ink[["mark"]], ink[["paper"]], radius = runtime_radius(amounts, layout$most)
      )
    }
  )
  cbind(key, key_places(key$words, width))
}

draw_runtime_key <- function(key, top) {
  key$y <- top - 0.1 - 0.22 * (key$line - 1)
  list(
    geom_point(
      data = key,
      aes(
        x = .data$x + 0.14, y = .data$y, shape = .data$shape, fill = .data$fill,
        colour = .data$colour, size = point_size(.data$radius)
      ), stroke = 0.8
    ),
    canvas_text(text_rows(key$x + 0.3, key$y, key$words))
  )
}

runtime_marks <- function(layout) {
  drawn <- layout$drawn
  frame <- layout$frame
  small <- text_sizes[["small"]]
  labelled <- drawn[!is.na(drawn$left), , drop = FALSE]
  # A triangle points to where a mean beyond the axis lies.
  drawn$shape <- ifelse(
    drawn$beyond, ifelse(drawn$estimate < layout$limits[1], 25, 24),
    kind_outlines[drawn$kind]
  )
  drawn$fill <- kind_colours[drawn$kind]
  drawn$edge <- ifelse(drawn$front, ink[["strong"]], ink[["paper"]])
  # Small points over large ones.
  drawn <- drawn[order(-drawn$radius), , drop = FALSE]
  line <- aes(x = .data$x, xend = .data$xend, y = .data$y, yend = .data$yend)
  list(
    geom_rect(
      data = layout$bands, aes(ymin = .data$low, ymax = .data$high), xmin = frame$left,
      xmax = frame$right, fill = ink[["band"]]
    ),
    geom_segment(
      data = layout$y_breaks, aes(y = .data$at, yend = .data$at), x = frame$left,
      xend = frame$right, linewidth = 0.3, colour = ink[["line"]]
    ),
    geom_segment(
      data = layout$x_breaks, aes(x = .data$at, xend = .data$at), y = frame$low,
      yend = frame$high, linewidth = 0.3, colour = ink[["line"]]
    ),
    geom_segment(
      data = layout$steps, line, linewidth = 0.6, colour = ink[["soft"]], lineend = "square"
    ),
    geom_segment(
      data = labelled[labelled$leader, , drop = FALSE],
      aes(x = .data$x, xend = .data$end_x, y = .data$y, yend = .data$end_y),
      linewidth = 0.25, colour = ink[["soft"]]
    ),
    geom_point(
      data = drawn,
      aes(
        x = .data$x, y = .data$y, shape = .data$shape, fill = .data$fill, colour = .data$edge,
        size = point_size(.data$radius), stroke = ifelse(.data$edge == ink[["paper"]], 0.4, 1)
      )
    ),
    canvas_text(rbind(
      text_rows(
        labelled$left + labelled$hjust * labelled$wide, labelled$label_y, labelled$label,
        labelled$hjust, face = ifelse(labelled$front, "bold", "plain")
      ),
      text_rows(
        frame$left - 0.06, layout$y_breaks$at, layout$y_breaks$label, 1, text_sizes[["axis"]]
      ),
      text_rows(
        layout$x_breaks$at, frame$low - 0.13, layout$x_breaks$label, 0.5, text_sizes[["axis"]]
      )
    ))
  )
}

#' Draws performance against CPU time; see `read_figure_data()` for `data`.
draw_runtime <- function(data) {
  info <- metric_info(data$metric)
  rows <- runtime_rows(data)
  any_drawn <- any(rows$drawn)
  layout <- if (any_drawn) layout_runtime(data, rows, info) else list(width = 7.2, height = 0)
  axis <- text_sizes[["axis"]]
  width <- max(7.2, layout$width)
  key <- if (any_drawn) runtime_key(layout, rows, width)
  key_height <- if (any_drawn) 0.22 * max(key$line) + 0.1 else 0
  height <- max(layout$height + key_height, 0.1)
  any_baseline <- any(rows$drawn & rows$baseline)
  plot <- canvas(
    width, height, runtime_finding(rows, info),
    runtime_subtitle(data, info, any(rows$front), any_baseline),
    runtime_caption(data, rows, info, layout)
  )
  if (any_drawn) {
    frame <- layout$frame
    plot <- plot + runtime_marks(layout) + draw_runtime_key(key, height) +
      canvas_text(rbind(
        text_rows(
          0, frame$high + 0.12,
          paste0(
            capitalise(info$label), " (", if (info$higher_is_better) "higher" else "lower",
            " is better)"
          ), size = axis
        ),
        text_rows(
          (frame$left + frame$right) / 2, frame$low - 0.37,
          "CPU seconds per split: tuning, fitting and prediction (log scale)", 0.5, axis
        )
      ))
  }
  canvas_figure(plot, width, height)
}
