# What all figures share: colours, theme, files.

library(ggplot2)

use("text", "colours")

# Blue and vermillion are told apart with every common form of colour blindness.
language_colours <- colours("language")
# The shape repeats the colour for print in grey.
language_shapes <- c(Python = 16, R = 15)
language_outlines <- c(Python = 21, R = 22)
ink <- colours("ink")
# Of what knows nothing of the features.
baseline_colour <- colours("baseline")[["baseline"]]
# Kinds of models: a baseline is grey in whatever language.
kind_colours <- c(language_colours, baseline = baseline_colour)
kind_shapes <- c(language_shapes, baseline = 18)
kind_outlines <- c(language_outlines, baseline = 23)
# Of a pair of models: green and brown stay apart with every common form of colour blindness, and
# from the colours of the languages.
verdict_colours <- colours("verdict")
# Steps on the way from a baseline to the best model.
step_colours <- colours("step")

# From always right to always wrong.
wrong_colours <- unname(colours("wrong"))

# Strata that differ from the rest, those without evidence of it, and those that are too small.
subgroup_colours <- c(
  differs = verdict_colours[["worse"]], open = ink[["strong"]], untested = ink[["mark"]]
)

# Groups of predicted risk: green and brown, as above.
risk_colours <- c(low = verdict_colours[["better"]], high = verdict_colours[["worse"]])
risk_lines <- c(low = "42", high = "solid")

language_label <- function(language) {
  labels <- c(python = "Python", r = "R")
  unname(labels[language])
}

# Of what the CPU time of a run went into.
efficiency_colours <- colours("efficiency")

#' The ink, dark or white, with the higher contrast on colours that lie on paper.
#'
#' Contrast is that of WCAG 2, (lighter + 0.05) / (darker + 0.05) of the relative luminances.
#' @param opacity of the colours, from 0 to 1.
ink_on <- function(fill, opacity = 1) {
  mixed <- t(grDevices::col2rgb(fill)) * opacity + 255 * (1 - opacity)
  light <- function(rgb) {
    rgb <- rgb / 255
    linear <- ifelse(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055)^2.4)
    drop(linear %*% c(0.2126, 0.7152, 0.0722)) + 0.05
  }
  dark <- light(t(grDevices::col2rgb(ink[["strong"]])))
  unname(ifelse(1.05 / light(mixed) > light(mixed) / dark, ink[["paper"]], ink[["strong"]]))
}

#' The theme of all figures.
#'
#' @param right room on the right of the panel for numbers, in inches.
theme_figure <- function(right = 0) {
  theme_minimal(base_size = text_sizes[["axis"]]) +
    theme(
      plot.background = element_rect(fill = ink[["paper"]], colour = NA),
      plot.margin = margin(8, 8 + points_per_inch * right, 8, 8),
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

#' Text of the rows at the right of their panel, in the room of `theme_figure(right)`.
#'
#' @param rows data.frame of y, number (the text), and what the panels are made by.
text_beside <- function(rows, size = "axis", colour = "strong", ...) {
  geom_text(
    aes(y = .data$y, label = .data$number), rows, x = Inf, hjust = 0, colour = ink[[colour]],
    size = text_sizes[[size]] / .pt, ...
  )
}

#' Rows in a panel per model, whose name stands at the left of the names of its rows.
model_rows <- function(right, ...) {
  list(
    theme_figure(right),
    theme(
      legend.position = "top", panel.grid.major.y = element_blank(), strip.placement = "outside",
      strip.text = element_text(size = text_sizes[["axis"]], colour = ink[["strong"]]),
      strip.text.y.left = element_text(angle = 0, hjust = 0), ...
    ),
    coord_cartesian(clip = "off")
  )
}

#' A finished figure: the plot and the size in inches at which its text fits.
figure <- function(plot, width, height) list(plot = plot, width = width, height = height)

#' A finished figure with its words, wrapped to its width.
#'
#' @param height inches that the plot takes without them.
#' @param caption NULL for none.
worded_figure <- function(plot, width, height, title, subtitle, caption = NULL) {
  room <- width - 0.3
  title <- wrap_title(title, room)
  subtitle <- wrap(subtitle, room, text_sizes[["subtitle"]])
  height <- height + text_height(title, "title") + text_height(subtitle, "subtitle")
  if (!is.null(caption)) {
    caption <- wrap(caption, room, text_sizes[["small"]])
    height <- height + text_height(caption, "small")
  }
  figure(plot + labs(title = title, subtitle = subtitle, caption = caption), width, height)
}

#' A figure of words alone, where the data have none to draw.
words_figure <- function(...) worded_figure(ggplot() + theme_figure(), 7.2, 0.3, ...)

#' Writes a figure as SVG, PDF or PNG, by the ending of each file's name.
#'
#' Most of the time is that of the layout, which is made once, with the first file's device.
#' @param files one or more paths.
save_figure <- function(figure, files, resolution = 160) {
  built <- ggplot_build(figure$plot)
  table <- NULL
  for (file in files) {
    dir.create(dirname(file), recursive = TRUE, showWarnings = FALSE)
    if (grepl("\\.svg$", file)) {
      svglite::svglite(file, width = figure$width, height = figure$height, bg = ink[["paper"]])
    } else if (grepl("\\.pdf$", file)) {
      # With the fonts in it, as publishers want.
      grDevices::cairo_pdf(file, figure$width, figure$height, bg = ink[["paper"]])
    } else {
      ragg::agg_png(
        file, width = figure$width, height = figure$height, units = "in", res = resolution,
        background = ink[["paper"]]
      )
    }
    tryCatch({
      if (is.null(table)) table <- ggplot_gtable(built)
      grid::grid.draw(table)
    }, finally = grDevices::dev.off())
    # svglite does not say that the disk is full.
    if (grepl("\\.svg$", file) && !grepl("</svg>", utils::tail(c("", readLines(file)), 1))) {
      stop(sprintf("could not write %s", file))
    }
  }
  invisible(files)
}

#' Names of the figures that outputs name, as `<figure>_svg`, `<figure>_pdf` and `<figure>_png`.
names_of_figures <- function(output) {
  # Snakemake lists named outputs a second time without their names.
  unique(sub("_(svg|pdf|png)$", "", setdiff(names(output), "")))
}

#' Draws the figures that the outputs name.
#'
#' @param data see `read_figure_data()`.
#' @param output paths by name, see `names_of_figures()`; `draw_<figure>(data)` in
#'   figures/<figure>.R returns a `figure()`.
draw_figures <- function(data, output) {
  for (name in names_of_figures(output)) {
    drawn <- match.fun(paste0("draw_", name))(data)
    files <- intersect(paste0(name, c("_svg", "_pdf", "_png")), names(output))
    save_figure(drawn, unlist(output[files]))
  }
}
