# The feature matrix in data.h5ad, read column block by column block (twin: matrix.py).

use("hdf5")

# A matrix without chunks is read in blocks of about this many numbers.
block_numbers <- 4e6

#' Names along an axis of an AnnData file.
#'
#' @param path path of data.h5ad.
#' @param axis "obs" for samples, "var" for features.
#' @return character vector, UTF-8.
axis_names <- function(path, axis) {
  with_h5(path, function(file) {
    read_h5(file, paste0(axis, "/", h5_attribute(file, axis, "_index")))
  })
}

#' Name of the layer of each feature.
layers <- function(path) {
  with_h5(path, function(file) {
    if (!is_group(file, "var/layer")) {
      return(read_h5(file, "var/layer"))
    }
    read_h5(file, "var/layer/categories")[read_h5(file, "var/layer/codes") + 1]
  })
}

#' Values of some samples and columns, read one block of columns at a time.
#'
#' Memory stays near the size of what is returned.
#'
#' @param path path of data.h5ad; /X is dense or CSC, samples x features, NaN where missing.
#' @param samples sample names, in the wanted order.
#' @param columns 0-based columns of /X, ascending.
#' @return numeric matrix (samples x columns) with the samples' and the features' names. Stops if a
#'   sample is not in the file.
read_columns <- function(path, samples, columns) {
  values <- matrix(
    NA_real_, length(samples), length(columns),
    dimnames = list(samples, axis_names(path, "var")[columns + 1])
  )
  each_block(path, samples, columns, function(wanted, block) values[, wanted] <<- block)
  values
}

#' Copy what `read_columns` reads to a file, so that memory holds only the columns in use.
#'
#' @param to path of the copy: 8 bytes a number, column after column.
copy_columns <- function(path, samples, columns, to) {
  file <- file(to, open = "wb")
  on.exit(close(file))
  each_block(path, samples, columns, function(wanted, block) writeBin(as.vector(block), file))
}

#' Some columns of a copy.
#'
#' @param path path of a file that `copy_columns` wrote.
#' @param n number of samples in it.
#' @param rows numbers of samples.
#' @param at numbers of columns, from 1, in the wanted order.
#' @return numeric matrix (rows x at). Stops if the copy is cut short.
copied_columns <- function(path, n, rows, at) {
  values <- matrix(NA_real_, length(rows), length(at))
  file <- file(path, open = "rb")
  on.exit(close(file))
  for (i in seq_along(at)) {
    seek(file, (at[i] - 1) * n * 8)
    column <- readBin(file, "double", n)
    if (length(column) != n) {
      stop(sprintf("%s is cut short: is the disk full that the variable TMPDIR names?", path))
    }
    values[, i] <- column[rows]
  }
  values
}

# Call `action` for blocks of the wanted columns: their positions in `columns`, and their values.
each_block <- function(path, samples, columns, action) {
  stored <- axis_names(path, "obs")
  rows <- match(samples, stored)
  if (anyNA(rows)) {
    stop(sprintf("sample '%s' is not in %s", samples[which(is.na(rows))[1]], path))
  }
  with_h5(path, function(file) {
    sparse <- is_group(file, "X")
    read_block <- if (sparse) sparse_reader(file, length(stored)) else read_dense_block
    step <- block_size(if (!sparse) h5_chunk(file, "X"), length(stored))
    for (block in unique(columns %/% step)) {
      wanted <- which(columns %/% step == block)
      first <- block * step
      part <- read_block(file, first, max(columns[wanted]) + 1)
      action(wanted, t(part[columns[wanted] - first + 1, rows, drop = FALSE]))
    }
  })
}

# Number of columns of /X per read: that of a stored chunk, so that no chunk is read twice.
block_size <- function(chunk, samples) {
  if (is.null(chunk)) max(1, block_numbers %/% samples) else chunk[1]
}

# Columns first..last-1 (0-based) of /X as features x samples.
read_dense_block <- function(file, first, last) {
  read_h5(file, "X", first + 1, last)
}

# A function like read_dense_block for /X in CSC, where a column's values stand one after the other.
sparse_reader <- function(file, samples) {
  start <- as.numeric(read_h5(file, "X/indptr"))
  function(file, first, last) {
    part <- matrix(0, last - first, samples)
    lengths <- diff(start[(first + 1):(last + 1)])
    if (sum(lengths)) {
      range <- start[c(first, last) + 1] + c(1, 0)
      row <- read_h5(file, "X/indices", range[1], range[2]) + 1
      values <- read_h5(file, "X/data", range[1], range[2])
      part[cbind(rep(seq_along(lengths), lengths), row)] <- values
    }
    part
  }
}
