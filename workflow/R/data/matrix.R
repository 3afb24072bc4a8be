# The feature matrix in data.h5ad, read column block by column block (twin: matrix.py).

use("csv_files")

# A matrix without chunks is read in blocks of about this many numbers.
block_numbers <- 4e6

#' Open an HDF5 file for reading, hand it to `action` and close it.
with_h5 <- function(path, action) {
  file <- hdf5r::H5File$new(path, mode = "r")
  # Not close_all(): it collects garbage, 0.3 s with caret loaded.
  on.exit(file$close())
  action(file)
}

#' Names along an axis of an AnnData file.
#'
#' @param path path of data.h5ad.
#' @param axis "obs" for samples, "var" for features.
#' @return character vector, UTF-8.
axis_names <- function(path, axis) {
  with_h5(path, function(file) {
    group <- file[[axis]]
    utf8(group[[hdf5r::h5attr(group, "_index")]]$read())
  })
}

#' Name of the layer of each feature.
layers <- function(path) {
  with_h5(path, function(file) {
    stored <- file[["var/layer"]]
    if (!inherits(stored, "H5Group")) {
      return(utf8(stored$read()))
    }
    utf8(stored[["categories"]]$read())[as.integer(stored[["codes"]]$read()) + 1]
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
  rows <- match(samples, axis_names(path, "obs"))
  if (anyNA(rows)) {
    stop(sprintf("sample '%s' is not in %s", samples[which(is.na(rows))[1]], path))
  }
  with_h5(path, function(file) {
    stored <- file[["X"]]
    read_block <- if (inherits(stored, "H5Group")) sparse_reader(stored) else read_dense_block
    step <- block_size(stored)
    for (block in unique(columns %/% step)) {
      wanted <- which(columns %/% step == block)
      first <- block * step
      part <- read_block(stored, first, max(columns[wanted]) + 1)
      # hdf5r sees the file's rows as columns: features x samples.
      action(wanted, t(part[columns[wanted] - first + 1, rows, drop = FALSE]))
    }
  })
}

# Number of columns of /X per read: that of a stored chunk, so that no chunk is read twice.
block_size <- function(stored) {
  if (inherits(stored, "H5Group")) {
    return(max(1, block_numbers %/% as.numeric(hdf5r::h5attr(stored, "shape"))[1]))
  }
  chunk <- stored$chunk_dims
  if (length(chunk) == 2 && !anyNA(chunk)) chunk[1] else max(1, block_numbers %/% stored$dims[2])
}

# Columns first..last-1 (0-based) of /X as features x samples.
read_dense_block <- function(stored, first, last) {
  stored[(first + 1):last, , drop = FALSE]
}

# A function like read_dense_block for /X in CSC, where a column's values stand one after the other.
sparse_reader <- function(stored) {
  start <- as.numeric(stored[["indptr"]]$read())
  samples <- as.numeric(hdf5r::h5attr(stored, "shape"))[1]
  function(stored, first, last) {
    part <- matrix(0, last - first, samples)
    lengths <- diff(start[(first + 1):(last + 1)])
    if (sum(lengths)) {
      at <- (start[first + 1] + 1):start[last + 1]
      row <- as.numeric(stored[["indices"]][at]) + 1
      part[cbind(rep(seq_along(lengths), lengths), row)] <- stored[["data"]][at]
    }
    part
  }
}
