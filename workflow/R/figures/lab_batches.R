# What does the correction for lab batches change? Each model with and without it.

use("text", "metric_info", "variants")

#' Draws each model on corrected and uncorrected values; `data$variants`: see `read_variants()`.
draw_lab_batches <- function(data) {
  info <- metric_info(data$metric)
  rows <- data$variants[data$variants$kind == "uncorrected", , drop = FALSE]
  draw_variants(
    variant_rows(rows),
    words = list(
      title = finding(data, "lab_batches"),
      subtitle = paste0(
        data$dataset, ", corrected for lab batches and as it is, in the same ",
        plural(variant_pairs(rows), "split"), ". ", better_words(info),
        " Models sorted by corrected values."
      ),
      caption = paste(
        variant_intervals(rows),
        "Where lab batch and outcome are associated, uncorrected values can look better by",
        "telling the lab batch. Baselines are left out."
      ),
      mean = "corrected", other = "uncorrected",
      means = variant_value(rows, info),
      differences = variant_axis("Corrected minus not", "it helps", info)
    ),
    info
  )
}
