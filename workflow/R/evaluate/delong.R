# Compares the ROC curves of two models on the same samples of an external cohort.

use("tables")

#' DeLong's test of each pair of models in each external cohort.
#'
#' By pROC (DeLong et al. 1988, doi:10.2307/2531595; Robin et al. 2011,
#' doi:10.1186/1471-2105-12-77). The test assumes independent samples and fixed models: it is for
#' samples that no model was trained on, not for cross-validation.
#'
#' @param predictions rows of predictions.csv, as text.
#' @param samples rows of samples.tsv, as text.
#' @param models all models as `language/name`, in the order of the pairs.
#' @param positive label of the positive class; NULL: the last one.
#' @return rows of delong.csv, with NA if a model has no probabilities or a cohort has fewer than
#'   two samples of a class, which have no variance. A cohort has no rows without two classes and
#'   two models, or if samples share a group; NULL if there are no rows at all.
delong_rows <- function(predictions, samples, models, positive = NULL) {
  classes <- sub("^prob_", "", grep("^prob_", names(predictions), value = TRUE))
  rows <- list()
  for (cohort in setdiff(unique(samples$cohort), "development")) {
    group <- samples$group[samples$cohort == cohort]
    if (length(classes) != 2 || length(models) < 2) {
      message(cohort, ": DeLong's test is for two classes and two models")
    } else if (anyDuplicated(group[nzchar(group)]) > 0) {
      message(cohort, ": samples of one group are not independent, as DeLong's test takes them")
    } else {
      if (is.null(positive)) positive <- classes[2]
      cohort_predictions <- predictions[predictions$cohort == cohort, , drop = FALSE]
      rows[[cohort]] <- cohort_rows(cohort, cohort_predictions, models, positive)
    }
  }
  do.call(rbind, unname(rows))
}

cohort_rows <- function(cohort, predictions, models, positive) {
  names <- paste(predictions$language, predictions$model, sep = "/")
  curves <- lapply(stats::setNames(models, models), function(model) {
    model_predictions <- predictions[names == model, , drop = FALSE]
    roc_curve(model_predictions[order(model_predictions$sample), , drop = FALSE], positive)
  })
  pairs <- utils::combn(models, 2)
  tests <- apply(pairs, 2, function(pair) compare_curves(curves[[pair[1]]], curves[[pair[2]]]))
  stats::setNames(data.frame(cohort, t(pairs), t(tests)), all_columns$delong)
}

#' A model's ROC curve; NULL if it has none, or if the test would have no variance.
roc_curve <- function(rows, positive) {
  prob <- as.numeric(rows[[paste0("prob_", positive)]])
  truth <- rows$truth == positive
  if (anyNA(prob) || sum(truth) < 2 || sum(!truth) < 2) return(NULL)
  pROC::roc(truth, prob, levels = c(FALSE, TRUE), direction = "<", quiet = TRUE)
}

#' Difference of two areas, its limits and p. If the curves cannot vary, as with two models that are
#' always right, there are no limits, and p is 1 for equal areas and missing for others.
compare_curves <- function(a, b) {
  if (is.null(a) || is.null(b)) return(rep(NA_real_, 4))
  difference <- as.numeric(a$auc) - as.numeric(b$auc)
  # roc.test warns of areas of 1, which are handled below.
  test <- suppressWarnings(pROC::roc.test(a, b, method = "delong", paired = TRUE))
  if (diff(test$conf.int) > 1e-10) return(c(difference, test$conf.int, test$p.value))
  c(difference, NA, NA, if (abs(difference) < 1e-10) 1 else NA)
}
