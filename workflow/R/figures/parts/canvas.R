# A plot in inches, for figures that place their own panels and labels.

use("theme", "text")

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
    theme(axis.text = element_blank(), panel.grid.major = element_blank())
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
