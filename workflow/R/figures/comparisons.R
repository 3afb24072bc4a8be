# Which differences are more than chance? Every pair of models, as tiles of a square whose rows and
# columns are the models, the best first: the test above the diagonal, the posterior below it.

# Inches: the square without its names, the smallest and largest tile.
pairs_square <- 5.6
pairs_tile <- c(smallest = 0.22, largest = 1.5)
pairs_rank <- 0.24

#' Tiles in inches above the diagonal (the test), on it (the values) and below it (the posterior).
#'
#' @return list of tiles (left, right, low, high, fill), frames (the same without a fill) and text.
pairs_tiles <- function(scored, pairs, decimals, wide, high) {
  n <- nrow(scored)
  # In each pair of places, the first is the better one's.
  places <- which(upper.tri(diag(n)), arr.ind = TRUE)
  compared <- find_pairs(pairs, scored$model[places[, 1]], scored$model[places[, 2]])
  box <- function(row, column, from = 0, to = 1) {
    data.frame(
      left = (column - 1 + from) * wide, right = (column - 1 + to) * wide, low = (n - row) * high,
      high = (n - row + 1) * high
    )
  }
  tested <- is.finite(compared$p_adjusted)
  verdict <- ifelse(!compared$different, "open", ifelse(compared$advantage >= 0, "better", "worse"))
  upper <- box(places[, 1], places[, 2])
  upper$fill <- verdict_colours[ifelse(tested, verdict, "untested")]
  upper$label <- ifelse(tested, format_value(compared$advantage, decimals), "")

  known <- is.finite(compared$p_equivalent)
  placed <- places[known, , drop = FALSE]
  posterior <- compared[known, c("p_better", "p_equivalent", "p_worse"), drop = FALSE]
  ends <- c(posterior[[1]], posterior[[1]] + posterior[[2]])
  edges <- matrix(c(rep(0, sum(known)), ends, rep(1, sum(known))), ncol = 4)
  lower <- do.call(rbind, lapply(1:3, function(i) {
    cbind(
      box(placed[, 2], placed[, 1], edges[, i], edges[, i + 1]),
      fill = rep(verdict_colours[[c("better", "equivalent", "worse")[i]]], nrow(placed)),
      label = format_value(100 * posterior[[i]], 0), sure = posterior[[i]] >= practically
    )
  }))
  values <- cbind(box(seq_len(n), seq_len(n)), fill = ink[["paper"]], label = scored$printed)
  tiles <- rbind(upper, values, lower[names(upper)])
  # Numbers stand where there is room for them.
  shown <- text_width(tiles$label, text_sizes[["small"]]) + 0.06 <= tiles$right - tiles$left
  dark <- tiles$fill %in% verdict_colours[c("better", "worse")]
  list(
    tiles = tiles, verdicts = verdict[tested], frames = lower[lower$sure, , drop = FALSE],
    text = text_rows(
      (tiles$left + tiles$right) / 2, (tiles$low + tiles$high) / 2,
      ifelse(shown, tiles$label, ""), hjust = 0.5,
      colour = ifelse(dark, ink[["paper"]], ink[["strong"]])
    ),
    tested = any(tested), posterior = any(known), blank = any(known) && !all(known),
    valued = shown[nrow(upper) + 1]
  )
}

#' The two keys: what the colours mean above and below the diagonal; y downwards from 0.
pairs_key <- function(tiles, width, rope) {
  lines <- list(
    if (tiles$tested) {
      list(
        head = "Upper right, by how much the row's model is better than the column's:",
        words = c(
          better = "evidence of a difference", worse = "evidence of the opposite",
          open = "no evidence of a difference"
        )[intersect(c("better", "worse", "open"), tiles$verdicts)]
      )
    },
    if (tiles$posterior) {
      list(
        head = "Lower left, posterior probability in %:",
        words = c(
          better = "column's model better",
          equivalent = paste0("practically equivalent (", rope, ")"),
          worse = "row's model better",
          framed = if (nrow(tiles$frames) > 0) paste0("framed: at least ", 100 * practically, " %")
        )
      )
    }
  )
  y <- -0.1
  marks <- text <- NULL
  for (line in Filter(Negate(is.null), lines)) {
    key <- key_places(line$words, width)
    key$y <- y - 0.22 * key$line
    key$fill <- c(verdict_colours, framed = ink[["paper"]])[names(line$words)]
    text <- rbind(
      text, text_rows(0, y, line$head, colour = ink[["soft"]]),
      text_rows(key$x + 0.3, key$y, unname(line$words))
    )
    marks <- rbind(marks, key)
    y <- min(key$y) - 0.27
  }
  list(marks = marks, text = text, height = -y - 0.1)
}

pairs_subtitle <- function(data, info, tiles) {
  test <- unique(stats::na.omit(data$pairs$test))
  paste0(
    describe_data(data), ". Every pair of models in ", info$label, ", the best first",
    if (tiles$tested) {
      paste0(
        "; upper right: ", paste(test_names[test], collapse = " or "),
        ", adjusted for the number of pairs (Holm)"
      )
    },
    if (tiles$posterior) "; lower left: Bayesian correlated t test", "."
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
          ": that is a difference inside the region of practical equivalence, comparison.rope"
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
  decimals <- metric_decimals(scored$estimate, info)
  n <- nrow(scored)
  title <- finding(data, "comparisons")
  if (n < 2 || nrow(data$pairs) == 0) {
    return(canvas_figure(canvas(7.2, 0.1, title, describe_data(data), ""), 7.2, 0.1))
  }
  axis <- text_sizes[["axis"]]
  # Up to 20 models, a tile has room for its number.
  number <- if (n <= 20) max(text_width(scored$printed, text_sizes[["small"]])) + 0.08
  wide <- min(max(pairs_square / n, pairs_tile[["smallest"]], number), pairs_tile[["largest"]])
  high <- min(max(0.62 * wide, pairs_tile[["smallest"]]), 0.4)
  names <- paste0(shorten(scored$model, 2.4, axis), ifelse(scored$baseline, " (baseline)", ""))
  left <- max(text_width(names, axis)) + pairs_rank + 0.12
  width <- max(7.2, left + n * wide)
  all <- pairs_tiles(scored, data$pairs, decimals, wide, high)
  key <- pairs_key(all, width, paste0("within \u00b1 ", data$rope))
  height <- n * high + pairs_rank + 0.1 + key$height
  middle <- (n - seq_len(n) + 0.5) * high
  outline <- if (n > 20) 0.2 else 0.6
  all$tiles[c("left", "right")] <- left + all$tiles[c("left", "right")]
  all$frames[c("left", "right")] <- left + all$frames[c("left", "right")]
  all$text$x <- left + all$text$x
  key$marks$y <- height + key$marks$y
  key$text$y <- height + key$text$y
  box <- aes(xmin = .data$left, xmax = .data$right, ymin = .data$low, ymax = .data$high)
  plot <- canvas(
    width, height, title, pairs_subtitle(data, info, all), pairs_caption(data, all)
  ) +
    geom_rect(data = all$tiles, box, fill = all$tiles$fill) +
    # White lines between tiles, not between the parts of one.
    annotate(
      "segment", x = left + wide * (0:n), xend = left + wide * (0:n), y = 0, yend = n * high,
      colour = ink[["paper"]], linewidth = outline
    ) +
    annotate(
      "segment", x = left, xend = left + wide * n, y = high * (0:n), yend = high * (0:n),
      colour = ink[["paper"]], linewidth = outline
    ) +
    geom_rect(
      data = all$frames, box, fill = NA, colour = ink[["strong"]], linewidth = 0.5
    ) +
    geom_rect(
      data = key$marks, aes(
        xmin = .data$x + 0.03, xmax = .data$x + 0.25, ymin = .data$y - 0.07, ymax = .data$y + 0.07,
        fill = .data$fill,
        colour = ifelse(.data$fill == ink[["paper"]], ink[["strong"]], .data$fill)
      ), linewidth = 0.5
    ) +
    canvas_text(rbind(
      all$text, key$text,
      text_rows(
        left - pairs_rank - 0.08, middle, names, 1, axis,
        colour = kind_colours[scored$kind]
      ),
      text_rows(left - 0.08, middle, as.character(seq_len(n)), 1, axis, colour = ink[["soft"]]),
      text_rows(
        left + wide * (seq_len(n) - 0.5), n * high + 0.12, as.character(seq_len(n)), 0.5,
        if (wide < 0.3) text_sizes[["small"]] else axis, colour = ink[["soft"]]
      )
    ))
  canvas_figure(plot, width, height)
}
