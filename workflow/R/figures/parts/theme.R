# What all figures share: colours, names of metrics, number formats, text measurement, theme, files.

library(ggplot2)

# Okabe and Ito's blue and vermillion: told apart with every common form of colour blindness.
language_colours <- c(Python = "#0072B2", R = "#D55E00")
# The shape repeats the colour for print in grey.
language_shapes <- c(Python = 16, R = 15)
language_outlines <- c(Python = 21, R = 22)
ink <- c(
  strong = "#1A1A1A", soft = "#555555", mark = "#BFBFBF", line = "#DDDDDD", band = "#F1F1F1",
  paper = "#FFFFFF"
)
# Of what knows nothing of the features.
baseline_colour <- "#8A8A8A"
# Kinds of models: a baseline is grey in whatever language.
kind_colours <- c(language_colours, baseline = baseline_colour)
kind_shapes <- c(language_shapes, baseline = 18)
kind_outlines <- c(language_outlines, baseline = 23)
# Of a pair of models: green and brown stay apart with every common form of colour blindness, and
# from the colours of the languages.
verdict_colours <- c(
  better = "#2B7A5B", equivalent = "#CDBBE0", worse = "#8C5A2B", open = "#E4E4E4",
  untested = "#FFFFFF"
)
# Steps on the way from a baseline to the best model.
step_colours <- c(
  worse = "#E3CDA4", from_0 = "#F3F8F5", from_25 = "#D3E8DC", from_50 = "#A5D0B8",
  from_75 = "#6BB08E", from_90 = "#35825F", best = "#0B4530", baseline = "#FFFFFF",
  undefined = "#FFFFFF", failed = "#D0D0D0"
)

text_sizes <- c(title = 13, subtitle = 10, axis = 10, small = 9)

# Points per inch, the unit in which text is measured.
points_per_inch <- 72

#' Names, direction, range and value at chance of the metrics that the scorer writes.
#'
#' `header` is the narrow form for table columns. `chance` is the value of a prediction that knows
#' nothing, where that value does not depend on the data.
metric_table <- local({
  entry <- function(metric, task, label, header, higher, lower, upper, chance = NA) {
    data.frame(
      metric = metric, task = task, label = label, header = header,
      higher_is_better = higher, lower = lower, upper = upper, chance = chance
    )
  }
  table <- rbind(
    entry("roc_auc", "classification", "ROC AUC", "ROC\nAUC", TRUE, 0, 1, 0.5),
    entry("average_precision", "classification", "average precision", "Average\nprecision",
          TRUE, 0, 1),
    entry("log_loss", "classification", "log loss", "Log\nloss", FALSE, 0, Inf),
    # Up to 2 with more than two classes.
    entry("brier", "classification", "Brier score", "Brier\nscore", FALSE, 0, 2),
    entry("balanced_accuracy", "classification", "balanced accuracy", "Balanced\naccuracy",
          TRUE, 0, 1),
    entry("accuracy", "classification", "accuracy", "\nAccuracy", TRUE, 0, 1),
    entry("mcc", "classification", "MCC", "\nMCC", TRUE, -1, 1, 0),
    entry("f1", "classification", "F1", "\nF1", TRUE, 0, 1),
    entry("sensitivity", "classification", "sensitivity", "Sensi-\ntivity", TRUE, 0, 1),
    entry("specificity", "classification", "specificity", "Speci-\nficity", TRUE, 0, 1),
    entry("rmse", "regression", "RMSE", "\nRMSE", FALSE, 0, Inf),
    entry("mae", "regression", "MAE", "\nMAE", FALSE, 0, Inf),
    entry("r2", "regression", "R\u00b2", "\nR\u00b2", TRUE, -Inf, 1, 0),
    entry("spearman", "regression", "Spearman correlation", "Spearman\ncorrelation",
          TRUE, -1, 1, 0)
  )
  function() table
})

#' The row of `metric_table()` for one metric, as a list.
metric_info <- function(metric) {
  table <- metric_table()
  row <- table[table$metric == metric, ]
  if (nrow(row) == 0) {
    stop(
      "The metric '", metric, "' has no name and direction for the figures. Known: ",
      paste(table$metric, collapse = ", "), ". Add it to metric_table() in figure_theme.R.",
      call. = FALSE
    )
  }
  as.list(row)
}

language_label <- function(language) {
  labels <- c(python = "Python", r = "R")
  unname(labels[language])
}

#' Plain text that every device can draw.
#'
#' Error messages may hold colour codes and control characters, which are not allowed in SVG. In the
#' C locale R does not know that the text it got is UTF-8.
clean_text <- function(text) {
  text <- as.character(text)
  Encoding(text) <- "UTF-8"
  valid <- validUTF8(text)
  text[!valid] <- iconv(text[!valid], "UTF-8", "UTF-8", sub = "?")
  text <- gsub("\033\\[[0-9;]*[A-Za-z]", "", text, perl = TRUE)
  text <- gsub("[\\x01-\\x1f\\x7f]+", " ", text, perl = TRUE)
  trimws(text)
}

#' How many decimals show three significant digits of typical values.
metric_decimals <- function(values, info) {
  if (is.finite(info$lower) && is.finite(info$upper)) return(3)
  typical <- stats::median(abs(values[is.finite(values) & values != 0]))
  if (is.na(typical)) return(3)
  max(0, min(6, 2 - floor(log10(typical))))
}

format_value <- function(values, decimals) {
  text <- formatC(values, format = "f", digits = decimals)
  # A model that diverged would otherwise print thirty digits.
  long <- is.finite(values) & nchar(text) > 9
  text[long] <- formatC(values[long], format = "e", digits = 1)
  # No "-0.000".
  sub("^-(0\\.?0*)$", "\\1", text)
}

#' Width of text in inches at a size in points.
#'
#' Bold is widened by a factor because the name of systemfonts' argument for it has changed.
text_width <- function(text, size, bold = FALSE) {
  if (length(text) == 0) return(numeric())
  lines <- strsplit(enc2utf8(as.character(text)), "\n", fixed = TRUE)
  width <- vapply(lines, function(line) {
    if (length(line) == 0) return(0)
    max(systemfonts::string_width(line, size = size, res = points_per_inch))
  }, numeric(1))
  # Devices round the widths of letters to their own grid, which adds up to 2 %.
  width / points_per_inch * if (bold) 1.17 else 1.03
}

#' How many characters of the text, with `end` after them, fit into `width` inches; at least one.
fitting <- function(text, width, size, bold = FALSE, end = "") {
  keep <- nchar(text)
  while (keep > 1 && text_width(paste0(substr(text, 1, keep), end), size, bold) > width) {
    keep <- keep - 1
  }
  keep
}

#' Cuts text with an ellipsis so that it is at most `width` inches wide.
shorten <- function(text, width, size) {
  vapply(text, function(one) {
    if (is.na(one) || text_width(one, size) <= width) return(one)
    # A thousand characters of a message need not be measured to know that they do not fit.
    one <- substr(one, 1, 200)
    paste0(trimws(substr(one, 1, fitting(one, width, size, end = "\u2026")), "right"), "\u2026")
  }, character(1), USE.NAMES = FALSE)
}

#' Breaks text into lines of at most `width` inches.
#'
#' `parts` are the pieces between which a line may end; a piece longer than a line is cut apart.
wrap <- function(text, width, size, bold = FALSE, parts = words(text)) {
  lines <- ""
  for (part in parts) {
    last <- length(lines)
    longer <- paste0(lines[last], part)
    if (text_width(trimws(longer), size, bold) <= width) {
      lines[last] <- longer
      next
    }
    while (text_width(trimws(part), size, bold) > width && nchar(part) > 1) {
      keep <- fitting(part, width, size, bold)
      lines <- c(lines, substr(part, 1, keep))
      part <- substring(part, keep + 1)
    }
    lines <- c(lines, part)
  }
  lines <- trimws(lines, whitespace = "[ ]")
  paste(lines[nzchar(lines)], collapse = "\n")
}

#' Breaks a title into lines of about the same length, as few as fit into `width` inches.
wrap_title <- function(text, width) {
  tried <- vapply(width * seq(1, 0.5, by = -0.05), function(narrower) {
    wrap(text, narrower, text_sizes[["title"]], bold = TRUE)
  }, character(1))
  tried[max(which(line_count(tried) == line_count(tried[1])))]
}

words <- function(text) regmatches(text, gregexpr("[^ ]* |[^ ]+", text))[[1]]

name_parts <- function(text) regmatches(text, gregexpr("[^-_./ ]*[-_./ ]|[^-_./ ]+", text))[[1]]

#' Model names as row labels: at most two lines of 2.4 inches.
model_labels <- function(models, size = text_sizes[["axis"]], width = 2.4) {
  two_lines(models, width, size, name_parts)
}

#' Each text wrapped, and cut after two lines; split_up: `words()` or `name_parts()`.
two_lines <- function(text, width, size, split_up = words) {
  vapply(text, function(one) {
    lines <- wrap(one, width, size, parts = split_up(one))
    lines <- strsplit(lines, "\n", fixed = TRUE)[[1]]
    if (length(lines) > 2) {
      keep <- fitting(lines[2], width, size, end = "\u2026")
      lines <- c(lines[1], paste0(substr(lines[2], 1, keep), "\u2026"))
    }
    paste(lines, collapse = "\n")
  }, character(1), USE.NAMES = FALSE)
}

line_count <- function(text) lengths(strsplit(text, "\n", fixed = TRUE))

#' Height in inches of text in one of the sizes of the theme.
text_height <- function(text, size) line_count(text) * text_sizes[[size]] * 1.35 / points_per_inch

capitalise <- function(text) paste0(toupper(substr(text, 1, 1)), substring(text, 2))

#' The title of an axis of a metric: "ROC AUC (higher is better)".
metric_axis <- function(info) {
  direction <- if (info$higher_is_better) "higher" else "lower"
  paste0(capitalise(info$label), " (", direction, " is better)")
}

plural <- function(n, one, many = paste0(one, "s")) paste(n, if (n == 1) one else many)

#' "3 of 25 splits failed"; empty where none did.
failure_note <- function(n_failed, n_splits) {
  ifelse(n_failed > 0, paste(n_failed, "of", n_splits, "splits failed"), "")
}

theme_figure <- function() {
  theme_minimal(base_size = text_sizes[["axis"]]) +
    theme(
      plot.background = element_rect(fill = ink[["paper"]], colour = NA),
      panel.grid.minor = element_blank(),
      panel.grid.major = element_line(colour = ink[["line"]], linewidth = 0.3),
      plot.title = element_text(
        size = text_sizes[["title"]], face = "bold", colour = ink[["strong"]], lineheight = 1.05
      ),
      plot.subtitle = element_text(
        size = text_sizes[["subtitle"]], colour = ink[["soft"]], lineheight = 1.1
      ),
      plot.caption = element_text(
        size = text_sizes[["small"]], colour = ink[["soft"]], hjust = 0, lineheight = 1.1
      ),
      plot.title.position = "plot",
      plot.caption.position = "plot",
      axis.text = element_text(size = text_sizes[["axis"]], colour = ink[["strong"]]),
      axis.title = element_text(size = text_sizes[["axis"]], colour = ink[["strong"]]),
      legend.title = element_blank(),
      legend.text = element_text(size = text_sizes[["axis"]], colour = ink[["strong"]]),
      legend.justification = "left",
      legend.margin = margin(0, 6, 0, 0),
      legend.box.margin = margin(0, 0, 0, 0)
    )
}

#' An empty plot whose coordinates are inches, for figures that place their own panels and labels.
#'
#' x runs to the right and y upwards, from the lower left corner. Colours, sizes and the like are
#' taken as they stand in the data of a layer.
canvas <- function(width, height, title, subtitle, caption) {
  wrapped <- function(text, size) wrap(text, width - 0.1, text_sizes[[size]])
  ggplot() +
    scale_colour_identity() + scale_fill_identity() + scale_shape_identity() +
    scale_size_identity() + scale_linetype_identity() + scale_linewidth_identity() +
    scale_alpha_identity() +
    coord_cartesian(xlim = c(0, width), ylim = c(0, height), expand = FALSE, clip = "off") +
    labs(
      title = wrap_title(title, width - 0.1), subtitle = wrapped(subtitle, "subtitle"),
      caption = wrapped(caption, "small"), x = NULL, y = NULL
    ) +
    theme_figure() +
    theme(
      axis.text = element_blank(), panel.grid.major = element_blank(),
      plot.margin = margin(8, 8, 8, 8)
    )
}

#' A figure of a `canvas()`.
canvas_figure <- function(plot, width, height) {
  labels <- plot$labels
  around <- text_height(labels$title, "title") + text_height(labels$subtitle, "subtitle") +
    text_height(labels$caption, "small")
  margins <- 16 / points_per_inch
  figure(plot, width + margins, height + around + margins + 0.3)
}

#' Rows of text for `canvas_text()`; NULL if there are none.
text_rows <- function(x, y, label, hjust = 0, size = text_sizes[["small"]], face = "plain",
                      colour = ink[["strong"]]) {
  if (length(label) == 0) return(NULL)
  data.frame(
    x = x, y = y, label = label, hjust = hjust, size = size / .pt, face = face, colour = colour
  )[nzchar(label), , drop = FALSE]
}

canvas_text <- function(rows) {
  geom_text(
    data = rows,
    aes(
      x = .data$x, y = .data$y, label = .data$label, hjust = .data$hjust, size = .data$size,
      fontface = .data$face, colour = .data$colour
    ),
    lineheight = 1
  )
}

#' Places of the entries of a key, in lines of at most `width` inches: a mark of 0.28 and the words.
key_places <- function(words, width) {
  wide <- text_width(words, text_sizes[["small"]]) + 0.48
  x <- line <- numeric(length(words))
  at <- 0
  for (i in seq_along(words)) {
    new_line <- i > 1 && at + wide[i] - 0.15 > width
    if (new_line) at <- 0
    line[i] <- max(line, 1) + new_line
    x[i] <- at
    at <- at + wide[i]
  }
  data.frame(x = x, line = line)
}

#' Which texts along a line fit beside each other, those of high `priority` first.
#'
#' @param x,wide centres and widths in inches.
fits_beside <- function(x, wide, priority = rev(seq_along(x)), gap = 0.05) {
  shown <- rep(FALSE, length(x))
  for (i in order(-priority)) {
    near <- which(shown)
    shown[i] <- all(abs(x[near] - x[i]) >= (wide[near] + wide[i]) / 2 + gap)
  }
  shown
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

#' A number in few digits: 0.003, 16, 1e-05.
short_number <- function(x, digits = 3) {
  vapply(signif(x, digits), function(one) {
    if (is.na(one)) return("")
    far <- one != 0 && (abs(one) < 1e-4 || abs(one) >= 1e5)
    format(one, scientific = far, digits = digits)
  }, character(1))
}

#' A finished figure: the plot and the size in inches at which its text fits.
figure <- function(plot, width, height) list(plot = plot, width = width, height = height)

#' Writes a figure as SVG or PNG, by the ending of the file's name.
#'
#' @param built of `ggplot_build()`, which takes half of the time and is the same for both.
save_figure <- function(figure, file, resolution = 160, built = ggplot_build(figure$plot)) {
  force(built)
  dir.create(dirname(file), recursive = TRUE, showWarnings = FALSE)
  if (grepl("\\.svg$", file)) {
    svglite::svglite(file, width = figure$width, height = figure$height, bg = ink[["paper"]])
  } else {
    ragg::agg_png(
      file, width = figure$width, height = figure$height, units = "in", res = resolution,
      background = ink[["paper"]]
    )
  }
  on.exit(grDevices::dev.off())
  grid::grid.draw(ggplot_gtable(built))
  invisible(file)
}

#' Draws the figures that the outputs name.
#'
#' @param data see `read_figure_data()`.
#' @param output paths by name: `<figure>_svg` and `<figure>_png`; `draw_<figure>(data)` in
#'   figure_<figure>.R returns a `figure()`.
draw_figures <- function(data, output) {
  # Snakemake lists named outputs a second time without their names.
  outputs <- setdiff(names(output), "")
  for (name in unique(sub("_(svg|png)$", "", outputs))) {
    drawn <- match.fun(paste0("draw_", name))(data)
    built <- ggplot_build(drawn$plot)
    for (ending in c("svg", "png")) {
      save_figure(drawn, output[[paste0(name, "_", ending)]], built = built)
    }
  }
}
