# Divides counts by the size factors that Python computed per fit (twin: size_factors.py).

use("hdf5")

#' Normalise counts by their samples' size factors.
#'
#' @param x numeric matrix (n x p), NA where missing.
#' @param layer number of each column's normalised layer, from 1; 0: none.
#' @param factors size factors of the n samples (n x L matrix).
#' @return matrix (n x p): log2(count / size factor + 1) in the normalised columns.
normalise <- function(x, layer, factors) {
  for (number in seq_len(ncol(factors))) {
    columns <- which(layer == number)
    # Not log2(), for the same bits in both languages.
    x[, columns] <- log(x[, columns, drop = FALSE] / factors[, number] + 1) / log(2)
  }
  x
}

#' What belongs to the size factors in preprocessing.h5.
#'
#' @param path path of preprocessing.h5.
#' @return list: sample (names) and layer (names of the normalised layers); NULL if nothing is
#'   normalised.
read_size_factors <- function(path) {
  with_h5(path, function(file) {
    if (!rhdf5::H5Lexists(file, "size_factors")) {
      return(NULL)
    }
    list(
      sample = read_h5(file, "size_factors/sample"), layer = read_h5(file, "size_factors/layer")
    )
  })
}
