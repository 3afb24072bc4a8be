# How much do models gain if samples of a group may stand on both sides of a split?

use("text", "metric_info", "variants")

#' Draws each model in random and in grouped folds; `data$variants`: see `read_variants()`.
draw_grouping <- function(data) {
  info <- metric_info(data$metric)
  rows <- data$variants[data$variants$kind == "ungrouped", , drop = FALSE]
  count <- variant_pairs(rows)
  over_repeats <- all(rows$method == "t_over_repeats")
  draw_variants(
    # Random minus grouped: how much too good the usual cross-validation looks.
    variant_rows(rows, sign = -1),
    words = list(
      title = finding(data, "grouping"),
      subtitle = paste0(
        data$dataset, ", ",
        if (over_repeats) paste(plural(count, "repeat"), "of each") else plural(count, "group"),
        ". ", better_words(info), " Models sorted by grouped folds."
      ),
      caption = paste(
        variant_intervals(rows),
        if (over_repeats) {
          "They show the variation due to splitting these samples, not between subjects."
        },
        "Baselines are left out."
      ),
      mean = "groups kept together", other = "groups ignored",
      means = variant_value(rows, info),
      differences = variant_axis("Ignored minus kept", "optimistic", info)
    ),
    info
  )
}
