# The saved model of split `final`, and its predictions of new samples (twin: saving.py).

use("logs", "checksums", "seeds", "preprocessing", "models", "batch")

#' The saved model of split `final`: the train object, and what it needs for new samples.
#'
#' @return list: train (caret's object), features (names), columns (their names in train), fill,
#'   center, scale, classes, levels (codes of the classes in train),
#'   horizons, task, dataset, language, model, spec, libraries (packages to attach), versions.
saved_model <- function(batch, settings, info, train, fit) {
  at <- match(fit$index, batch$columns)
  list(
    train = train, features = batch$features[at], columns = batch$safe[at], fill = fit$fill,
    center = fit$center, scale = fit$scale, classes = batch$classes, levels = class_codes(batch),
    horizons = batch$horizons, task = settings$task, dataset = settings$dataset,
    language = settings$language, model = settings$model, spec = settings$spec,
    libraries = info$library, versions = package_versions(info$library)
  )
}

# Written to another file and renamed: a killed process leaves no partial file.
save_rds <- function(object, path) {
  partial <- paste0(path, ".part")
  saveRDS(object, partial)
  file.rename(partial, path)
}

#' A saved model.
#'
#' @param path path of model.rds.
#' @param sha256 its checksum in manifest.json. Stops with a user error if the file has another one.
#'   The checksum comes first, since an RDS file can hold code.
#' @return see `saved_model`.
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

#' Predict new samples with a saved model; its packages must be attached.
#'
#' @param saved see `saved_model`.
#' @param x numeric matrix (samples x features), transformed and normalised, columns named by
#'   feature, NA where missing; other columns are ignored.
#' @return list: predicted (labels, numbers or risks) and prob (samples x classes, or x horizons),
#'   NULL if the method has no probabilities.
predict_saved <- function(saved, x) {
  x <- apply_fit(x[, saved$features, drop = FALSE], saved)
  colnames(x) <- saved$columns
  # Some methods predict with random numbers.
  start_generator(0)
  predictions <- predict_train(
    saved$train, x, saved$train$levels, saved$levels, saved$horizons
  )
  if (!is.null(saved$classes)) {
    predictions$predicted <- saved$classes[predictions$predicted]
  }
  predictions
}
