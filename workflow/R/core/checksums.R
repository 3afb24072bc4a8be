# Checksums that tie a result to what it was made from (twin: checksums.py).

#' Hexadecimal SHA-256 of a text's UTF-8 bytes.
sha256_text <- function(text) {
  digest::digest(enc2utf8(text), algo = "sha256", serialize = FALSE)
}

#' Hexadecimal SHA-256 of a file.
sha256_file <- function(path) {
  # digest takes more than a second for 100 MB, twice as long as this program.
  if (isTRUE(file.size(path) > 1e7) && nzchar(Sys.which("sha256sum"))) {
    return(substr(system(paste("sha256sum <", shQuote(path)), intern = TRUE), 1, 64))
  }
  digest::digest(path, algo = "sha256", file = TRUE)
}

#' A whole number as Python writes it; as.character(100000L) is "1e+05". Text stays as it is.
whole_number <- function(x) {
  if (is.numeric(x)) sprintf("%.0f", x) else as.character(x)
}

#' Key of a training job: what its numbers depend on.
#'
#' preprocessing.h5 carries the checksums of the data and of the splits, so its own checksum stands
#' for all three.
#'
#' @param preprocessing path of preprocessing.h5.
#' @param ... language, specification (JSON text), task, tuning metric, imbalance, seed.
training_key <- function(preprocessing, ...) {
  parts <- vapply(list(...), whole_number, "")
  sha256_text(paste(c(sha256_file(preprocessing), parts), collapse = "|"))
}
