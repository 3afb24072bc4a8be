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
  draw_variants(
    variant_rows(rows, rows$part),
    words = list(
      title = finding(data, "layers"),
      subtitle = paste0(
        data$dataset, ": ",
        if (several) paste0(plural(length(parts), "layer"), ", each") else parts,
        " alone and all ", if (several) "" else "layers ", "together in the same ",
        plural(variant_pairs(rows), "split"), ". ", better_words(info),
        " Models sorted by all layers."
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
      differences = variant_axis("All minus alone", "the others help", info)
    ),
    info
  )
}
