# What the figures with a panel per model share: curves over the repeats, the panels' places, their
# axes, headings and key.

use("theme", "text", "canvas", "figure_data")

# With more models than this the panels are small and have no room for intervals.
many_panels <- 20
# Inches: smallest side of a panel, space between panels and between the parts of one, widest row.
panel_side <- c(few = 1.5, many = 1.2)
panel_gap <- c(x = 0.3, y = 0.34, part = 0.22)
panel_row <- 12.5
# Height of a line of a heading.
panel_line <- c(name = 0.19, note = 0.165)

cohort_lines <- c("22", "62", "2262", "13")

#' Reads what calibration.csv, curves.csv and confusion.csv say of one data set.
#'
#' @return list of calibration, curves and confusion, with `model` as `language/name`.
read_described <- function(files, dataset, models) {
  read <- function(name, text, numbers) {
    table <- read_columns(
      files[[name]], text = c("dataset", "language", "model", "cohort", text), numbers = numbers
    )
    table$model <- clean_text(paste0(table$language, "/", table$model, recycle0 = TRUE))
    table <- table[table$dataset == dataset & table$model %in% clean_text(unlist(models)), ]
    for (column in c("cohort", setdiff(text, c("curve", "repeat")))) {
      table[[column]] <- clean_text(table[[column]])
    }
    table
  }
  limits <- c("slope", "slope_low", "slope_high", "intercept", "intercept_low", "intercept_high")
  list(
    calibration = read("calibration", "repeat", c(limits, "n_events")),
    curves = read("curves", c("curve", "repeat"), c("x", "y", "n")),
    confusion = read("confusion", c("truth", "predicted"), "count")
  )
}

#' One curve of each model and cohort: mean, lowest and highest of the repeats at each point.
#'
#' Means are weighted by n. The rows of each repeat have the same points in the same order; NA where
#' no repeat has a value.
#' @return data.frame of model, cohort, point, x, y, low, high and n (mean of a repeat).
over_repeats <- function(curves, curve) {
  rows <- data.table::as.data.table(curves[curves$curve == curve, , drop = FALSE])
  rows[, "point" := seq_len(.N), by = c("model", "cohort", "repeat")]
  rows[!is.finite(y), c("x", "y") := NA_real_]
  as.data.frame(rows[, list(
    x = stats::weighted.mean(x, n, na.rm = TRUE), y = stats::weighted.mean(y, n, na.rm = TRUE),
    low = if (all(is.na(y))) NA_real_ else min(y, na.rm = TRUE),
    high = if (all(is.na(y))) NA_real_ else max(y, na.rm = TRUE), n = mean(n)
  ), keyby = c("model", "cohort", "point")])
}

inside <- function(rows) rows[rows$cohort == "development", , drop = FALSE]

outside <- function(rows) rows[rows$cohort != "development", , drop = FALSE]

#' The label of the positive class of two; NULL with more classes. The last one if none is named.
positive_class <- function(data) {
  classes <- unique(data$described$confusion$truth)
  if (length(classes) > 2) return(NULL)
  if (is.null(data$positive)) utils::tail(classes, 1) else data$positive
}

#' Share of each model's samples, in cross-validation, that are of the positive class.
prevalence <- function(data, models) {
  rows <- inside(data$described$confusion)
  positive <- rows[rows$truth == positive_class(data), , drop = FALSE]
  total <- function(of) tapply(of$count, factor(of$model, levels = models), sum)
  as.numeric(total(positive) / total(rows))
}

#' Places of a panel, or of `parts` panels side by side, for each model.
#'
#' @param ranked of `rank_models()`: the order of the panels, by rows.
#' @param notes list with a text per model for each part: lines of the heading.
#' @param drawn models that have something in their panel.
#' @param width,height inches of a panel, by default `panel_side`; wider where the notes need it.
#' @param below further inches that a panel needs beneath.
#' @param left,bottom inches of the axis text beside the first and beneath the last panels.
#' @return list of panels (a row per model with drawn, colour, column, x and y of the lower left
#'   corner, lowest: whether no panel is beneath), width and height (of a panel), shift (from a part
#'   to the next one), below, heading (rows of text), total width and height.
panel_layout <- function(ranked, notes, drawn, width = NULL, height = NULL, below = 0, left = 0.35,
                         bottom = 0.2) {
  small <- text_sizes[["small"]]
  n <- nrow(ranked)
  if (is.null(width)) width <- panel_side[[if (n > many_panels) "many" else "few"]]
  if (is.null(height)) height <- width
  width <- max(width, text_width(unlist(notes), small) + 0.02)
  shift <- width + panel_gap[["part"]]
  unit <- shift * (length(notes) - 1) + width
  most <- max(1, floor((panel_row - left + panel_gap[["x"]]) / (unit + panel_gap[["x"]])))
  # A little wider than high, and the rows as equal as can be.
  columns <- min(most, ceiling(sqrt(1.6 * n / length(notes))))
  columns <- ceiling(n / ceiling(n / columns))
  names <- paste0(ranked$model, ifelse(ranked$baseline, " (baseline)", ""))
  names <- model_labels(names, width = unit)
  lines <- max(line_count(names))
  heights <- panel_line * c(name = lines, note = max(line_count(unlist(notes))))
  row_height <- sum(heights) + 0.06 + height + below + panel_gap[["y"]]
  rows <- ceiling(n / columns)
  index <- seq_len(n) - 1
  panels <- data.frame(
    ranked[c("model", "language", "baseline", "status")], drawn = ranked$model %in% drawn,
    colour = ifelse(ranked$baseline, baseline_colour, language_colours[ranked$language]),
    column = index %% columns, x = left + (index %% columns) * (unit + panel_gap[["x"]]),
    y = bottom + 0.25 + below + (rows - 1 - index %/% columns) * row_height,
    lowest = index + columns >= n, row.names = NULL
  )
  top <- panels$y + height + 0.06
  grey <- ifelse(panels$baseline, ink[["soft"]], ink[["strong"]])
  heading <- list(text_rows(
    panels$x, top + heights[["note"]] + panel_line[["name"]] * line_count(names) / 2, names,
    size = text_sizes[["axis"]], colour = grey
  ))
  for (part in seq_along(notes)) {
    lines <- line_count(notes[[part]])
    heading[[part + 1]] <- text_rows(
      panels$x + shift * (part - 1), top + heights[["note"]] - panel_line[["note"]] * lines / 2,
      notes[[part]], colour = grey
    )
  }
  list(
    panels = panels, width = width, height = height, shift = shift,
    below = below, heading = do.call(rbind, heading),
    total = c(
      width = max(left + columns * (unit + panel_gap[["x"]]) - panel_gap[["x"]], 6.5),
      height = bottom + 0.25 + rows * row_height - panel_gap[["y"]]
    )
  )
}

#' Rows with a model and values, with their places in inches and the panel's colour.
#'
#' @param columns named vector: names of columns to make, from columns of values on this axis.
#' @param axis "x" or "y"; @param limits of the axis.
#' @param cut whether values beyond the limits have no place; else they are put on its ends.
place <- function(rows, layout, axis, columns, limits, part = 1, cut = FALSE) {
  panel <- layout$panels[match(rows$model, layout$panels$model), , drop = FALSE]
  rows$colour <- panel$colour
  from <- panel[[axis]] + if (axis == "x") layout$shift * (part - 1) else 0
  size <- if (axis == "x") layout$width else layout$height
  for (made in names(columns)) {
    share <- (rows[[columns[[made]]]] - limits[1]) / diff(limits)
    if (cut) share[share < -1e-9 | share > 1 + 1e-9] <- NA
    rows[[made]] <- from + pmin(pmax(share, 0), 1) * size
  }
  rows
}

#' Background, grid and numbers of the panels of one part.
#'
#' @param scale list of xlim, ylim, xticks and yticks.
panel_axes <- function(layout, scale, part = 1) {
  panels <- layout$panels
  left <- panels$x + layout$shift * (part - 1)
  across <- expand.grid(panel = seq_len(nrow(panels)), tick = scale$xticks)
  up <- expand.grid(panel = seq_len(nrow(panels)), tick = scale$yticks)
  x <- left[across$panel] +
    (across$tick - scale$xlim[1]) / diff(scale$xlim) * layout$width
  y <- panels$y[up$panel] + (up$tick - scale$ylim[1]) / diff(scale$ylim) * layout$height
  beneath <- panels$lowest[across$panel]
  beside <- panels$column[up$panel] == 0 & part == 1
  list(
    annotate(
      "rect", xmin = left, xmax = left + layout$width, ymin = panels$y,
      ymax = panels$y + layout$height, fill = ink[["paper"]], colour = ink[["line"]],
      linewidth = 0.4
    ),
    annotate(
      "segment", x = x, xend = x, y = panels$y[across$panel],
      yend = panels$y[across$panel] + layout$height, colour = ink[["line"]], linewidth = 0.25
    ),
    annotate(
      "segment", x = left[up$panel], xend = left[up$panel] + layout$width, y = y, yend = y,
      colour = ink[["line"]], linewidth = 0.25
    ),
    canvas_text(rbind(
      text_rows(
        x[beneath], panels$y[across$panel][beneath] - layout$below - 0.11,
        short_number(across$tick[beneath]), hjust = 0.5
      ),
      text_rows(left[up$panel][beside] - 0.05, y[beside], short_number(up$tick[beside]), hjust = 1)
    ))
  )
}

#' A scale from 0 to 1 on both axes.
unit_scale <- list(xlim = c(0, 1), ylim = c(0, 1), xticks = c(0, 0.5, 1), yticks = c(0, 0.5, 1))

#' A grey line in every panel, from (x[1], from) to (x[2], to): one value, or one per model.
panel_lines <- function(layout, scale, x, from, to = from, linetype = "22", part = 1) {
  rows <- data.frame(model = layout$panels$model, x1 = x[1], x2 = x[2], from, to)
  rows <- rows[layout$panels$drawn, , drop = FALSE]
  rows <- place(rows, layout, "x", c(x1 = "x1", x2 = "x2"), scale$xlim, part)
  rows <- place(rows, layout, "y", c(from = "from", to = "to"), scale$ylim)
  annotate(
    "segment", x = rows$x1, xend = rows$x2, y = rows$from, yend = rows$to,
    colour = baseline_colour, linewidth = 0.5, linetype = linetype
  )
}

#' Curves of `over_repeats()`: a band and a line for cross-validation, broken lines for cohorts.
panel_curves <- function(curves, layout, scale, part = 1) {
  curves <- curves[is.finite(curves$y), , drop = FALSE]
  if (nrow(curves) == 0) return(NULL)
  curves <- place(curves, layout, "x", c(at = "x"), scale$xlim, part)
  curves <- place(curves, layout, "y", c(from = "low", to = "high"), scale$ylim)
  curves <- place(curves, layout, "y", c(up = "y"), scale$ylim, cut = TRUE)
  cohorts <- unique(outside(curves)$cohort)
  curves$linetype <- cohort_linetypes(curves$cohort, cohorts)
  curves$group <- paste(curves$model, curves$cohort)
  own <- inside(curves)
  list(
    geom_ribbon(
      data = own, alpha = 0.25,
      aes(x = .data$at, ymin = .data$from, ymax = .data$to, group = .data$group,
          fill = .data$colour)
    ),
    geom_path(
      data = own, linewidth = 0.8, na.rm = TRUE,
      aes(x = .data$at, y = .data$up, group = .data$group, colour = .data$colour)
    ),
    geom_path(
      data = outside(curves), linewidth = 0.6, colour = ink[["strong"]], na.rm = TRUE,
      aes(x = .data$at, y = .data$up, group = .data$group, linetype = .data$linetype)
    )
  )
}

#' Line types of cohorts; of cross-validation a full line.
cohort_linetypes <- function(cohort, cohorts) {
  index <- match(cohort, cohorts)
  ifelse(is.na(index), "solid", cohort_lines[(index - 1) %% length(cohort_lines) + 1])
}

#' Why panels are empty, in their middle; why: said of models that predicted.
panel_gaps <- function(layout, why) {
  panels <- layout$panels[!layout$panels$drawn, , drop = FALSE]
  if (nrow(panels) == 0) return(NULL)
  text <- ifelse(panels$status == "failed", "failed on all splits", why)
  text <- vapply(text, wrap, "", width = layout$width - 0.1, size = text_sizes[["small"]])
  canvas_text(text_rows(
    panels$x + layout$width / 2, panels$y + layout$height / 2, unname(text), hjust = 0.5,
    colour = ink[["soft"]]
  ))
}

#' Entries of a key: what the languages' colours, and the curves of cohorts, mean.
language_key <- function(layout) {
  panels <- layout$panels
  languages <- intersect(names(language_colours), panels$language[!panels$baseline])
  rbind(
    if (length(languages) > 0) key_entry("point", languages, unname(language_colours[languages])),
    if (any(panels$baseline)) key_entry("point", "baseline", baseline_colour)
  )
}

cohort_key <- function(rows) {
  cohorts <- unique(outside(rows)$cohort)
  if (length(cohorts) == 0) return(NULL)
  key_entry(
    "line", paste("cohort", shorten(cohorts, 2, text_sizes[["small"]])), ink[["strong"]],
    cohort_linetypes(cohorts, cohorts)
  )
}

#' "mean of 5 repeats" and the band from the lowest to the highest, if there are several.
repeat_key <- function(curves) {
  count <- length(unique(inside(curves)[["repeat"]]))
  if (count < 2) return(NULL)
  rbind(
    key_entry("line", paste("mean of", count, "repeats"), ink[["soft"]]),
    key_entry("band", "lowest to highest repeat", ink[["soft"]])
  )
}

#' Rows of a key; kind: line, thin (line), band or point.
key_entry <- function(kind, label, colour, linetype = "solid", shape = 16) {
  data.frame(kind, label, colour, linetype, shape)
}

#' A figure of the panels of a layout.
#'
#' @param layers drawn on the panels; @param words list of title, subtitle, caption, x and y (titles
#'   of the axes); @param key of `key_entry()`.
panel_figure <- function(layout, layers, words, key) {
  small <- text_sizes[["small"]]
  width <- layout$total[["width"]]
  top <- layout$total[["height"]]
  key <- cbind(key, key_places(key$label, width))
  key$y <- top + 0.5 + 0.2 * (max(key$line) - key$line)
  mark <- function(kind) key[key$kind %in% kind, , drop = FALSE]
  height <- max(key$y) + 0.15
  plot <- canvas(width, height, words$title, words$subtitle, words$caption) + layers +
    annotate(
      "rect", xmin = mark("band")$x + 0.02, xmax = mark("band")$x + 0.26,
      ymin = mark("band")$y - 0.06, ymax = mark("band")$y + 0.06, fill = mark("band")$colour,
      alpha = 0.3
    ) +
    annotate(
      "segment", x = mark(c("line", "thin"))$x, xend = mark(c("line", "thin"))$x + 0.27,
      y = mark(c("line", "thin"))$y, yend = mark(c("line", "thin"))$y,
      colour = mark(c("line", "thin"))$colour, linetype = mark(c("line", "thin"))$linetype,
      linewidth = ifelse(mark(c("line", "thin"))$kind == "thin", 0.3, 0.7)
    ) +
    annotate(
      "point", x = mark("point")$x + 0.14, y = mark("point")$y, colour = mark("point")$colour,
      shape = mark("point")$shape, size = ifelse(mark("point")$shape == 16, 2.6, 1.6),
      fill = ink[["paper"]]
    ) +
    canvas_text(rbind(
      layout$heading, text_rows(key$x + 0.31, key$y, key$label),
      text_rows(0, top + 0.2, words$y, colour = ink[["soft"]]),
      text_rows(width, 0.08, words$x, hjust = 1, colour = ink[["soft"]])
    ))
  canvas_figure(plot, width, height)
}

#' A figure of words alone, where the data have none to draw.
words_figure <- function(title, subtitle) {
  canvas_figure(canvas(6.5, 0.1, title, subtitle, ""), 6.5, 0.1)
}

#' "0.930 [0.880, 0.970]", a text per model; without the brackets where there is no interval of any
#' width, and where there are many models.
with_interval <- function(estimate, low, high, decimals) {
  text <- format_value(estimate, decimals)
  bounded <- is.finite(low) & is.finite(high) & low < high & length(estimate) <= many_panels
  text[bounded] <- sprintf(
    "%s [%s, %s]", text[bounded], format_value(low[bounded], decimals),
    format_value(high[bounded], decimals)
  )
  text
}
