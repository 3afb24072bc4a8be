# What the tests of comparisons.csv say of pairs of models, and of the leader against the others.

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
  found <- pairs[match(wanted, paste(pairs$model, pairs$other, sep = "\r")), , drop = FALSE]
  found$tested <- is.finite(found$p_adjusted)
  found$different <- (found$p_adjusted < significance) %in% TRUE
  found$equivalent <- (found$p_equivalent >= practically) %in% TRUE
  found
}

#' The row of selection.csv: how optimistic it is to pick the best; NULL where none was picked.
read_selection <- function(file, dataset, metric) {
  table <- read_columns(
    file, text = c("dataset", "metric"), numbers = c("optimism", "n_models")
  )
  row <- table[table$dataset == dataset & table$metric == metric & table$n_models > 1, ]
  if (nrow(row) > 0) row[1, ]
}

#' Says of each scored model how it stands to the leaders.
#'
#' Models whose printed values equal the best one's lead together: the reader could not tell why
#' one of them should lead. Another model is tested, different or equivalent if it is so against
#' each of them.
#'
#' @param scored rows of `rank_models()` with a value.
#' @return scored with printed, leader (see `on_every_split()`), other (baselines count only where
#'   there is nothing else), tested, different and equivalent.
stand_to_leader <- function(scored, pairs, decimals) {
  scored$printed <- format_value(scored$estimate, decimals)
  scored$leader <- scored$complete & scored$printed == scored$printed[1]
  # A baseline cannot lead where a model has a mean of other splits.
  if (!any(may_lead(scored)) && !all(scored$baseline)) scored$leader <- FALSE
  scored$other <- !scored$leader
  if (any(scored$other & !scored$baseline)) scored$other <- scored$other & !scored$baseline
  leaders <- scored$model[scored$leader]
  of_all <- function(column) {
    vapply(scored$model, function(model) {
      found <- find_pairs(pairs, leaders, model)[[column]]
      !model %in% leaders && length(found) > 0 && all(found)
    }, logical(1), USE.NAMES = FALSE)
  }
  scored$tested <- of_all("tested")
  scored$different <- of_all("different")
  scored$equivalent <- of_all("equivalent")
  scored
}

#' "no evidence of a difference against 8 of 13 others"; empty where nothing was tested.
against_others <- function(scored) {
  others <- scored[scored$other & scored$tested, , drop = FALSE]
  n <- nrow(others)
  open <- sum(!others$different)
  untested <- n < sum(scored$other)
  if (n == 0) return("")
  if (n == 1) {
    return(paste0(
      if (open == 1) "no ", "evidence of a difference against ",
      if (others$baseline) "the baseline ", others$model, if (untested) ", the only one tested"
    ))
  }
  noun <- if (untested) "tested others" else "others"
  if (open == 0) return(paste("evidence of a difference against all", n, noun))
  paste(
    "no evidence of a difference against", if (open == n) "any of" else paste(open, "of"), n, noun
  )
}

#' Why no model leads; n_failed: how many of n models failed on all splits.
nobody_leads <- function(scored, info, n_failed = 0, n = 0) {
  if (nrow(scored) > 0) return(no_leader)
  paste0(
    "No model has a value of ", info$label,
    if (n_failed > 0) paste0(": ", n_failed, " of ", n, " failed on all splits")
  )
}

#' "6 models", "All 6 models", or the names of two.
leader_names <- function(scored, named = scored$model) {
  n <- sum(scored$leader)
  if (n <= 2) return(paste(named[scored$leader], collapse = " and "))
  paste0(if (all(scored$leader)) "All ", n, " models")
}
