# Seeds from names: the same on any number of cores, in any batch, on any machine (twin: seeds.py).

use("checksums")

#' Seed of one fit: 28 bits of the SHA-256 of its names.
#'
#' @param seed the configuration's seed, a whole number.
#' @param dataset,language,model,split names.
#' @param fit 0 for all training rows, 1..k for an inner fold, or a word.
#' @return a whole number that `set.seed` takes.
fit_seed <- function(seed, dataset, language, model, split, fit) {
  text <- paste(whole_number(seed), dataset, language, model, split, whole_number(fit), sep = "|")
  strtoi(substr(sha256_text(text), 1, 7), 16L)
}

#' Start R's generator from a seed, the kinds spelled out so that no option changes the numbers.
start_generator <- function(seed) {
  set.seed(seed, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
}
