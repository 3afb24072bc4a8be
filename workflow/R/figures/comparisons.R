# Which differences are more than chance? Every pair of models, as tiles of a square whose rows and
# columns are the models, the best first: the test below the diagonal or, if the posterior is asked
# for, the test above it and the posterior below it.

# Inches: the square without its names, the smallest and largest tile.
pairs_square <- 5.6
pairs_tile <- c(smallest = 0.22, largest = 1.5)

#' Tiles of pairs, and of the values on the diagonal; the middle of a tile is at its column and,
#' downwards, its row.
#'
#' @param wide inches of a tile: numbers stand where there is room for them.
#' @param both whether the posterior has tiles of its own, and the test those above the diagonal.
#' @return list of tiles (left, right, y, verdict, label; shown: whether the number has room), sure
#'   (those with a frame: parts that are at least practically certain or, of the test alone, pairs
#'   that differ and are practically equivalent all the same), and what there is: tested, posterior,
#'   both, blank (pairs without a posterior) and valued (whether the values are shown).
pairs_tiles <- function(scored, pairs, decimals, wide, both = FALSE) {
  n <- nrow(scored)
  # In each pair of places, the first is the better one's.
  places <- which(upper.tri(diag(n)), arr.ind = TRUE)
  compared <- find_pairs(pairs, scored$model[places[, 1]], scored$model[places[, 2]])
  tested <- is.finite(compared$p_adjusted)
  known <- is.finite(compared$p_equivalent)
  verdict <- ifelse(
    compared$different, ifelse(compared$advantage >= 0, "better", "worse"),
    ifelse(compared$equivalent & !both, "equivalent", "open")
  )
  test <- tile_rows(
    places[, if (both) 1 else 2], places[, if (both) 2 else 1],
    ifelse(tested, verdict, "untested"),
    ifelse(tested, format_value(compared$advantage, decimals), "")
  )
  posterior <- if (both) posterior_tiles(places[known, , drop = FALSE], compared[known, ])
  values <- tile_rows(seq_len(n), seq_len(n), "untested", scored$printed)
  all <- rbind(test, values, posterior[names(test)])
  room <- (all$right - all$left) * wide
  all$shown <- text_width(all$label, text_sizes[["small"]]) + 0.06 <= room
  list(
    tiles = all, tested = any(tested), posterior = any(known), both = both,
    sure = if (both) {
      posterior[posterior$share >= practically, ]
    } else {
      test[tested & compared$different & compared$equivalent, ]
    },
    blank = both && any(known) && !all(known), valued = all$shown[nrow(test) + 1]
  )
}

tile_rows <- function(row, column, verdict, label, from = 0, to = 1) {
  data.frame(left = column - 0.5 + from, right = column - 0.5 + to, y = row, verdict, label)
}

#' Three parts of a tile for each pair, as wide as their probabilities, in `share`.
posterior_tiles <- function(places, compared) {
  share <- as.matrix(compared[c("p_better", "p_equivalent", "p_worse")])
  end <- share %*% upper.tri(diag(3), diag = TRUE)
  part <- rep(c("better", "equivalent", "worse"), each = nrow(places))
  tiles <- tile_rows(
    rep(places[, 2], 3), rep(places[, 1], 3), part, format_value(100 * c(share), 0),
    c(end - share), c(end)
  )
  cbind(tiles, share = c(share))
}

#' What a pair in the region of practical equivalence is; rope: its half width in words, or "".
rope_label <- function(rope) {
  if (nzchar(rope)) paste0("practically equivalent (within \u00b1 ", rope, ")") else "equal"
}

#' What the colours mean.
pairs_labels <- function(shown, rope) {
  labels <- c(
    better = "the model ranked higher is better", worse = "the one ranked lower is better",
    open = "no evidence of a difference", equivalent = rope
  )
  labels[names(labels) %in% shown]
}

#' Scales of the colours, see `pairs_labels()`, of frames, and of the marks of the models.
pairs_scales <- function(labels, columns, framed) {
  key <- function(order, ...) guide_legend(order = order, ...)
  list(
    scale_fill_manual(
      values = verdict_colours, breaks = names(labels), labels = unname(labels),
      guide = key(1, ncol = columns, override.aes = list(colour = NA))
    ),
    scale_linewidth_manual(
      values = 0.5, labels = framed,
      guide = key(2, override.aes = list(fill = NA))
    ),
    scale_colour_manual(values = kind_colours, guide = key(3)),
    scale_shape_manual(values = kind_shapes, guide = key(3))
  )
}

#' Tiles with their numbers, in white lines, which do not stand between the parts of one.
pairs_layers <- function(drawn, n) {
  box <- aes(
    xmin = .data$left, xmax = .data$right, ymin = .data$y - 0.5, ymax = .data$y + 0.5,
    fill = .data$verdict
  )
  sure <- utils::modifyList(box, aes(linewidth = "sure"))
  dark <- drawn$tiles$verdict %in% c("better", "worse")
  lines <- seq_len(n + 1) - 0.5
  first <- rep(0.5, n + 1)
  list(
    geom_rect(box, drawn$tiles),
    annotate(
      "segment", x = c(lines, first), xend = c(lines, first + n), y = c(first, lines),
      yend = c(first + n, lines), colour = ink[["paper"]], linewidth = if (n > 20) 0.2 else 0.6
    ),
    geom_rect(sure, drawn$sure, colour = ink[["strong"]]),
    geom_text(
      aes((.data$left + .data$right) / 2, .data$y, label = ifelse(.data$shown, .data$label, "")),
      drawn$tiles, size = text_sizes[["small"]] / .pt,
      colour = ifelse(dark, ink[["paper"]], ink[["strong"]])
    )
  )
}

pairs_subtitle <- function(data, info, tiles) {
  test <- unique(stats::na.omit(data$pairs$test))
  models <- if (tiles$both) c("row's", "column's") else c("column's", "row's")
  paste0(
    describe_data(data), ". Every pair of models in ", info$label, ", the best first",
    if (tiles$tested) {
      paste0(
        if (tiles$both) "; upper right", ": by how much the ", models[1], " model is better than ",
        "the ", models[2], ", with the evidence of a ", paste(test_names[test], collapse = " or "),
        ", adjusted for the number of pairs (Holm)"
      )
    },
    if (tiles$both && tiles$posterior) {
      "; lower left: posterior probability in %, Bayesian correlated t test"
    },
    "."
  )
}

pairs_caption <- function(data, tiles) {
  rows <- rank_models(data)
  unscored <- rows$model[rows$status != "scored"]
  paste(c(
    if (tiles$tested) {
      paste0(
        "Evidence: adjusted p < ", significance, ". No evidence of a difference is not ",
        "equivalence", if (tiles$posterior) {
          paste0(
            ": that is ", if (!tiles$both) {
              paste0("a probability of at least ", 100 * practically, " % of ")
            }, "a difference inside the region of practical equivalence, comparison.rope",
            if (!tiles$both) " (Bayesian correlated t test)"
          )
        }, "."
      )
    },
    if (tiles$valued) "Diagonal: the models' values.",
    if (tiles$blank) "Blank: differences that are the same in all splits have no posterior.",
    if (length(unscored) > 0) {
      paste0("Without a value: ", toString(shorten(unscored, 2.4, text_sizes[["small"]])), ".")
    }
  ), collapse = " ")
}

#' Draws every pair of models; see `read_figure_data()` for `data`.
draw_comparisons <- function(data) {
  info <- metric_info(data$metric)
  rows <- rank_models(data)
  scored <- rows[rows$status == "scored", , drop = FALSE]
  n <- nrow(scored)
  title <- finding(data, "comparisons")
  if (n < 2 || nrow(data$pairs) == 0) return(words_figure(title, describe_data(data)))
  axis <- text_sizes[["axis"]]
  small <- text_sizes[["small"]]
  # Up to 20 models, a tile has room for its number.
  number <- if (n <= 20) max(text_width(scored$printed, small)) + 0.08
  wide <- min(max(pairs_square / n, pairs_tile[["smallest"]], number), pairs_tile[["largest"]])
  high <- min(max(0.62 * wide, pairs_tile[["smallest"]]), 0.4)
  # With few models the key is wider than the square.
  right <- max(0, 5.6 - n * wide)
  names <- shorten(scored$model, 2.4, axis)
  decimals <- metric_decimals(scored$estimate, info)
  drawn <- pairs_tiles(scored, data$pairs, decimals, wide, isTRUE(data$posterior))
  key <- pairs_labels(drawn$tiles$verdict, rope_label(data$rope))
  framed <- if (drawn$both) {
    paste0("probability of at least ", 100 * practically, " %")
  } else {
    paste("both:", rope_label(data$rope))
  }
  columns <- if (any(text_width(key, axis) > 2.8)) 1 else 2
  scored$y <- seq_len(n)
  scored$kind <- factor(scored$kind, intersect(names(kind_colours), scored$kind))
  labels <- paste0(names, "  ", scored$y)
  plot <- ggplot() + pairs_layers(drawn, n) +
    geom_point(
      aes(y = .data$y, colour = .data$kind, shape = .data$kind), scored, x = 0.5 - 0.12 / wide,
      size = 2.4
    ) +
    pairs_scales(key, columns, framed) +
    scale_x_continuous(
      breaks = scored$y, position = if (drawn$both) "top" else "bottom", expand = c(0, 0)
    ) +
    scale_y_reverse(breaks = scored$y, labels = labels, expand = c(0, 0)) +
    coord_cartesian(xlim = c(0.5 - 0.24 / wide, n + 0.5), clip = "off") +
    labs(x = NULL, y = NULL) +
    theme_figure(right) +
    theme(
      legend.position = "top", legend.box = "vertical", legend.box.just = "left",
      legend.spacing.y = unit(0, "pt"), panel.grid.major = element_blank(),
      axis.text.x = element_text(size = if (wide < 0.3) small else axis)
    )
  left <- max(text_width(labels, axis)) + 0.5
  height <- n * high + 1.1 + 0.25 * ceiling(length(key) / columns)
  worded_figure(
    plot, left + n * wide + right, height, title, pairs_subtitle(data, info, drawn),
    pairs_caption(data, drawn)
  )
}
