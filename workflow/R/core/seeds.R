# Seeds and keys from names: the same on any number of cores, in any batch, on any machine.

#' Seed of one fit: 28 bits of the SHA-256 of its names (twin: seeds.py).
#'
#' @param seed the configuration's seed, a whole number.
#' @param dataset,language,model,split names.
#' @param fit 0 for all training rows, 1..k for an inner fold, or a word.
#' @return a whole number that `set.seed` takes.
fit_seed <- function(seed, dataset, language, model, split, fit) {
  text <- paste(whole(seed), dataset, language, model, split, whole(fit), sep = "|")
  strtoi(substr(sha256_text(text), 1, 7), 16L)
}

#' A whole number as Python writes it: as.character(100000L) is "1e+05". Text stays as it is.
whole <- function(x) {
  if (is.numeric(x)) sprintf("%.0f", x) else as.character(x)
}

#' Hexadecimal SHA-256 of a text's UTF-8 bytes.
sha256_text <- function(text) {
  digest::digest(enc2utf8(text), algo = "sha256", serialize = FALSE)
}

#' Hexadecimal SHA-256 of a file.
sha256_file <- function(path) {
  digest::digest(path, algo = "sha256", file = TRUE)
}

#' Key of a training job: what its numbers depend on (twin: training_key in checksums.py).
#'
#' preprocessing.h5 carries the checksums of the data and of the splits, so its own checksum stands
#' for all three.
#'
#' @param preprocessing path of preprocessing.h5.
#' @param ... language, specification (JSON text), task, tuning metric, imbalance, seed.
training_key <- function(preprocessing, ...) {
  parts <- vapply(list(...), whole, "")
  sha256_text(paste(c(sha256_file(preprocessing), parts), collapse = "|"))
}

#' Start R's generator from a seed, the kinds spelled out so that no option changes the numbers.
start_generator <- function(seed) {
  set.seed(seed, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
}
