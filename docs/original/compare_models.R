# Compare caret classifiers by nested cross-validation on given folds, one after the other.
#
#   Rscript compare_models.R --expression expression.tsv.gz --samples samples.tsv \
#       --outcome subtype --folds splits.csv --output results [--seeds seeds.csv]
#
# expression: features in rows, samples in columns. samples: a column `sample` and the outcome.
# folds: columns split, sample, role (train or test) and inner_fold (1..k for training samples).
# seeds: columns language, model, split, fit and seed; without it every fit has the seed 2022.
# Fit j of a split trains on its training samples outside inner fold j; fit 0 on all of them.

suppressPackageStartupMessages(library(caret))

top_variance <- 2000
selected_features <- 200
default_seed <- 2022

models <- list(
  glmnet = list(
    # The columns are scaled before, and the candidates are the path, so that each is fitted exactly.
    arguments = list(
      standardize = FALSE, lambda = c(0.3, 0.1, 0.03, 0.01), thresh = 1e-10, maxit = 1e6
    ),
    grid = function(x, y) expand.grid(alpha = c(0.1, 1), lambda = c(0.3, 0.1, 0.03, 0.01))
  ),
  ranger = list(
    arguments = list(num.trees = 500, num.threads = 1),
    grid = function(x, y) {
      expand.grid(
        mtry = c(14, 40), splitrule = "gini", min.node.size = 1, stringsAsFactors = FALSE
      )
    }
  ),
  svmRadial = list(
    # Sigma is estimated from the training rows, as caret's own grid has it.
    grid = function(x, y) {
      own <- getModelInfo("svmRadial", regex = FALSE)[[1]]$grid(x, y, len = 3)
      expand.grid(sigma = own$sigma[1], C = c(0.25, 1, 4, 16))
    }
  )
)

read_options <- function() {
  arguments <- commandArgs(trailingOnly = TRUE)
  at <- seq(1, length.out = length(arguments) %/% 2, by = 2)
  options <- stats::setNames(as.list(arguments[at + 1]), sub("^--", "", arguments[at]))
  missing <- setdiff(c("expression", "samples", "outcome", "folds", "output"), names(options))
  if (length(missing)) {
    stop("missing arguments: ", paste0("--", missing, collapse = " "))
  }
  options
}

read_text <- function(path, separator) {
  read.table(path,
    header = TRUE, sep = separator, quote = "\"", comment.char = "", colClasses = "character",
    na.strings = character(), check.names = FALSE
  )
}

# Values (samples x features) and outcome in the order of the sample sheet. The levels are codes,
# since caret wants syntactic names; `classes` holds what they stand for.
read_data <- function(options) {
  samples <- read_text(options$samples, "\t")
  table <- read.table(options$expression,
    header = TRUE, sep = "\t", quote = "", comment.char = "", row.names = 1, check.names = FALSE
  )
  outcome <- samples[[options$outcome]]
  classes <- sort(unique(outcome), method = "radix")
  codes <- paste0("class", seq_along(classes))
  list(
    x = t(as.matrix(table[samples$sample])), samples = samples$sample, classes = classes,
    outcome = outcome, y = factor(codes[match(outcome, classes)], levels = codes)
  )
}

anova_f <- function(x, y) {
  count <- as.vector(table(y))
  sums <- rowsum(x, as.integer(y))
  of_mean <- colSums(sums)^2 / nrow(x)
  between <- colSums(sums^2 / count) - of_mean
  within <- colSums(x^2) - of_mean - between
  (between / (length(count) - 1)) / (within / (nrow(x) - length(count)))
}

# Columns of the `count` highest scores, in their order; ties go to the lower column.
top_columns <- function(score, count) sort(head(order(-score), count))

# What the training rows of a fit teach: the selection by outcome above all.
learn <- function(x, y) {
  centre <- colMeans(x)
  variance <- colMeans(sweep(x, 2, centre)^2)
  columns <- which(colSums(x != rep(x[1, ], each = nrow(x))) > 0)
  columns <- columns[top_columns(variance[columns], top_variance)]
  scaled <- scale(x[, columns], centre[columns], sqrt(variance[columns]))
  columns <- columns[top_columns(anova_f(scaled, y), selected_features)]
  list(columns = columns, centre = centre[columns], spread = sqrt(variance[columns]))
}

apply_fit <- function(x, fit) {
  scale(x[, fit$columns, drop = FALSE], fit$centre, fit$spread)
}

# Training rows and held-out rows of every fit of a split, fit 0 first. inner_fold is 0 for the
# split's test samples: fit 0 holds them out, fit j its inner fold j.
prepare_fits <- function(x, y, inner_fold) {
  lapply(0:max(inner_fold), function(fit) {
    held_out <- inner_fold == fit
    train <- inner_fold > 0 & !held_out
    learned <- learn(x[train, ], y[train])
    list(
      x_train = apply_fit(x[train, ], learned), y_train = y[train],
      x_held_out = apply_fit(x[held_out, ], learned), y_held_out = y[held_out],
      features = colnames(x)[learned$columns]
    )
  })
}

fit_model <- function(method, parameters, data, seed) {
  control <- trainControl(method = "none", classProbs = TRUE, seeds = list(seed))
  set.seed(seed)
  do.call(train, c(
    list(
      x = data$x_train, y = data$y_train, method = method, trControl = control,
      tuneGrid = parameters
    ),
    models[[method]]$arguments
  ))
}

probabilities <- function(fitted, data) {
  unname(as.matrix(predict(fitted, data$x_held_out, type = "prob")[levels(data$y_held_out)]))
}

# Mean squared distance to the one-hot truth, halved for two classes; smaller is better.
brier <- function(truth, probability) {
  distance <- mean(rowSums((probability - diag(nlevels(truth))[as.integer(truth), ])^2))
  if (nlevels(truth) == 2) distance / 2 else distance
}

# Mean of one class against the rest; undefined if a class is missing in `truth`.
roc_auc <- function(truth, probability) {
  mean(vapply(seq_len(nlevels(truth)), function(k) {
    positive <- as.integer(truth) == k
    pairs <- sum(positive) * sum(!positive)
    ranks <- rank(probability[, k])
    (sum(ranks[positive]) - sum(positive) * (sum(positive) + 1) / 2) / pairs
  }, numeric(1)))
}

# Simplest first, as caret sorts them.
candidates <- function(method, data, seed) {
  set.seed(seed)
  grid <- models[[method]]$grid(data$x_train, data$y_train)
  getModelInfo(method, regex = FALSE)[[1]]$sort(grid)
}

# The candidate of smallest mean Brier score over the inner folds, the first one on ties.
tune <- function(method, grid, fits, seeds) {
  losses <- sapply(seq_along(fits)[-1], function(fit) {
    sapply(seq_len(nrow(grid)), function(row) {
      fitted <- fit_model(method, grid[row, , drop = FALSE], fits[[fit]], seeds[fit])
      brier(fits[[fit]]$y_held_out, probabilities(fitted, fits[[fit]]))
    })
  })
  grid[which.min(rowMeans(rbind(losses))), , drop = FALSE]
}

# Seeds of the fits 0..last of a model and split. A row with the fit `candidates` is the seed of
# what is random in the candidates (svmRadial's sigma); without it that is the seed of fit 0.
seeds_of <- function(table, model, split, last) {
  if (is.null(table)) {
    return(list(candidates = default_seed, fits = rep(default_seed, last + 1)))
  }
  rows <- table[table$language == "r" & table$model == model & table$split == split, ]
  fits <- as.integer(rows$seed[match(0:last, rows$fit)])
  if (anyNA(fits)) {
    stop("a seed is missing for model ", model, ", split ", split)
  }
  own <- as.integer(rows$seed[rows$fit == "candidates"])
  list(candidates = if (length(own)) own else fits[1], fits = fits)
}

compare_split <- function(data, split, inner_fold, seed_table) {
  began <- proc.time()[["elapsed"]]
  fits <- prepare_fits(data$x, data$y, inner_fold)
  seconds <- c(preprocessing = proc.time()[["elapsed"]] - began)
  test <- fits[[1]]
  result <- list(selected = do.call(rbind, lapply(seq_along(fits), function(fit) {
    data.frame(language = "r", split = split, fit = fit - 1, feature = fits[[fit]]$features)
  })))
  for (method in names(models)) {
    began <- proc.time()[["elapsed"]]
    seeds <- seeds_of(seed_table, method, split, max(inner_fold))
    grid <- candidates(method, test, seeds$candidates)
    best <- tune(method, grid, fits, seeds$fits)
    probability <- probabilities(fit_model(method, best, test, seeds$fits[1]), test)
    label <- max.col(probability, ties.method = "first")
    seconds[method] <- proc.time()[["elapsed"]] - began
    key <- data.frame(language = "r", model = method, split = split)
    colnames(probability) <- paste0("prob_", data$classes)
    result$predictions <- rbind(result$predictions, data.frame(
      key,
      sample = data$samples[inner_fold == 0], truth = data$outcome[inner_fold == 0],
      predicted = data$classes[label], probability, check.names = FALSE
    ))
    parameters <- lapply(best[sort(names(best))], as.vector)
    json <- jsonlite::toJSON(parameters, auto_unbox = TRUE, digits = I(12))
    result$chosen <- rbind(result$chosen, data.frame(key, parameters = as.character(json)))
    result$metrics <- rbind(result$metrics, data.frame(
      key,
      metric = c("accuracy", "brier", "roc_auc"),
      value = c(
        mean(label == as.integer(test$y_held_out)), brier(test$y_held_out, probability),
        roc_auc(test$y_held_out, probability)
      )
    ))
  }
  c(result, list(seconds = seconds))
}

write_table <- function(table, path) {
  numbers <- vapply(table, is.double, TRUE)
  table[numbers] <- lapply(table[numbers], function(column) {
    ifelse(is.na(column), "", sprintf("%.12g", column))
  })
  text <- vapply(table, function(column) any(grepl("[\",\n]", column)), TRUE)
  write.csv(table, path, row.names = FALSE, quote = which(text), fileEncoding = "UTF-8")
}

main <- function() {
  options <- read_options()
  data <- read_data(options)
  folds <- read_text(options$folds, ",")
  folds <- folds[folds$split != "final", ]
  seed_table <- if (!is.null(options$seeds)) read_text(options$seeds, ",")
  results <- lapply(unique(folds$split), function(split) {
    rows <- folds[folds$split == split, ]
    inner_fold <- ifelse(rows$role == "train", rows$inner_fold, "0")
    inner_fold <- as.integer(inner_fold[match(data$samples, rows$sample)])
    compare_split(data, split, inner_fold, seed_table)
  })
  dir.create(options$output, showWarnings = FALSE, recursive = TRUE)
  tables <- lapply(
    c(predictions = "predictions", selected = "selected", chosen = "chosen", metrics = "metrics"),
    function(name) do.call(rbind, lapply(results, `[[`, name))
  )
  for (name in names(tables)) {
    write_table(tables[[name]], file.path(options$output, paste0(name, ".csv")))
  }
  seconds <- rowSums(vapply(results, `[[`, results[[1]]$seconds, "seconds"))
  auc <- tables$metrics[tables$metrics$metric == "roc_auc", ]
  cat(sprintf("preprocessing: %.1f s\n", seconds[["preprocessing"]]))
  for (method in names(models)) {
    mean_auc <- mean(auc$value[auc$model == method], na.rm = TRUE)
    cat(sprintf("%s: mean ROC AUC %.3f, %.1f s\n", method, mean_auc, seconds[[method]]))
  }
}

main()
