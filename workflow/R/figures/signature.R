# Which features do the models agree on? The top of the consensus, and how stable each model's own
# features are (stability.R).

use("theme", "text", "metric_info", "figure_data")

# Inches: height of a row, widths of the bar of splits, of a tile and of the panel of losses.
signature_row <- 0.27
signature_widths <- c(bar = 0.75, tile = 0.42, narrow = 0.15, losses = 2.9)
# With more models the tiles are narrow and have no numbers, so that the page can hold them.
signature_many <- 20
signature_top <- 20

#' What the figures of the features show of one data set.
#'
#' @param files list of the paths signature, feature_ranks, permutation_importance, stability and
#'   feature_labels, each with all data sets.
#' @param models all models as `language/name`; results of others are left out.
#' @return list of data.frames: features (feature, label, selected_share: the first of the
#'   consensus; all_selected: whether each split uses every feature of the data),
#'   ranks (model, language, feature, mean_rank), shuffled (model, language, feature, drop, sd,
#'   n_splits; the feature is empty for all together) and stability (model, language, stability,
#'   ci_low, ci_high, n_splits, mean_selected).
read_signature <- function(files, dataset, models) {
  models <- clean_text(unlist(models))
  read <- function(name, text, numbers) {
    table <- read_models(files[[name]], dataset, models, text, numbers)
    table$language <- language_label(table$language)
    table[text] <- lapply(table[text], function(names) ifelse(is.na(names), "", clean_text(names)))
    table[order(match(table$model, models)), , drop = FALSE]
  }
  features <- read_columns(
    files[["signature"]], c("dataset", "feature"), c("rank", "score", "selected_share")
  )
  features <- features[features$dataset == dataset, , drop = FALSE]
  features$label <- feature_labels(files[["feature_labels"]], dataset, features$feature)
  features$feature <- clean_text(features$feature)
  features$all_selected <- rep(all(features$selected_share == 1), nrow(features))
  list(
    features = utils::head(features[order(features$rank), , drop = FALSE], signature_top),
    ranks = read("feature_ranks", "feature", "mean_rank"),
    shuffled = read("permutation_importance", "feature", c("drop", "sd", "n_splits")),
    stability = read(
      "stability", character(), c("stability", "ci_low", "ci_high", "n_splits", "mean_selected")
    )
  )
}

#' Names of features for a figure: 'ABL1 (39730_at)' where one has a label, else its name.
feature_labels <- function(path, dataset, features) {
  known <- read_columns(path, c("dataset", "feature", "label"), character())
  known <- known[known$dataset == dataset, , drop = FALSE]
  label <- known$label[match(features, known$feature)]
  clean_text(ifelse(is.na(label), features, sprintf("%s (%s)", label, features)))
}

#' The title: how many of the top features every split selects, and what they are worth together.
signature_finding <- function(tables, info) {
  n <- nrow(tables$features)
  if (n == 0) return("No split has selected a feature")
  always <- sum(tables$features$selected_share == 1)
  first <- if (all(tables$features$all_selected)) {
    "No selection: every split uses all features"
  } else if (always == n) {
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
  names <- tables$features$feature
  ranks <- tables$ranks[tables$ranks$feature %in% names, , drop = FALSE]
  together <- tables$shuffled[tables$shuffled$feature == "", , drop = FALSE]
  alone <- tables$shuffled[tables$shuffled$feature %in% names, , drop = FALSE]
  words <- signature_words(tables, ranks, together, data, info)
  if (length(names) == 0) return(words_figure(words$title, words$subtitle, words$caption))
  models <- unique(ranks$model)
  tile <- signature_widths[[if (length(models) > signature_many) "narrow" else "tile"]]
  losses <- loss_axis(alone, together, info)
  key <- signature_key(together, info, length(names))
  axis <- paste(if (info$higher_is_better) "Loss of" else "Increase of", info$label, "if shuffled")
  panels <- c(selected = "selected", ranks = "mean rank", losses = axis)
  place <- function(rows, panel) {
    rows$panel <- factor(rep(panel, nrow(rows)), names(panels))
    rows$y <- factor(rows$feature, rev(names))
    rows
  }
  # The names of the models stand above their tiles, in a part of the panels above the first row.
  heads <- shorten(models, 2.2, text_sizes[["axis"]])
  above <- max(0, text_width(heads, text_sizes[["axis"]]) + 0.1)
  labels <- shorten(tables$features$label, 2.4, text_sizes[["axis"]])
  plot <- ggplot(mapping = aes(y = .data$y)) +
    signature_bars(place(tables$features, "selected")) +
    signature_tiles(place(ranks, "ranks"), models, tile, heads) +
    signature_losses(place(alone, "losses"), losses) +
    facet_grid(
      cols = vars(.data$panel), scales = "free_x", space = "free_x", switch = "x",
      labeller = as_labeller(panels)
    ) +
    signature_scales(losses, together$language, key) +
    scale_y_discrete(
      labels = rev(labels), expand = expansion(add = c(0.5, 0.5 + above / signature_row))
    ) +
    labs(x = NULL, y = NULL) +
    model_rows(0.1, panel.spacing.x = unit(0.1, "inches"))
  inches <- 1.8 + tile * length(models) + (nrow(alone) > 0) * signature_widths[["losses"]]
  worded_figure(
    plot, max(text_width(labels, text_sizes[["axis"]])) + 0.4 +
      max(inches, sum(text_width(key, text_sizes[["axis"]]) + 0.4)),
    1.2 + signature_row * length(names) + above, words$title, words$subtitle, words$caption
  )
}

#' Scales of the three panels; key: what all features together cost, by language.
signature_scales <- function(losses, languages, key) {
  list(
    scale_x_continuous(
      breaks = losses$at(losses$ticks), labels = short_number(losses$ticks), expand = c(0, 0)
    ),
    scale_colour_manual(values = language_colours, breaks = languages, labels = key),
    scale_shape_manual(values = language_shapes, breaks = languages, labels = key),
    scale_fill_manual(values = language_colours, guide = "none"),
    scale_alpha_identity()
  )
}

signature_words <- function(tables, ranks, together, data, info) {
  models <- length(unique(ranks$model))
  order <- if (models == 0) {
    "No model has importances of its own: features sorted by how often they are selected."
  } else {
    paste0(
      "Sorted by the mean rank of their importance over ", plural(models, "model"), " that ",
      if (models == 1) "has one" else "have one", ". Tiles: mean rank over splits in each, ",
      if (models > signature_many) "the darker the nearer to 1, " else "1 ",
      "the most important."
    )
  }
  caption <- c(
    if (models > 0) {
      paste(
        "A feature that a model does not use in a split ranks behind all that were selected",
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

# What all features together cost the best model of each language.
signature_key <- function(together, info, n) {
  decimals <- metric_decimals(together$drop, info)
  spread <- paste(" \u00b1", format_value(together$sd, decimals), recycle0 = TRUE)
  spread[is.na(together$sd)] <- ""
  value <- format_value(together$drop, decimals)
  paste0(together$model, ", all ", n, ": ", value, spread, recycle0 = TRUE)
}

#' How often each feature is selected: a bar and its number, which is 100 % only if in all splits.
signature_bars <- function(rows) {
  rows$percent <- ifelse(rows$selected_share < 1, pmin(99, round(100 * rows$selected_share)), 100)
  bar <- signature_widths[["bar"]]
  list(
    geom_col(aes(x = bar), rows, width = 0.5, fill = ink[["band"]]),
    geom_col(aes(x = bar * .data$selected_share), rows, width = 0.5, fill = ink[["soft"]]),
    geom_text(
      aes(label = paste(.data$percent, "%")), rows, x = bar + 0.07, hjust = 0,
      size = text_sizes[["small"]] / .pt, colour = ink[["strong"]]
    ),
    geom_blank(aes(x = bar + 0.55), rows)
  )
}

#' Ranks as tiles of the language's colour, the stronger the nearer to 1.
signature_tiles <- function(rows, models, tile, heads) {
  if (nrow(rows) == 0) return(NULL)
  rows$x <- tile * (match(rows$model, models) - 0.5)
  strength <- 1 - log(rows$mean_rank) / log(max(rows$mean_rank, 2))
  rows$strength <- 0.05 + 0.95 * strength
  digits <- ifelse(rows$mean_rank < 10, 2, nchar(round(rows$mean_rank)))
  rows$number <- if (length(models) > signature_many) "" else short_number(rows$mean_rank, digits)
  first <- rows[match(models, rows$model), , drop = FALSE]
  list(
    geom_tile(
      aes(.data$x, fill = .data$language, alpha = .data$strength), rows, width = tile,
      colour = ink[["paper"]], linewidth = 0.8
    ),
    geom_text(
      aes(.data$x, label = .data$number), rows, size = text_sizes[["small"]] / .pt,
      colour = ink_on(language_colours[rows$language], rows$strength)
    ),
    geom_text(
      aes(.data$x), first, y = length(levels(rows$y)) + 0.7, label = heads, angle = 90, hjust = 0,
      size = text_sizes[["axis"]] / .pt, colour = language_colours[first$language]
    )
  )
}

#' The axis of losses: `at(values)` in inches, beyond those of the other panels, and its ticks.
loss_axis <- function(alone, together, info) {
  # No finer than the numbers in the key.
  least <- if (nrow(together) > 0) c(-2, 2) * 10^-metric_decimals(together$drop, info)
  spread <- ifelse(is.na(alone$sd), 0, alone$sd)
  limits <- range(0, alone$drop - spread, alone$drop + spread, least)
  inch <- diff(limits) / (signature_widths[["losses"]] - 0.4)
  list(
    at = function(values) 100 + values / inch,
    ticks = pretty(limits, 4), limits = limits + c(-0.2, 0.2) * inch
  )
}

#' What shuffling each feature costs, the languages one above the other in a row.
signature_losses <- function(rows, axis) {
  if (nrow(rows) == 0) return(NULL)
  rows$sd[is.na(rows$sd)] <- 0
  rows$group <- match(rows$language, rev(names(language_colours)))
  side <- position_dodge(0.45)
  list(
    geom_blank(aes(x = axis$at(rep_len(axis$limits, nrow(rows)))), rows),
    geom_vline(aes(xintercept = axis$at(0)), rows[1, ], linewidth = 0.6, colour = ink[["soft"]]),
    geom_linerange(
      aes(
        xmin = axis$at(.data$drop - .data$sd), xmax = axis$at(.data$drop + .data$sd),
        colour = .data$language, group = .data$group
      ), rows, position = side, linewidth = 0.6, alpha = 0.6, show.legend = FALSE
    ),
    geom_point(
      aes(
        axis$at(.data$drop), colour = .data$language, shape = .data$language, group = .data$group
      ), rows, position = side, size = 1.9
    )
  )
}
