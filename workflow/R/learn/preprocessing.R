# Reads and applies what Python learned per fit, and learns nothing (twin: preprocessing.py).

use("hdf5", "batch_effects", "size_factors")

# Numbers that are filled and scaled at once, with a few copies of them in memory.
fitted_numbers <- 2^16

# The arrays that every fit has a part of.
fit_columns <- c("index", "fill", "center", "scale", "rank")

#' Read the fits of some splits from preprocessing.h5.
#'
#' The flat arrays are read once, from the first to the last number that these splits need, since
#' rhdf5 takes a millisecond per object. `one_fit` extracts a fit.
#'
#' @param path path of preprocessing.h5.
#' @param splits names of splits.
#' @return list: `table` (data.frame split, fit, from, to: rows of the arrays), the arrays index
#'   (0-based column of /X), fill, center, scale and rank, and `attributes` (splits_sha256,
#'   data_sha256); `effects` of lab batches ((T + 1) x L x features), if they are corrected; and, if
#'   layers are normalised, `normalised` (number of each column's normalised layer, 0: none) and
#'   `size_factors` (layers x all samples x fits in the order of `table`).
read_fits <- function(path, splits) {
  with_h5(path, function(file) {
    start <- read_h5(file, "fits/start")
    table <- data.frame(
      split = read_h5(file, "fits/split"), fit = as.integer(read_h5(file, "fits/fit")),
      from = start + 1, to = start + read_h5(file, "fits/length")
    )
    wanted <- which(table$split %in% splits)
    table <- table[wanted, , drop = FALSE]
    first <- if (nrow(table)) min(table$from) else 1
    last <- if (nrow(table)) max(table$to) else 0
    columns <- fit_columns
    size_factors <- NULL
    if (rhdf5::H5Lexists(file, "size_factors")) {
      columns <- c(columns, "normalised")
      size_factors <- read_h5(file, "size_factors/factor")[, , wanted, drop = FALSE]
    }
    arrays <- lapply(stats::setNames(columns, columns), function(name) {
      part <- if (last >= first) read_h5(file, paste0("features/", name), first, last)
      as.numeric(part)
    })
    table$from <- table$from - first + 1
    table$to <- table$to - first + 1
    attributes <- lapply(rhdf5::h5readAttributes(file, "/"), utf8)
    effects <- if (last >= first && rhdf5::H5Lexists(file, "features/effects")) {
      read_h5(file, "features/effects", first, last, along = 3)
    }
    if (!is.null(arrays$normalised)) arrays$normalised <- arrays$normalised + 1
    c(list(
      table = table, attributes = attributes, effects = effects, size_factors = size_factors
    ), arrays)
  })
}

#' One fit's preprocessing.
#'
#' @param fits what `read_fits` returned.
#' @param split name of a split.
#' @param fit 0 for all training rows, 1..k for the rows outside that inner fold.
#' @return list of vectors of one length: index, fill, center, scale, rank; effects, if lab batches
#'   are corrected; normalised and size_factors (samples x layers), if layers are. Stops if there is
#'   none.
one_fit <- function(fits, split, fit) {
  row <- which(fits$table$split == split & fits$table$fit == fit)
  if (length(row) != 1) {
    stop(sprintf("preprocessing.h5 has no fit %s of split %s", fit, split))
  }
  range <- seq(fits$table$from[row], length.out = fits$table$to[row] - fits$table$from[row] + 1)
  fit <- lapply(fits[fit_columns], `[`, range)
  if (!is.null(fits$effects)) {
    fit$effects <- fits$effects[, , range, drop = FALSE]
  }
  if (!is.null(fits$size_factors)) {
    fit$normalised <- fits$normalised[range]
    fit$size_factors <- t(array(fits$size_factors[, , row], dim(fits$size_factors)[1:2]))
  }
  fit
}

#' Normalise, fill, correct for lab batches, centre and scale values with what a fit learned.
#'
#' @param x numeric matrix (n x p), the fit's own columns in its order, NaN where missing.
#' @param fit list with fill, center, scale and normalised, each of length p, and effects of lab
#'   batches.
#' @param lab lab batches of the n samples, see `remove_effects`; NULL: values stay as they are.
#' @param factors size factors of the n samples, see `normalise`; NULL: values stay as they are.
#' @return matrix (n x p): (x or fill, corrected, - center) / scale.
apply_fit <- function(x, fit, lab = NULL, factors = NULL) {
  n <- nrow(x)
  step <- max(1, fitted_numbers %/% max(1, n))
  for (columns in split(seq_len(ncol(x)), (seq_len(ncol(x)) - 1) %/% step)) {
    part <- x[, columns, drop = FALSE]
    if (!is.null(factors)) {
      part <- normalise(part, fit$normalised[columns], factors)
    }
    missing <- which(is.na(part))
    if (length(missing)) {
      part[missing] <- fit$fill[columns][(missing - 1) %/% n + 1]
    }
    if (!is.null(lab)) {
      part <- remove_effects(part, fit$effects[, , columns, drop = FALSE], lab)
    }
    # Column-wise arithmetic as in numpy, so that both languages train on the same bits.
    x[, columns] <- (part - rep(fit$center[columns], each = n)) / rep(fit$scale[columns], each = n)
  }
  x
}
