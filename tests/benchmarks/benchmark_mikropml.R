# The part of benchmark_performance.py that is mikropml's: its own job, as its users run it.
#
#   Rscript benchmark_mikropml.R grids EXPRESSION
#       prints mikropml's grids for these data, as JSON, by method
#   Rscript benchmark_mikropml.R METHOD EXPRESSION SAMPLES OUTCOME SPLITS SCORES
#       calls run_ml() on each outer split of SPLITS (splits.csv of a run), with five inner folds,
#       and writes the area under the ROC curve of each
#
# mikropml is not in Debian, nor is xgboost, which it needs for a method that is not timed here. To
# install it without that method: take xgboost out of DESCRIPTION, NAMESPACE and R/reexports.R of
# its sources, then `R CMD INSTALL mikropml`. The rest of what it imports is in Debian
# (r-cran-mlmetrics is not among the packages of envs/). R_LIBS may name its folder.

arguments <- commandArgs(TRUE)
suppressPackageStartupMessages(library(mikropml))
methods <- c("glmnet", "rf", "rpart2", "svmRadial")

# Samples in rows; the outcome comes first.
read_data <- function(expression, samples = NULL, outcome = NULL) {
  values <- utils::read.delim(gzfile(expression), row.names = 1, check.names = FALSE)
  x <- as.data.frame(t(values))
  # svmRadial gets a formula.
  names(x) <- make.names(names(x), unique = TRUE)
  if (is.null(samples)) {
    return(cbind(outcome = rep(c("a", "b"), length.out = nrow(x)), x))
  }
  sheet <- utils::read.delim(samples, row.names = 1)
  cbind(outcome = sheet[rownames(x), outcome], x)
}

if (arguments[1] == "grids") {
  data <- read_data(arguments[2])
  grids <- lapply(stats::setNames(nm = methods), function(method) {
    lapply(get_hyperparams_list(data, method), as.numeric)
  })
  cat(jsonlite::toJSON(grids, digits = NA))
} else {
  data <- read_data(arguments[2], arguments[3], arguments[4])
  folds <- utils::read.csv(arguments[5])
  folds <- folds[folds$split != "final", ]
  scores <- vapply(unique(folds$split), function(split) {
    train <- folds$sample[folds$split == split & folds$role == "train"]
    done <- suppressWarnings(suppressMessages(run_ml(
      data, arguments[1],
      outcome_colname = "outcome", training_frac = which(rownames(data) %in% train),
      kfold = 5, cv_times = 1, seed = 2022
    )))
    as.numeric(done$performance$AUC)
  }, 0)
  utils::write.csv(data.frame(roc_auc = scores), arguments[6], row.names = FALSE)
}
