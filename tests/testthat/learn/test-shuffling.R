# Shuffled features: the planted one costs most, and the model is that of the run.

# Two classes told apart by g3 alone.
planted <- function() {
  data <- two_classes(60, 6)
  data$x[, 1:2] <- data$x[, 1:2] - 1.5 * (data$outcome == "a")
  data$x[, 3] <- data$x[, 3] + 3 * (data$outcome == "a")
  splits <- deal_splits(rownames(data$x), data$outcome, inner_folds = 3)
  open_study(make_study(data$x, data$outcome, splits))
}

error_of <- function(rows) mean(rows$predicted != rows$truth)

test_that("shuffling the planted feature costs most, and as much as shuffling all", {
  batch <- planted()
  for (method in c("glmnet", "rpart")) {
    grid <- list(glmnet = list(alpha = 1, lambda = c(0.01, 0.1)), rpart = list(cp = c(0.01, 0.1)))
    settings <- settings_for(method, grid[[method]])
    run <- suppressMessages(train_split(batch, settings, models[[method]], "r01f01"))
    evaluated <- cbind(split = "r01f01", run$tuning, error = "")
    rows <- permute_split(
      batch, settings, models[[method]], "r01f01", evaluated, c("g3", "g1", "gone")
    )
    expect_identical(unique(rows$feature), c("", "g1", "g3"))
    expect_equal(nrow(rows), 20 * (1 + 3 * permutations))
    # Unshuffled, they are the predictions of the run.
    unshuffled <- rows[rows$feature == "" & rows$permutation == 0, names(run$predictions)]
    expect_equal(unshuffled, run$predictions, ignore_attr = TRUE, info = method)
    shuffled <- rows[rows$permutation > 0, ]
    errors <- vapply(split(shuffled, shuffled$feature), error_of, 1)
    expect_gt(errors[["g3"]], error_of(unshuffled) + 0.2)
    expect_lt(errors[["g1"]], error_of(unshuffled) + 0.1)
    expect_equal(errors[[1]], errors[["g3"]], tolerance = 0.1)
    again <- permute_split(
      batch, settings, models[[method]], "r01f01", evaluated, c("g3", "g1", "gone")
    )
    expect_identical(again, rows)
  }
})

test_that("what is predicted at once does not change the result", {
  batch <- planted()
  settings <- settings_for("glmnet", list(alpha = 1, lambda = 0.1))
  permute <- function() {
    permute_split(batch, settings, models$glmnet, "r01f01", batch$tuned, c("g1", "g3"))
  }
  rows <- permute()
  space <- environment(permute_split)
  before <- space$most_numbers
  on.exit(assign("most_numbers", before, space))
  assign("most_numbers", 1, space)
  expect_equal(permute(), rows, ignore_attr = TRUE)
})

test_that("splits with few test samples and the final one are left out", {
  table <- data.frame(
    split = c(rep("r01f01", 6), rep("r01f02", 4), rep("final", 9), rep("r01f03", 5)),
    role = c(rep("test", 5), "train", rep("test", 4), rep("test", 9), rep("test", 5))
  )
  expect_identical(splits_to_permute(table), c("r01f01", "r01f03"))
  many <- data.frame(split = rep(sprintf("r%02df01", 1:9), each = 5), role = "test")
  expect_identical(splits_to_permute(many), sprintf("r%02df01", 1:5))
})

permute_job <- function(planned, failed = character()) {
  data <- two_classes()
  paths <- make_study(data$x, data$outcome)
  table <- function(name, lines) {
    path <- file.path(paths$folder, name)
    writeLines(lines, path)
    path
  }
  input <- c(paths[1:4], list(
    tuning = table("tuning.csv", paste(csv_columns$tuning, collapse = ",")),
    failures = table("failures.csv", c(paste(csv_columns$failures, collapse = ","), failed)),
    plan = table("plan.csv", c("dataset,language,model,feature", planned))
  ))
  knn <- '{"grid":{"k":[3,5]},"method":"knn","name":"knn","params":{},"size":9}'
  output <- file.path(paths$folder, "permuted.csv")
  done <- run_script("learn/permute.R", input, list(output), list(
    dataset = "study", models = paste0("[", knn, "]"), task = "classification",
    tuning_metric = "brier", imbalance = "none", seed = 1
  ))
  c(done, list(rows = if (file.exists(output)) readLines(output)))
}
header <- "split,feature,permutation,sample,truth,predicted,prob_a,prob_b"

test_that("the script writes a header where the plan has no model", {
  done <- permute_job("study,python,m,g1")
  expect_equal(done$status, 0)
  expect_identical(done$rows, header)
})

test_that("only a split that failed in the run may be left out", {
  # Without rows of tuning.csv no candidate can be chosen.
  expect_equal(permute_job("study,r,knn,g1")$status, 1)
  message <- "\"candidate 1 {\"\"k\"\":3}: no\""
  failed <- sprintf("study,r,knn,r01f0%d,%s,%s,log", 1:3, c("tune", "tune", "fit"), message)
  done <- permute_job("study,r,knn,g1", failed)
  expect_equal(done$status, 0)
  expect_identical(done$rows, header)
})
