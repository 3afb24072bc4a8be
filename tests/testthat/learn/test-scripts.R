train_job <- function(paths, spec, index = 1, count = 1) {
  output <- as.list(file.path(paths$folder, paste0(names(csv_columns), ".csv")))
  names(output) <- names(csv_columns)
  if (index == count) {
    output$model <- file.path(paths$folder, "final")
  }
  run_script("learn/train.R", paths[c("data", "samples", "splits", "preprocessing")], output, list(
    dataset = "study", model = "knn", spec = spec, task = "classification",
    tuning_metric = "brier", imbalance = "none", seed = 2022L, batch_index = index,
    batch_count = count, final = index == count
  ))
}
knn <- '{"grid":{"k":[3,5]},"method":"knn","name":"knn","params":{},"size":9}'

test_that("train.R writes its tables and the model, and nothing to the console", {
  data <- two_classes()
  paths <- make_study(data$x, data$outcome)
  job <- train_job(paths, knn)
  expect_equal(job$status, 0)
  expect_equal(job$console, character())
  expect_match(job$log, "^final: done", all = FALSE)
  predictions <- read_csv(file.path(paths$folder, "predictions.csv"), ",")
  expect_equal(unique(predictions$splits_sha256), sha256_file(paths$splits))
  key <- training_key(paths$preprocessing, "r", knn, "classification", "brier", "none", 2022)
  expect_equal(unique(predictions$key), key)
  timing <- read_csv(file.path(paths$folder, "timing.csv"), ",")
  expect_equal(timing$stage[1:3], c("startup", "load", "tune"))
  expect_s3_class(readRDS(file.path(paths$folder, "final", "model.rds"))$train, "train")
})

test_that("a user error is one sentence, in the log and on the console", {
  data <- two_classes()
  paths <- make_study(data$x, data$outcome)
  cat("\n", file = paths$splits, append = TRUE)
  job <- train_job(paths, knn)
  expect_equal(job$status, 1)
  expect_equal(length(job$console), 1)
  expect_match(job$console, "^ERROR: .*made from other splits")
  expect_equal(utils::tail(job$log, 2)[1], job$console)
  expect_false(any(grepl("Traceback", job$log)))
})

test_that("an unexpected error leaves its calls in the log, which the console names", {
  data <- two_classes()
  paths <- make_study(data$x, data$outcome)
  writeLines("no HDF5", paths$data)
  job <- train_job(paths, knn)
  expect_equal(job$status, 1)
  expect_match(job$log, "Traceback", all = FALSE)
  expect_match(job$log, "load_batch", all = FALSE)
  expect_false(any(grepl("^  (tryCatch|doTryCatch|withCallingHandlers|FUN)", job$log)))
  expect_match(utils::tail(job$console, 1), "^ERROR: .*traceback: .*\\.log\\)$")
})

test_that("validate_models.R names every mistake, and writes versions if there is none", {
  spec <- function(key, method, grid = NULL) {
    list(
      name = method, method = method, params = structure(list(), names = character()), grid = grid,
      size = 9, task = "classification", imbalance = "none", key = key
    )
  }
  json <- function(...) as.character(jsonlite::toJSON(list(...), auto_unbox = TRUE, null = "null"))
  output <- list(tempfile(fileext = ".json"))
  wrong <- run_script("learn/validate_models.R", output = output, params = list(
    models = json(spec("models.r[0]", "glmnett"), spec("models.r[1]", "knn", list(kk = list(1))))
  ))
  expect_equal(wrong$status, 1)
  expect_equal(wrong$console, c(
    "ERROR: models.r[0]: unknown caret method 'glmnett'. Did you mean 'glmnet'?",
    paste(
      "ERROR: models.r[1].grid: 'kk' is not a tuning parameter of 'knn'.",
      "Its tuning parameters: k"
    )
  ))
  right <- run_script("learn/validate_models.R", output = output, params = list(
    models = json(spec("models.r[0]", "glmnet"), spec("models.r[1]", "ranger"))
  ))
  expect_equal(right$status, 0)
  versions <- jsonlite::fromJSON(output[[1]])
  expect_equal(versions$r, as.character(getRversion()))
  expect_true(all(c("caret", "glmnet", "ranger", "rhdf5") %in% names(versions$packages)))
})

test_that("every preset is a method of its task with its tuning parameters", {
  presets <- yaml::read_yaml(file.path(root, "workflow", "catalog", "models", "r.yaml"))
  for (task in names(presets)) {
    for (name in names(presets[[task]])) {
      preset <- presets[[task]][[name]]
      spec <- c(preset[c("method", "params", "grid")], name = name, size = 9)
      # Packages may be missing here; the other checks hold anywhere.
      definitions <- if (task == "survival") survival_methods() else models
      definitions[[preset$method]]$library <- NULL
      expect_null(model_problems(spec, task, "none", name, definitions), info = paste(task, name))
      expect_true(preset$cost %in% c("cheap", "medium", "costly"), info = paste(task, name))
      expect_lte(prod(lengths(preset$grid)), 9)
    }
  }
})
