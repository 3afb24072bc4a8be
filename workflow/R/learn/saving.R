# The saved model of split `final`, and its predictions of new samples (twin: saving.py).

use("logs", "checksums", "preprocessing", "models", "batch")

#' What is saved of split `final`: the train object and all that it needs to predict new samples.
#'
#' @return list: train (caret's object), features (names), columns (the names that train knows them
#'   by), fill, center, scale, classes, levels (the codes that train knows the classes by), task,
#'   dataset, language, model, spec, libraries (packages to attach), versions.
saved_model <- function(batch, settings, info, train, fit) {
  at <- match(fit$index, batch$columns)
  list(
    train = train, features = batch$features[at], columns = batch$safe[at], fill = fit$fill,
    center = fit$center, scale = fit$scale, classes = batch$classes, levels = class_codes(batch),
    task = settings$task, dataset = settings$dataset, language = settings$language,
    model = settings$model, spec = settings$spec, libraries = info$library,
    versions = package_versions(info$library)
  )
}

# Written beside and renamed: a process that is killed leaves no half file.
save_rds <- function(object, path) {
  beside <- paste0(path, ".part")
  saveRDS(object, beside)
  file.rename(beside, path)
}

#' A saved model.
#'
#' @param path path of model.rds.
#' @param sha256 its checksum in manifest.json. Stops with a user error if the file has another one:
#'   nothing of it is read before, since an RDS file can hold code.
#' @return what `saved_model` gave.
load_model <- function(path, sha256) {
  if (!identical(sha256_file(path), sha256)) {
    user_error(
      path,
      "the file is not the one that the run wrote (its SHA-256 is not in manifest.json)",
      "Delete it and run the comparison again"
    )
  }
  readRDS(path)
}

#' Predict new samples with a saved model, whose packages are attached.
#'
#' @param saved what `saved_model` gave.
#' @param x numeric matrix (samples x features), transformed as in data.h5ad, columns named by
#'   feature, NA where missing; further columns are passed over.
#' @return list: predicted (labels or numbers) and prob (samples x classes), NULL where the method
#'   has no probabilities.
predict_saved <- function(saved, x) {
  x <- apply_fit(x[, saved$features, drop = FALSE], saved)
  colnames(x) <- saved$columns
  if (is.null(saved$classes)) {
    found <- list(predicted = as.numeric(stats::predict(saved$train, x)))
  } else if (is.function(saved$train$modelInfo$prob)) {
    raw <- stats::predict(saved$train, x, type = "prob")
    found <- from_prob(raw, colnames(raw), saved$levels)
    found$predicted <- saved$classes[found$predicted]
  } else {
    label <- match(as.character(stats::predict(saved$train, x)), saved$levels)
    found <- list(predicted = saved$classes[label])
  }
  wrong <- is.na(found$predicted) | is.infinite(found$predicted)
  if (length(found$predicted) != nrow(x) || any(wrong)) {
    stop("a sample got no prediction")
  }
  found
}
