# What does the correction for lab batches change? Each model with and without it.

use("text", "metric_info", "variants")

#' Draws each model on corrected and uncorrected values; `data$variants`: see `read_variants()`.
draw_lab_batches <- function(data) {
  info <- metric_info(data$metric)
  rows <- data$variants[data$variants$kind == "uncorrected", , drop = FALSE]
  splits <- suppressWarnings(max(0, rows$n_splits, na.rm = TRUE))
  draw_variants(
    data.frame(
      model = rows$model, language = rows$language, label = "", mean = rows$estimate,
      other = rows$variant_estimate, difference = rows$difference, low = rows$ci_low,
      high = rows$ci_high
    ),
    words = list(
      title = finding(data, "lab_batches"),
      subtitle = paste0(
        data$dataset, ", corrected for lab batches and as it is, in the same ",
        plural(splits, "split"), ". ", capitalise(info$label), ": ",
        if (info$higher_is_better) "higher" else "lower", " is better. Models sorted by corrected ",
        "values."
      ),
      caption = paste(
        variant_intervals(rows),
        "Where lab batch and outcome are associated, uncorrected values can look better by",
        "telling the lab batch. Baselines are left out."
      ),
      mean = "corrected", other = "uncorrected",
      means = variant_value(rows, info),
      differences = paste0(
        "Corrected minus not (", if (info$higher_is_better) "above" else "below",
        " 0: it helps)"
      )
    ),
    info
  )
}
