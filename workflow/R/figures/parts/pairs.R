# What comparisons.csv says of pairs of models, and the words for how the leader stands to others.

use("theme", "text", "metric_info", "figure_data")

# A difference has evidence below this adjusted p; a pair is practically equivalent from this
# posterior probability on.
significance <- 0.05
practically <- 0.95

test_names <- c(
  nadeau_bengio = "Nadeau-Bengio corrected resampled t test",
  group_bootstrap = "bootstrap over groups", sample_bootstrap = "bootstrap over samples"
)

#' Tested pairs of one data set's models in cross-validation, each in both directions.
#'
#' @return data.frame of model, other, test, advantage (by how much the model is better; negative:
#'   worse), p_adjusted (Holm) and the posterior probabilities p_better, p_equivalent, p_worse of
#'   the model against the other; NA where a test or the posterior is missing.
read_pairs <- function(file, dataset, models, metric) {
  table <- read_columns(
    file,
    text = c("dataset", "cohort", "metric", "test", "model_a", "model_b"),
    numbers = c("difference", "p_adjusted", "p_a_better", "p_equivalent", "p_b_better")
  )
  a <- clean_text(table$model_a)
  b <- clean_text(table$model_b)
  kept <- table$dataset == dataset & table$cohort == "development" & table$metric == metric &
    a %in% models & b %in% models
  sign <- if (metric_info(metric)$higher_is_better) 1 else -1
  directed <- function(model, other, sign, p_better, p_worse) {
    data.frame(
      model, other, test = table$test, advantage = sign * table$difference,
      p_adjusted = table$p_adjusted, p_better, p_equivalent = table$p_equivalent, p_worse
    )[kept, , drop = FALSE]
  }
  pairs <- rbind(
    directed(a, b, sign, table$p_a_better, table$p_b_better),
    directed(b, a, -sign, table$p_b_better, table$p_a_better)
  )
  # The test and the posterior of a pair are rows of their own.
  tested <- pairs[is.finite(pairs$p_adjusted), c("model", "other", "test", "advantage",
                                                 "p_adjusted")]
  posterior <- pairs[is.finite(pairs$p_equivalent), c("model", "other", "p_better", "p_equivalent",
                                                      "p_worse")]
  merge(tested, posterior, by = c("model", "other"), all = TRUE, sort = FALSE)
}

#' Rows of `pairs` of each model against each other one, as they come; NA where there is none.
find_pairs <- function(pairs, model, other) {
  wanted <- paste(model, other, sep = "\r")
  matched <- pairs[match(wanted, paste(pairs$model, pairs$other, sep = "\r")), , drop = FALSE]
  matched$tested <- is.finite(matched$p_adjusted)
  matched$different <- (matched$p_adjusted < significance) %in% TRUE
  matched$equivalent <- (matched$p_equivalent >= practically) %in% TRUE
  matched
}
