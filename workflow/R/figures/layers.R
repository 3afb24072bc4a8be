# Does adding a layer help? Each model on all layers together and on each layer alone.

use("text", "metric_info", "variants")

#' The title: all layers against each model's best single layer.
#'
#' The best one is picked by the same splits, so that its own value looks too good. The p-values are
#' adjusted for all layers of all models before, so that picking makes no false evidence.
layers_finding <- function(rows, info) {
  rows <- rows[is.finite(rows$difference), , drop = FALSE]
  rows$found <- direction(rows$difference, rows$p_value, info$higher_is_better)
  if (nrow(rows) == 0) {
    return(paste("No model has a value of", info$label, "both on all layers and on one alone"))
  }
  badness <- if (info$higher_is_better) -rows$variant_estimate else rows$variant_estimate
  rows <- rows[order(badness), , drop = FALSE]
  best <- rows[!duplicated(rows$model), , drop = FALSE]
  n <- nrow(best)
  better <- sum(best$found == 1, na.rm = TRUE)
  worse <- sum(best$found == -1, na.rm = TRUE)
  layer <- unique(best$part)
  adding <- if (length(layer) == 1) {
    others <- setdiff(rows$part, layer)
    paste("adding", if (length(others) == 1) others else "the other layers", "to", layer)
  } else {
    "having all layers instead of the best one"
  }
  if (better + worse == 0) {
    of <- if (n > 2) paste("any of", n, "models") else c("the one model", "either model")[n]
    return(paste("No evidence that", adding, "makes a difference to", of))
  }
  parts <- c(
    if (better > 0) paste("helps", of_models(better, n)),
    if (worse > 0) paste(if (better > 0) "and hurts" else "hurts", of_models(worse, n))
  )
  rest <- n - better - worse
  paste0(
    "Evidence that ", adding, " ", paste(parts, collapse = " "),
    if (rest > 0) paste0("; no evidence of a difference in the other ", rest)
  )
}

#' Draws each model on all layers and on each alone; `data$variants`: see `read_variants()`.
draw_layers <- function(data) {
  info <- metric_info(data$metric)
  rows <- data$variants[data$variants$kind == "layer", , drop = FALSE]
  rows <- rows[order(match(rows$model, unique(rows$model)), rows$variant_estimate *
                       if (info$higher_is_better) -1 else 1), , drop = FALSE]
  splits <- suppressWarnings(max(0, rows$n_splits, na.rm = TRUE))
  draw_variants(
    data.frame(
      model = rows$model, language = rows$language, label = rows$part, mean = rows$estimate,
      other = rows$variant_estimate, difference = rows$difference, low = rows$ci_low,
      high = rows$ci_high
    ),
    words = list(
      title = layers_finding(rows, info),
      subtitle = paste0(
        data$dataset, ": ", plural(length(unique(rows$part)), "layer"), ", each alone and all ",
        "together in the same ", plural(splits, "split"), ". ", capitalise(info$label), ": ",
        if (info$higher_is_better) "higher" else "lower", " is better. Models sorted by all layers."
      ),
      caption = paste(
        variant_intervals(rows),
        "The title compares with each model's best single layer: as this is picked by the same",
        "predictions, all layers look a little worse against it than they are. Baselines are left",
        "out."
      ),
      mean = "all layers", other = "this layer alone",
      means = variant_value(rows, info),
      differences = paste0(
        "All minus alone (", if (info$higher_is_better) "above" else "below",
        " 0: the others help)"
      )
    ),
    info
  )
}
