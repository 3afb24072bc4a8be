# How much do models gain if samples of a group may stand on both sides of a split?

use("text", "metric_info", "variants")

#' The title: in which models there is evidence that they look better in random folds.
grouping_finding <- function(rows, info, decimals) {
  rows <- rows[is.finite(rows$gap), , drop = FALSE]
  n <- nrow(rows)
  if (n == 0) return(paste("No model has a value of", info$label, "in both kinds of folds"))
  found <- direction(rows$gap, rows$p_value, info$higher_is_better)
  flattered <- sum(found == 1, na.rm = TRUE)
  harmed <- sum(found == -1, na.rm = TRUE)
  sizes <- unique(format_value(range(rows$gap), decimals))
  gaps <- paste0("the gap in ", info$label, " is ", paste(sizes, collapse = " to "))
  if (flattered > 0) {
    paste0(
      "Folds that ignore the groups flatter ", of_models(flattered, n), ": ", gaps,
      if (harmed > 0) paste0(" (", harmed, " the other way)")
    )
  } else if (harmed > 0) {
    paste0(
      "Folds that ignore the groups flatter no model and harm ", of_models(harmed, n), ": ", gaps
    )
  } else {
    paste0(
      "No evidence that folds that ignore the groups flatter ",
      if (n == 1) "the one model" else paste("any of", n, "models"), ": ", gaps
    )
  }
}

#' Draws each model in random and in grouped folds; `data$variants`: see `read_variants()`.
draw_grouping <- function(data) {
  info <- metric_info(data$metric)
  rows <- data$variants[data$variants$kind == "ungrouped", , drop = FALSE]
  # Random minus grouped: how much too good the usual cross-validation looks.
  rows$gap <- -rows$difference
  rows$low <- -rows$ci_high
  rows$high <- -rows$ci_low
  decimals <- metric_decimals(c(rows$estimate, rows$variant_estimate), info)
  count <- suppressWarnings(max(0, rows$n_splits, na.rm = TRUE))
  over_repeats <- all(rows$method == "t_over_repeats")
  draw_variants(
    data.frame(
      model = rows$model, language = rows$language, label = "", mean = rows$estimate,
      other = rows$variant_estimate, difference = rows$gap, low = rows$low, high = rows$high
    ),
    words = list(
      title = grouping_finding(rows, info, decimals),
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
