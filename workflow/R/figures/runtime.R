# Performance against CPU time: what a better score costs, in time and memory.

# Share of the axis that a band for the means beyond it takes.
runtime_band <- 0.07
runtime_stages <- c(
  startup = "start-up", load = "loading", tune = "tuning", fit = "fitting", predict = "prediction"
)
# The stages that a model is compared by; the others are the price of a job, not of a model.
runtime_own <- c("tune", "fit", "predict")

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
    by_model <- tapply(values, factor(models, rows$model), f)
    as.vector(by_model[rows$model])
  }
  splits <- per_model(of_splits$split, of_splits$model, function(split) length(unique(split)))
  rows$cpu <- per_model(of_splits$cpu_seconds, of_splits$model, sum) / splits
  # Less than the clock can tell; a logarithmic axis has no 0.
  rows$instant <- rows$cpu %in% 0
  rows$cpu[rows$instant] <- min(0.001, rows$cpu[!rows$instant], na.rm = TRUE)
  known <- timing[!is.na(timing$peak_mb), , drop = FALSE]
  rows$peak <- per_model(known$peak_mb, known$model, max)
  rows$drawn <- rows$status == "scored" & is.finite(rows$cpu)
  rows$score <- rows$estimate * if (metric_info(data$metric)$higher_is_better) 1 else -1
  rows$front <- FALSE
  candidates <- which(rows$drawn & rows$complete & !rows$baseline)
  candidates <- candidates[order(rows$cpu[candidates], -rows$score[candidates])]
  best <- cummax(rows$score[candidates])
  rows$front[candidates] <- rows$score[candidates] > c(-Inf, best)[seq_along(candidates)]
  rows
}

seconds_text <- function(seconds) {
  if (seconds >= 3600 * 1.5) return(paste(short_number(seconds / 3600, 2), "h"))
  if (seconds >= 90 * 1.5) return(paste(short_number(seconds / 60, 2), "min"))
  paste(short_number(seconds, 2), "s")
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

#' Which models have an interval that covers the whole axis: it would be a line from end to end.
runtime_covering <- function(rows, limits) {
  (rows$drawn & rows$ci_low <= limits[1] & rows$ci_high >= limits[2]) %in% TRUE
}

#' What the subtitle says of the intervals.
runtime_intervals <- function(rows, limits) {
  known <- rows$drawn & is.finite(rows$ci_low)
  covering <- runtime_covering(rows, limits)
  ends <- if (any(covering)) {
    format_value(c(min(rows$ci_low[covering]), max(rows$ci_high[covering])), 2)
  }
  if (!any(known)) return("")
  if (all(covering[known])) {
    return(paste0(
      " All 95 % intervals (", paste(ends, collapse = " to "), " together) are wider than the axis."
    ))
  }
  paste0(
    " Grey lines: 95 % intervals, as far as the axis goes",
    if (any(covering)) {
      paste0("; ", sum(covering), " of ", sum(known), ", wider than that, not drawn")
    },
    "."
  )
}

runtime_subtitle <- function(data, info, rows, limits) {
  paste0(
    describe_data(data), ". ", if (isTRUE(data$pooled)) "Pooled " else "Mean ", info$label,
    " and mean CPU time of a split; the ",
    if (info$higher_is_better) "upper" else "lower", " left is best.",
    runtime_intervals(rows, limits),
    if (any(rows$front)) {
      paste0(
        " Line and bold names: the Pareto front, where no other model",
        if (any(rows$drawn & rows$baseline)) ", baselines aside,",
        " has as good a ", name_estimates("mean", data), " for less CPU time."
      )
    }
  )
}

runtime_caption <- function(data, info, rows, any_beyond) {
  total <- tapply(data$timing$cpu_seconds, factor(data$timing$stage, names(runtime_stages)), sum,
                  na.rm = TRUE)
  total <- total[is.finite(total)]
  named <- function(text, which) {
    names <- shorten(rows$model[which], 2.4, text_sizes[["small"]])
    if (any(which)) paste0(text, ": ", toString(names), ".")
  }
  paste(c(
    if (length(total) > 0) {
      parts <- paste(runtime_stages[names(total)], vapply(total, seconds_text, character(1)))
      paste0(
        "CPU time of all jobs", if ("final" %in% data$timing$split) ", split final included",
        ": ", toString(parts),
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
    if (any_beyond) {
      "Triangles in the grey band: means beyond the axis, written beside them."
    },
    named("Less CPU time than the clock can tell", rows$instant),
    named("Failed on all splits", rows$status == "failed"),
    named(paste(capitalise(info$label), "undefined"), rows$status == "undefined"),
    named("Without a CPU time", rows$status == "scored" & !is.finite(rows$cpu))
  ), collapse = " ")
}

#' The models that are drawn, with their places and labels.
#'
#' @param limits of `runtime_limits()`; what lies beyond stands in a band at the end of the axis.
runtime_points <- function(rows, limits, n_splits) {
  drawn <- rows[rows$drawn, , drop = FALSE]
  band <- runtime_band * diff(limits)
  drawn$beyond <- ifelse(
    drawn$estimate < limits[1], "below", ifelse(drawn$estimate > limits[2], "above", "")
  )
  drawn$y <- pmin(pmax(drawn$estimate, limits[1] - band / 2), limits[2] + band / 2)
  # An unknown amount of memory is drawn as the smallest known one.
  known <- drawn$peak[!is.na(drawn$peak)]
  drawn$size <- ifelse(is.na(drawn$peak), min(known, if (length(known) == 0) 1), drawn$peak)
  notes <- mapply(
    function(...) toString(Filter(nzchar, c(...))), ifelse(drawn$baseline, "baseline", ""),
    ifelse(nzchar(drawn$beyond), drawn$printed, ""), failure_note(drawn$n_failed, n_splits)
  )
  notes <- ifelse(nzchar(notes), paste0(" (", notes, ")"), "")
  drawn$label <- paste0(shorten(drawn$model, 2.4, text_sizes[["small"]]), notes)
  # Small points are drawn over large ones.
  drawn[order(-drawn$size), , drop = FALSE]
}

#' The interval of each model that is on the axis, cut at its ends; see `runtime_covering()`.
runtime_whiskers <- function(drawn, limits) {
  shown <- is.finite(drawn$ci_low) & drawn$beyond == "" & !runtime_covering(drawn, limits)
  shown <- drawn[shown, , drop = FALSE]
  shown$low <- pmax(shown$ci_low, limits[1])
  shown$high <- pmin(shown$ci_high, limits[2])
  geom_linerange(
    aes(.data$cpu, ymin = .data$low, ymax = .data$high), shown, colour = ink[["mark"]],
    linewidth = 0.5
  )
}

#' The Pareto front in steps, as points close to each other, from which labels keep away.
#'
#' @param span ends of the axis of CPU time.
runtime_front <- function(drawn, limits, span) {
  front <- drawn[drawn$front, , drop = FALSE]
  if (nrow(front) == 0) return(NULL)
  front <- front[order(front$cpu), , drop = FALSE]
  # The best mean holds for all that takes longer.
  x <- log10(c(rep(front$cpu, each = 2)[-1], span[2]))
  y <- rep(front$y, each = 2)
  way <- cumsum(c(0, abs(diff(x)) / diff(log10(span)) + abs(diff(y)) / diff(limits)))
  at <- sort(c(way, seq(0, max(way), by = 0.012)))
  along <- function(values) stats::approx(way, values, at, ties = "ordered")$y
  data.frame(
    cpu = pmin(10^along(x), span[2]), y = along(y), label = "", face = "plain", dot = 0.5, nudge = 0
  )
}

runtime_scales <- function(drawn, info, limits, span) {
  breaks <- pretty(limits, 6)
  breaks <- breaks[breaks >= max(limits[1], info$lower) & breaks <= min(limits[2], info$upper)]
  bands <- c(-1, 1) * (c("below", "above") %in% drawn$beyond) * runtime_band * diff(limits)
  kinds <- intersect(names(kind_colours), drawn$kind)
  amounts <- unique(signif(drawn$peak[c(which.min(drawn$peak), which.max(drawn$peak))], 2))
  # Guides without a title of their own are one guide where their labels are the same.
  key <- function(order, ...) guide_legend(NULL, order = order, override.aes = list(...))
  list(
    scale_x_log10(limits = span, n.breaks = 6, labels = short_number, expand = c(0, 0)),
    scale_y_continuous(limits = limits + bands, breaks = breaks, expand = c(0, 0)),
    scale_fill_manual(
      values = kind_colours, limits = kinds, guide = key(1, size = 3.4, colour = ink[["paper"]])
    ),
    scale_shape_manual(
      values = c(kind_outlines, below = 25, above = 24), breaks = kinds,
      limits = c(kinds, "below", "above"), guide = key(1)
    ),
    scale_colour_manual(
      values = c("TRUE" = ink[["strong"]], "FALSE" = ink[["paper"]]), labels = "Pareto front",
      breaks = if (any(drawn$front)) "TRUE",
      guide = key(2, shape = 21, fill = ink[["mark"]], size = 3.4)
    ),
    scale_size_area(
      max_size = 5, limits = c(0, max(drawn$size, amounts)), breaks = amounts,
      labels = paste0(
        short_number(amounts), " MB", c(" peak memory", "")[seq_along(amounts)], recycle0 = TRUE
      ),
      guide = key(3, shape = 21, fill = ink[["mark"]], colour = ink[["paper"]])
    )
  )
}

#' Names beside the points; wide: about the width of the panel in inches.
runtime_labels <- function(drawn, front, span, wide) {
  size <- text_sizes[["small"]]
  decade <- wide / diff(log10(span))
  x <- log10(drawn$cpu / span[1]) * decade
  bold <- drawn$front
  room <- 0.16 + ifelse(bold, text_width(drawn$label, size, TRUE), text_width(drawn$label, size))
  # A label starts on the right of its point; on the front, and at the right edge, on the left.
  side <- ifelse(ifelse(bold, x > room, x > wide - room), -1, 1)
  points <- rbind(data.frame(
    drawn[c("cpu", "y", "label")], face = ifelse(bold, "bold", "plain"), dot = 5,
    nudge = side * room / 2 / decade
  ), front)
  # Without a limit of time: slow machines place the labels as fast ones do.
  ggrepel::geom_text_repel(
    aes(.data$cpu, .data$y, label = .data$label, fontface = .data$face, point.size = .data$dot),
    points, nudge_x = points$nudge, size = size / .pt, colour = ink[["strong"]], seed = 3,
    max.time = Inf, max.iter = 20000, max.overlaps = Inf, force = nrow(drawn) / 2,
    force_pull = 0.3, box.padding = 0.15, min.segment.length = 0.8, segment.size = 0.25,
    segment.colour = ink[["soft"]]
  )
}

#' Draws performance against CPU time; see `read_figure_data()` for `data`.
draw_runtime <- function(data) {
  info <- metric_info(data$metric)
  rows <- runtime_rows(data)
  n <- sum(rows$drawn)
  width <- min(11, max(7.4, 6.6 + 0.08 * n))
  limits <- if (n > 0) runtime_limits(rows, info)
  drawn <- if (n > 0) runtime_points(rows, limits, data$n_splits)
  worded <- function(plot, height) {
    caption <- runtime_caption(data, info, rows, any(nzchar(drawn$beyond)))
    subtitle <- runtime_subtitle(data, info, rows, limits)
    worded_figure(plot, width, height, finding(data, "runtime"), subtitle, caption)
  }
  if (n == 0) return(worded(ggplot() + theme_figure(), 0.3))
  ends <- log10(range(drawn$cpu))
  # At least a decade, so that a difference of some percent does not look like one of hundreds.
  span <- 10^(ends + c(-1, 1) * (max(0, 1 - diff(ends)) / 2 + 0.08 * max(1, diff(ends))))
  front <- runtime_front(drawn, limits, span)
  plot <- ggplot() +
    annotate("rect", xmin = span[1], xmax = span[2], ymin = c(-Inf, limits[2]),
             ymax = c(limits[1], Inf), fill = ink[["band"]]) +
    (if (!is.null(front)) {
      geom_path(aes(.data$cpu, .data$y), front, linewidth = 0.6, colour = ink[["soft"]])
    }) +
    runtime_whiskers(drawn, limits) +
    geom_point(
      aes(
        .data$cpu, .data$y, fill = .data$kind, size = .data$size, colour = .data$front,
        shape = ifelse(nzchar(.data$beyond), .data$beyond, .data$kind)
      ),
      drawn, stroke = 0.8, show.legend = TRUE
    ) +
    runtime_labels(drawn, front, span, width - 1) + runtime_scales(drawn, info, limits, span) +
    labs(x = "CPU seconds per split: tuning, fitting and prediction (log scale)",
         y = metric_axis(info)) +
    theme_figure() +
    theme(legend.position = "top", legend.text = element_text(size = text_sizes[["small"]]))
  worded(plot, 1.4 + min(8, max(3.3, 2.5 + 0.12 * n)))
}
