# How much do models gain if samples of a group may stand on both sides of a split?

use("text", "metric_info", "variants")

#' Draws each model in random and in grouped folds; `data$variants`: see `read_variants()`.
draw_grouping <- function(data) {
  info <- metric_info(data$metric)
  rows <- data$variants[data$variants$kind == "ungrouped", , drop = FALSE]
  # Random minus grouped: how much too good the usual cross-validation looks.
  rows$gap <- -rows$difference
  rows$low <- -rows$ci_high
  rows$high <- -rows$ci_low
  count <- suppressWarnings(max(0, rows$n_splits, na.rm = TRUE))
  over_repeats <- all(rows$method == "t_over_repeats")
  draw_variants(
    data.frame(
      model = rows$model, language = rows$language, label = "", mean = rows$estimate,
      other = rows$variant_estimate, difference = rows$gap, low = rows$low, high = rows$high
    ),
    words = list(
      title = finding(data, "grouping"),
      subtitle = paste0(
        data$dataset, ", ",
        if (over_repeats) paste(plural(count, "repeat"), "of each") else plural(count, "group"),
        ". ", capitalise(info$label), ": ",
        if (info$higher_is_better) "higher" else "lower", " is better. Models sorted by grouped ",
        "folds."
      ),
      caption = paste(
        variant_intervals(rows),
        if (over_repeats) {
          "They tell the chance of the splitting of these samples, not that of new subjects."
        },
        "Baselines are left out."
      ),
      mean = "groups kept together", other = "groups ignored",
      means = variant_value(rows, info),
      differences = paste0(
        "Ignored minus kept (", if (info$higher_is_better) "above" else "below",
        " 0: optimistic)"
      )
    ),
    info
  )
}
