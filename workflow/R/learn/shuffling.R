# Predictions of test samples with shuffled features (twin: shuffling.py).

use("csv_files", "tables", "seeds", "preprocessing", "models", "job", "batch", "training")
use("learn/tuning")

# Limits of the cost, the same in both languages: splits that are trained again, shuffles of each
# feature, and numbers in one block of predictions.
permuted_splits <- 5
permutations <- 10
most_numbers <- 2^22
# Shuffling fewer test samples says little.
least_test <- 5

#' The first splits with enough test samples to shuffle: none in leave-one-out.
#'
#' @param table rows of splits.csv.
splits_to_permute <- function(table) {
  table <- table[table$role == "test" & table$split != final_split, ]
  sizes <- table(factor(table$split, levels = unique(table$split)))
  utils::head(names(sizes)[sizes >= least_test], permuted_splits)
}

# The rows of a model in a table of all data sets.
rows_of_model <- function(rows, settings) {
  is_model <- rows$dataset == settings$dataset & rows$language == settings$language &
    rows$model == settings$model
  rows[is_model, , drop = FALSE]
}

#' Splits of one model that are in failures.csv, with one of some stages if these are given.
failed_splits <- function(path, settings, stages = NULL) {
  rows <- rows_of_model(read_csv(path, ","), settings)
  unique(rows$split[is.null(stages) | rows$stage %in% stages])
}

#' Rows of tuning.csv of one model, for `choose_candidate`.
read_evaluated <- function(path, settings) {
  rows <- data.table::fread(
    path,
    sep = ",", colClasses = "character", encoding = "UTF-8", data.table = FALSE, nThread = 1
  )
  rows <- rows_of_model(rows, settings)
  rows$candidate <- as.integer(rows$candidate)
  rows$inner_fold <- as.integer(rows$inner_fold)
  # A candidate that failed has no value, which is enough to leave it out again.
  rows$error <- rep("", nrow(rows))
  rows
}

#' Predict a split's test samples, unchanged and with features shuffled among them.
#'
#' Each feature is shuffled alone, and all together, with the same shuffles: correlated features
#' lose little alone, because the others remain. The model is trained again as in the run, with the
#' candidate that the run chose.
#'
#' @param features names of the features to shuffle.
#' @return data.frame: split, feature ("" for all together), permutation (0 for unchanged samples),
#'   and the columns of `predict_test`. A feature that the split did not select has no rows.
permute_split <- function(batch, settings, info, split, evaluated, features) {
  rows <- split_rows(batch, split)
  test <- rows$test
  fit <- one_fit(batch$fits, split, 0)
  x <- fit_matrix(batch, fit, rows$train)
  y <- caret_outcome(batch, rows$train)
  grid <- split_candidates(batch, settings, info, split, rows, x, y)
  chosen <- choose_candidate(new.env(), settings, grid, evaluated[evaluated$split == split, ])
  train <- refit_split(batch, settings, info, split, chosen)$train
  predicted <- function(x, feature, permutation) {
    each <- length(test)
    predictions <- predict_test(
      batch, train, x, rep(test, length(feature)), levels(y), rows$train
    )
    data.frame(
      split = split, feature = rep(feature, each = each),
      permutation = rep(permutation, each = each), predictions, check.names = FALSE
    )
  }
  unshuffled <- fit_matrix(batch, fit, test)
  start_generator(split_seed(settings, split, "permutation"))
  shuffles <- as.vector(replicate(permutations, sample.int(length(test))))
  feature_names <- batch$features[match(fit$index, batch$columns)]
  columns <- which(feature_names %in% features)
  sets <- c(as.list(columns), if (length(columns)) list(columns))
  set_names <- c(feature_names[columns], "")
  size <- max(1, most_numbers %/% (permutations * length(unshuffled)))
  blocks <- split(seq_along(sets), (seq_along(sets) - 1) %/% size)
  do.call(rbind, c(list(predicted(unshuffled, "", 0)), lapply(unname(blocks), function(block) {
    stacked <- do.call(rbind, lapply(sets[block], function(at) {
      part <- unshuffled[rep(seq_along(test), permutations), , drop = FALSE]
      part[, at] <- unshuffled[shuffles, at]
      part
    }))
    numbers <- rep(seq_len(permutations), length(block))
    predicted(stacked, rep(set_names[block], each = permutations), numbers)
  })))
}

#' Predict test samples with shuffled features by the best model of the language.
#'
#' Writes only the header where the plan has no model, or the data set no suitable split.
#'
#' @param input named list of paths: data, samples, splits, preprocessing, tuning,
#'   failures, plan.
#' @param output path of permuted.csv.
#' @param params named list: dataset, models (JSON text), task, tuning_metric, imbalance, seed.
shuffle_features <- function(input, output, params) {
  plan <- read_csv(input[["plan"]], ",")
  plan <- plan[plan$dataset == utf8(params[["dataset"]]) & plan$language == "r", ]
  splits <- splits_to_permute(read_csv(input[["splits"]], ","))
  if (nrow(plan) == 0) {
    splits <- character()
  }
  attach_caret(params[["task"]])
  data.table::setDTthreads(1)
  batch <- load_batch(
    input[["data"]], input[["samples"]], input[["splits"]], input[["preprocessing"]],
    params[["task"]],
    chosen = splits
  )
  on.exit(unload_batch(batch))
  rows <- NULL
  before <- proc.time()
  if (length(splits)) {
    specs <- read_spec(utf8(params[["models"]]))
    spec <- Filter(function(spec) identical(spec$name, plan$model[1]), specs)[[1]]
    settings <- settings_of(params, spec)
    info <- resolve_method(spec, params[["task"]], params[["imbalance"]])
    attach_packages(info$library)
    evaluated <- read_evaluated(input[["tuning"]], settings)
    failed <- failed_splits(input[["failures"]], settings)
    # The model gave no predictions there, and may not end this time.
    splits <- setdiff(splits, failed_splits(input[["failures"]], settings, c("fit", "predict")))
    rows <- do.call(rbind, lapply(splits, function(split) {
      if (!split %in% failed) {
        return(permute_split(batch, settings, info, split, evaluated, plan$feature))
      }
      tryCatch(
        permute_split(batch, settings, info, split, evaluated, plan$feature),
        # It failed in the run too.
        error = function(e) message(sprintf("%s: left out: %s", split, one_line(e)))
      )
    }))
  }
  spent <- timing_row("fit", proc.time() - before)$cpu_seconds
  message(sprintf("fitted and predicted in %.2f CPU s", spent))
  write_csv(output, with_outcome(all_columns$permuted, batch$classes, batch$horizons), rows)
}
