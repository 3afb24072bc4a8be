# Removes the effects of lab batches, which Python learned per fit (twin: batch_effects.py).

use("hdf5")

#' Remove the effects of lab batches.
#'
#' @param x numeric matrix (n x p) without gaps.
#' @param effects array (T + 1) x L x p: by feature and lab batch, a coefficient of each term, and a
#'   scale.
#' @param lab lab batches of the n samples: level (1..L) and terms (n x T matrix).
#' @return matrix (n x p): (x - terms * coefficients) / scale.
remove_effects <- function(x, effects, lab) {
  for (level in unique(lab$level)) {
    rows <- which(lab$level == level)
    effect <- 0
    # Term by term, not by matrix multiplication, for the same bits in both languages.
    for (term in seq_len(ncol(lab$terms))) {
      effect <- effect + outer(lab$terms[rows, term], effects[term, level, ])
    }
    scale <- rep(effects[dim(effects)[1], level, ], each = length(rows))
    x[rows, ] <- (x[rows, , drop = FALSE] - effect) / scale
  }
  x
}

#' The lab batches of all samples in preprocessing.h5.
#'
#' @param path path of preprocessing.h5.
#' @return list: sample (names), level (1..L) and terms (samples x T matrix); NULL if nothing is
#'   corrected for them.
read_lab_batches <- function(path) {
  with_h5(path, function(file) {
    if (!rhdf5::H5Lexists(file, "lab_batches")) {
      return(NULL)
    }
    list(
      sample = read_h5(file, "lab_batches/sample"),
      level = as.integer(read_h5(file, "lab_batches/level")) + 1L,
      terms = t(read_h5(file, "lab_batches/terms"))
    )
  })
}

#' The lab batches of some samples.
#'
#' @param lab see `read_lab_batches`; NULL stays NULL.
#' @param rows numbers of samples.
lab_rows <- function(lab, rows) {
  if (is.null(lab)) {
    return(NULL)
  }
  list(
    sample = lab$sample[rows], level = lab$level[rows], terms = lab$terms[rows, , drop = FALSE]
  )
}
