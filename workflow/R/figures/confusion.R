# What is taken for what: the confusion matrix of each model.

use("theme", "text", "canvas", "figure_data", "panels")

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
  of <- cells[cells$model == models[1] & is.finite(cells$share), , drop = FALSE]
  right <- of[of$truth == of$predicted, , drop = FALSE]
  percent <- function(share) paste(format_value(100 * share, 0), "%")
  if (nrow(right) <= 2) {
    return(paste0(
      models[1], " is right on ",
      paste(percent(right$share), "of", right$truth, collapse = " and ")
    ))
  }
  worst <- right[which.min(right$share), ]
  wrong <- of[of$truth == worst$truth & of$predicted != of$truth, , drop = FALSE]
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
  layout <- panel_layout(
    ranked, list(notes), cells$model, width = k * cell, height = k * tall,
    left = max(text_width(truths, small)) + 0.15
  )
  cell <- layout$width / k
  panel <- layout$panels[match(cells$model, layout$panels$model), ]
  cells$x <- panel$x + (match(cells$predicted, classes) - 0.5) * cell
  cells$y <- panel$y + (k - match(cells$truth, classes) + 0.5) * tall
  # Mixed with white, as transparency would let the grid shine through.
  share <- ifelse(is.na(cells$share), 0, cells$share)
  tint <- t(grDevices::col2rgb(panel$colour)) * share + 255 * (1 - share)
  cells$fill <- grDevices::rgb(tint, maxColorValue = 255)
  percent <- ifelse(is.na(cells$share), "\u2013", paste(format_value(100 * share, 0), "%"))
  counts <- ifelse(cells$count == round(cells$count), format_value(cells$count, 0),
                   format_value(cells$count, 1))
  cells$label <- if (k > confusion_percent) "" else percent
  if (k <= confusion_counts) cells$label <- paste0(counts, "\n", percent)
  cells$ink <- ifelse(share > 0.85, ink[["paper"]], ink[["strong"]])
  given <- shorten(classes, cell - 0.04, small)
  firsts <- layout$panels[layout$panels$column == 0, , drop = FALSE]
  lowest <- layout$panels[layout$panels$lowest, , drop = FALSE]
  words <- list(
    title = confusion_finding(cells, ranked),
    subtitle = paste0(
      describe_data(data), ". Rows: the truth; columns: the prediction. ",
      "Samples, mean over the repeats, and their share of the row, which is the colour."
    ),
    caption = "",
    x = "predicted \u2192", y = "\u2193 true class"
  )
  layers <- c(
    annotate(
      "rect", xmin = cells$x - cell / 2, xmax = cells$x + cell / 2, ymin = cells$y - tall / 2,
      ymax = cells$y + tall / 2, fill = cells$fill, colour = ink[["line"]], linewidth = 0.3
    ),
    canvas_text(rbind(
      text_rows(cells$x, cells$y, cells$label, hjust = 0.5, colour = cells$ink),
      do.call(rbind, lapply(seq_len(k), function(i) {
        rbind(
          text_rows(firsts$x - 0.06, firsts$y + (k - i + 0.5) * tall, truths[i], hjust = 1),
          text_rows(lowest$x + (i - 0.5) * cell, lowest$y - 0.11, given[i], hjust = 0.5)
        )
      }))
    )),
    panel_gaps(layout, "no predictions")
  )
  panel_figure(layout, layers, words, language_key(layout))
}
