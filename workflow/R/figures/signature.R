# Which features do the models agree on? The top of the consensus, and how stable each model's own
# features are (stability.R).

use("theme", "text", "canvas", "metric_info", "figure_data", "variants")

# Inches: height of a row, widths of the bar of splits, of a tile and of the panel of losses.
signature_row <- 0.27
signature_widths <- c(bar = 0.75, tile = 0.42, losses = 2.9)
# With more models the tiles are narrow and have no numbers, so that the page can hold them.
signature_many <- c(models = 20, tile = 0.15)
signature_top <- 20

#' What the figures of the features show of one data set.
#'
#' @param files list of the paths signature, ranks, shuffled and stability, each with all data sets.
#' @param models all models as `language/name`; results of others are left out.
#' @return list of data.frames: features (feature, selected_share: the first of the consensus),
#'   ranks (model, language, feature, mean_rank), shuffled (model, language, feature, drop, sd,
#'   n_splits; the feature is empty for all together) and stability (model, language, stability,
#'   ci_low, ci_high, n_splits, mean_selected).
read_signature <- function(files, dataset, models) {
  models <- clean_text(unlist(models))
  read <- function(name, text, numbers) {
    table <- read_columns(files[[name]], c("dataset", text), numbers)
    table <- table[table$dataset == dataset, , drop = FALSE]
    if ("feature" %in% text) {
      table$feature <- clean_text(table$feature)
      table$feature[is.na(table$feature)] <- ""
    }
    if ("model" %in% text) {
      table$model <- clean_text(paste0(table$language, "/", table$model, recycle0 = TRUE))
      table$language <- language_label(table$language)
      table <- table[table$model %in% models, , drop = FALSE]
      table <- table[order(match(table$model, models)), , drop = FALSE]
    }
    table
  }
  of_model <- c("language", "model")
  features <- read("signature", "feature", c("rank", "score", "selected_share"))
  list(
    features = utils::head(features[order(features$rank), , drop = FALSE], signature_top),
    ranks = read("ranks", c(of_model, "feature"), "mean_rank"),
    shuffled = read("shuffled", c(of_model, "feature"), c("drop", "sd", "n_splits")),
    stability = read(
      "stability", of_model, c("stability", "ci_low", "ci_high", "n_splits", "mean_selected")
    )
  )
}

#' The title: how many of the top features every split selects, and what they are worth together.
signature_finding <- function(tables, info) {
  n <- nrow(tables$features)
  if (n == 0) return("No split has selected a feature")
  always <- sum(tables$features$selected_share == 1)
  first <- if (always == n) {
    paste("All", plural(n, "top feature"), "are selected in every split")
  } else {
    paste(always, "of the", plural(n, "top feature"), "are selected in every split")
  }
  together <- tables$shuffled$drop[tables$shuffled$feature == ""]
  if (length(together) == 0) return(first)
  decimals <- metric_decimals(together, info)
  worth <- paste(unique(format_value(range(together), decimals)), collapse = " to ")
  costs <- if (max(together) < 0.5 * 10^-decimals) {
    "costs nothing"
  } else if (info$higher_is_better) {
    paste("costs", worth, "of", info$label)
  } else {
    paste("raises", info$label, "by", worth)
  }
  paste0(first, "; shuffling them all ", costs)
}

#' Draws the top features: how often they are selected, their rank in each model, and what shuffling
#' them costs. `data$signature`: see `read_signature()`.
draw_signature <- function(data) {
  info <- metric_info(data$metric)
  tables <- data$signature
  n <- nrow(tables$features)
  ranks <- tables$ranks[tables$ranks$feature %in% tables$features$feature, , drop = FALSE]
  models <- unique(ranks$model)
  shuffled <- tables$shuffled
  together <- shuffled[shuffled$feature == "", , drop = FALSE]
  alone <- shuffled[shuffled$feature %in% tables$features$feature, , drop = FALSE]
  words <- signature_words(tables, ranks, together, data, info)
  if (n == 0) {
    return(canvas_figure(canvas(6, 0.3, words$title, words$subtitle, words$caption), 6, 0.3))
  }
  y <- 0.75 + signature_row * (n - seq_len(n) + 0.5)
  names(y) <- tables$features$feature
  labels <- shorten(tables$features$feature, 2.4, text_sizes[["axis"]])
  bar <- max(text_width(labels, text_sizes[["axis"]])) + 0.2
  tiles <- bar + signature_widths[["bar"]] + 0.65
  wide <- signature_tile(models)
  panel <- tiles + wide * length(models) + if (length(models) > 0) 0.35 else 0
  top <- 0.75 + signature_row * n
  heads <- shorten(models, 2.2, text_sizes[["axis"]])
  heights <- c(0.45, text_width(heads, text_sizes[["axis"]]) + 0.2)
  if (nrow(together) > 0) heights <- c(heights, 0.22 * nrow(together) + 0.3)
  height <- top + max(heights)
  keys <- signature_key(together, info, n)
  width <- panel
  if (nrow(alone) > 0) {
    words_width <- text_width(keys, text_sizes[["small"]]) + 0.3
    width <- width + max(signature_widths[["losses"]], words_width)
  }
  width <- max(width, 6)
  plot <- canvas(width, height, words$title, words$subtitle, words$caption) +
    signature_bars(tables$features, y, bar) +
    signature_tiles(ranks, y, models, tiles) +
    signature_losses(alone, together, y, panel, width - panel, top, info) +
    canvas_text(rbind(
      text_rows(0, y, labels, size = text_sizes[["axis"]]),
      text_rows(bar, top + 0.2, "selected", colour = ink[["soft"]]),
      text_rows(
        panel + 0.25, key_y(together, top), keys,
        colour = unname(language_colours[together$language])
      )
    )) +
    (if (length(models) > 0) {
      annotate(
        "text", x = tiles + wide * (seq_along(models) - 0.5), y = top + 0.1,
        label = heads, angle = 90, hjust = 0, size = text_sizes[["axis"]] / .pt,
        colour = unname(language_colours[ranks$language[match(models, ranks$model)]])
      )
    })
  canvas_figure(plot, width, height)
}

signature_words <- function(tables, ranks, together, data, info) {
  models <- length(unique(ranks$model))
  order <- if (models == 0) {
    "No model has importances of its own: features sorted by how often they are selected."
  } else {
    paste0(
      "Sorted by the mean rank of their importance over ", plural(models, "model"), " that ",
      if (models == 1) "has one" else "have one", ". Tiles: mean rank over splits in each, ",
      if (models > signature_many[["models"]]) "the darker the nearer to 1, " else "1 ",
      "the most important."
    )
  }
  caption <- c(
    if (models > 0) {
      paste(
        "A feature that a model does not use in a split stands behind all that were selected",
        "there."
      )
    },
    if (nrow(together) > 0) {
      paste0(
        "Shuffled: among the test samples of ", plural(max(together$n_splits), "split"), ", for ",
        "the best model of each language; mean and standard deviation over splits. Where features ",
        "say the same, each alone costs little."
      )
    }
  )
  list(
    title = signature_finding(tables, info), subtitle = paste0(describe_data(data), ". ", order),
    caption = paste(caption, collapse = " ")
  )
}

key_y <- function(together, top) top + 0.2 + 0.22 * (rev(seq_len(nrow(together))) - 1)

# What all features together cost the best model of each language.
signature_key <- function(together, info, n) {
  decimals <- metric_decimals(together$drop, info)
  spread <- paste(" \u00b1", format_value(together$sd, decimals), recycle0 = TRUE)
  spread[is.na(together$sd)] <- ""
  value <- format_value(together$drop, decimals)
  paste0(together$model, ", all ", n, ": ", value, spread, recycle0 = TRUE)
}

#' How often each feature is selected: a bar and its number.
signature_bars <- function(features, y, from) {
  wide <- signature_widths[["bar"]]
  share <- features$selected_share
  # One split less than all is not 100 %.
  percent <- ifelse(share < 1, pmin(99, round(100 * share)), 100)
  list(
    annotate(
      "rect", xmin = from, xmax = from + wide, ymin = y - 0.07, ymax = y + 0.07,
      fill = ink[["band"]]
    ),
    annotate(
      "rect", xmin = from, xmax = from + wide * share, ymin = y - 0.07, ymax = y + 0.07,
      fill = ink[["soft"]]
    ),
    canvas_text(text_rows(from + wide + 0.07, y, paste(percent, "%")))
  )
}

#' Width of a tile in inches.
signature_tile <- function(models) {
  many <- length(models) > signature_many[["models"]]
  if (many) signature_many[["tile"]] else signature_widths[["tile"]]
}

#' Ranks as tiles of the language's colour, the stronger the nearer to 1.
signature_tiles <- function(ranks, y, models, from) {
  if (nrow(ranks) == 0) return(NULL)
  wide <- signature_tile(models)
  strength <- 1 - log(ranks$mean_rank) / log(max(ranks$mean_rank, 2))
  colour <- mapply(function(language, share) {
    ramp <- grDevices::colorRamp(c(ink[["paper"]], language_colours[[language]]))
    grDevices::rgb(ramp(share) / 255)
  }, ranks$language, 0.05 + 0.95 * strength)
  x <- from + wide * (match(ranks$model, models) - 0.5)
  at <- unname(y[ranks$feature])
  number <- short_number(ranks$mean_rank, ifelse(ranks$mean_rank < 10, 2, 3))
  number[ranks$mean_rank >= 10] <- round(ranks$mean_rank[ranks$mean_rank >= 10])
  if (length(models) > signature_many[["models"]]) number[] <- ""
  list(
    annotate(
      "rect", xmin = x - wide / 2 + 0.015, xmax = x + wide / 2 - 0.015,
      ymin = at - signature_row / 2 + 0.015, ymax = at + signature_row / 2 - 0.015,
      fill = unname(colour)
    ),
    canvas_text(text_rows(
      x, at, number, hjust = 0.5, colour = ifelse(strength > 0.6, ink[["paper"]], ink[["strong"]])
    ))
  )
}

#' What shuffling each feature costs, the languages one above the other in a row.
signature_losses <- function(alone, together, y, from, wide, top, info) {
  if (nrow(alone) == 0) return(NULL)
  sd <- ifelse(is.na(alone$sd), 0, alone$sd)
  # Room for the last tick's number, and no axis finer than the numbers above it.
  least <- c(-2, 2) * 10^-metric_decimals(together$drop, info)
  wide <- wide - 0.25
  scale <- inch_scale(c(alone$drop - sd, alone$drop + sd, least), from, wide, zero = TRUE)
  languages <- unique(alone$language)
  shift <- if (length(languages) == 1) 0 else c(Python = 0.06, R = -0.06)[alone$language]
  at <- unname(y[alone$feature] + shift)
  colour <- unname(language_colours[alone$language])
  axis <- paste(if (info$higher_is_better) "Loss of" else "Increase of", info$label, "if shuffled")
  list(
    variant_grid(scale, top),
    annotate(
      "segment", x = scale$at(0), xend = scale$at(0), y = 0.75, yend = top, linewidth = 0.6,
      colour = ink[["soft"]]
    ),
    annotate(
      "segment", x = scale$at(alone$drop - sd), xend = scale$at(alone$drop + sd), y = at, yend = at,
      colour = colour, linewidth = 0.6, alpha = 0.6
    ),
    annotate(
      "point", x = scale$at(alone$drop), y = at, colour = colour, size = 1.9,
      shape = unname(language_shapes[alone$language])
    ),
    annotate(
      "point", x = from + 0.1, y = key_y(together, top), size = 2.2,
      colour = unname(language_colours[together$language]),
      shape = unname(language_shapes[together$language])
    ),
    canvas_text(rbind(
      text_rows(scale$at(scale$ticks), 0.62, short_number(scale$ticks), hjust = 0.5),
      text_rows(from + wide / 2, 0.34, axis, hjust = 0.5, size = text_sizes[["axis"]])
    ))
  )
}
