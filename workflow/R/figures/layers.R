# Does adding a layer help? Each model on all layers together and on each layer alone.

use("text", "metric_info", "variants")

#' Draws each model on all layers and on each alone; `data$variants`: see `read_variants()`.
draw_layers <- function(data) {
  info <- metric_info(data$metric)
  rows <- data$variants[data$variants$kind == "layer", , drop = FALSE]
  rows <- rows[order(match(rows$model, unique(rows$model)), rows$variant_estimate *
                       if (info$higher_is_better) -1 else 1), , drop = FALSE]
  parts <- unique(rows$part)
  several <- length(parts) != 1
  splits <- suppressWarnings(max(0, rows$n_splits, na.rm = TRUE))
  draw_variants(
    data.frame(
      model = rows$model, language = rows$language, label = rows$part, mean = rows$estimate,
      other = rows$variant_estimate, difference = rows$difference, low = rows$ci_low,
      high = rows$ci_high
    ),
    words = list(
      title = finding(data, "layers"),
      subtitle = paste0(
        data$dataset, ": ",
        if (several) paste0(plural(length(parts), "layer"), ", each") else parts,
        " alone and all ", if (several) "" else "layers ", "together in the same ",
        plural(splits, "split"), ". ", capitalise(info$label), ": ",
        if (info$higher_is_better) "higher" else "lower", " is better. Models sorted by all layers."
      ),
      caption = paste(c(
        variant_intervals(rows),
        if (several) paste(
          "The title compares with each model's best single layer: as this is picked by the same",
          "predictions, all layers look a little worse against it than they are."
        ),
        "Models that ignore the features are left out."
      ), collapse = " "),
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
