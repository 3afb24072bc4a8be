# What is taken for what: the confusion matrix of each model.

use("theme", "text", "figure_data", "panels")

# Inches: height of a cell, its narrowest and widest width, and the longest label of a row.
confusion_cell <- c(height = 0.42, least = 0.52, most = 0.85, label = 1.2)
# With more classes the cells hold percentages only, or nothing.
confusion_counts <- 6
confusion_percent <- 12

#' Cells of `confusion` in cross-validation with the share of their row.
confusion_shares <- function(confusion) {
  rows <- inside(confusion)
  total <- stats::ave(rows$count, rows$model, rows$truth, FUN = sum)
  rows$share <- ifelse(total > 0, rows$count / total, NA)
  rows$total <- total
  rows
}

#' The title: how the leader does on each of two classes, or on the worst of several.
confusion_finding <- function(cells, ranked) {
  rows <- ranked[!ranked$baseline & ranked$model %in% cells$model, , drop = FALSE]
  if (nrow(rows) == 0) return("No model predicted a sample")
  models <- rows$model[rows$leader]
  if (length(models) == 0) return("No model leads: none has a value on every split")
  cells <- cells[cells$model == models[1] & is.finite(cells$share), , drop = FALSE]
  right <- cells[cells$truth == cells$predicted, , drop = FALSE]
  percent <- function(share) paste(format_value(100 * share, 0), "%")
  if (nrow(right) <= 2) {
    return(paste0(
      models[1], " is right on ",
      paste(percent(right$share), "of", right$truth, collapse = " and ")
    ))
  }
  if (length(unique(percent(right$share))) == 1) {
    return(paste(models[1], "is right on", percent(right$share[1]), "of every class"))
  }
  worst <- right[which.min(right$share), ]
  wrong <- cells[cells$truth == worst$truth & cells$predicted != cells$truth, , drop = FALSE]
  most <- wrong[which.max(wrong$count), ]
  paste0(
    models[1], " is right least often on ", worst$truth, ", ", percent(worst$share),
    if (most$count > 0) paste0("; ", percent(most$share), " of them are called ", most$predicted)
  )
}

#' Draws the confusion matrices; see `draw_roc_pr()`.
draw_confusion <- function(data) {
  ranked <- rank_models(data)
  small <- text_sizes[["small"]]
  cells <- confusion_shares(data$described$confusion)
  classes <- unique(cells$truth)
  if (length(classes) == 0) return(words_figure("No model predicted a sample", describe_data(data)))
  k <- length(classes)
  wide <- max(text_width(classes, small)) + 0.1
  cell <- min(max(wide, confusion_cell[["least"]]), confusion_cell[["most"]])
  if (k > confusion_counts) cell <- 0.42
  if (k > confusion_percent) cell <- 3.6 / k
  tall <- if (k > confusion_percent) cell else confusion_cell[["height"]]
  accuracy <- rank_models(data, "accuracy")
  accuracy <- accuracy[match(ranked$model, accuracy$model), ]
  notes <- ifelse(
    is.finite(accuracy$estimate), paste("accuracy", format_value(accuracy$estimate, 3)), "\u2013"
  )
  truths <- shorten(classes, confusion_cell[["label"]], small)
  facets <- model_facets(
    ranked, list(notes), cells$model, "no predictions", rep((k + 1) / 2, 2), k * cell, k * tall
  )
  cells <- in_panels(cells, ranked)
  share <- ifelse(is.na(cells$share), 0, cells$share)
  percent <- ifelse(is.na(cells$share), "\u2013", paste(format_value(100 * share, 0), "%"))
  counts <- ifelse(cells$count == round(cells$count), format_value(cells$count, 0),
                   format_value(cells$count, 1))
  cells$label <- if (k > confusion_percent) "" else percent
  if (k <= confusion_counts) cells$label <- paste0(counts, "\n", percent)
  cells$ink <- ink_on(kind_colours[cells$kind], share)
  words <- list(
    title = confusion_finding(cells, ranked),
    subtitle = paste0(
      describe_data(data), ". Rows: the truth; columns: the prediction. ",
      "Samples, mean over the repeats, and their share of the row, which is the colour."
    ),
    x = "predicted", y = "true class"
  )
  cells$predicted <- factor(cells$predicted, levels = classes)
  cells$truth <- factor(cells$truth, levels = rev(classes))
  plot <- ggplot(cells, aes(x = .data$predicted, y = .data$truth)) +
    geom_tile(
      aes(fill = .data$kind, alpha = .data$share), colour = ink[["line"]], linewidth = 0.3
    ) +
    geom_text(
      aes(label = .data$label), colour = cells$ink, size = small / .pt, lineheight = 1
    ) +
    kind_scales(ranked, "fill") +
    scale_alpha_identity(na.value = 0) +
    scale_x_discrete(labels = shorten(classes, facets$width / k - 0.04, small), expand = c(0, 0)) +
    scale_y_discrete(labels = rev(truths), expand = c(0, 0))
  facets$layers <- c(facets$layers, list(theme(panel.grid.major = element_blank())))
  panel_figure(plot, facets, words, left = max(text_width(truths, small)) + 0.35)
}
