# HDF5 files. R sees the dimensions of a dataset the other way round: /X as features x samples.

use("csv_files")

#' Open an HDF5 file for reading, hand it to `action` and close it.
with_h5 <- function(path, action) {
  file <- naming(path, rhdf5::H5Fopen(path, flags = "H5F_ACC_RDONLY"))
  on.exit(rhdf5::H5Fclose(file))
  action(file)
}

# The value of an expression, whose error says what it is about: HDF5 does not.
naming <- function(name, value) {
  tryCatch(
    value, error = function(e) stop(sprintf("%s: %s", name, conditionMessage(e)), call. = FALSE)
  )
}

#' Values of a dataset, all or from one place to another.
#'
#' @param file what `with_h5` opened.
#' @param name the dataset's path in it.
#' @param from,to first and last place, from 1; NULL reads all.
#' @param along the dimension that they are places of.
#' @return array, or vector of one dimension; text is UTF-8.
read_h5 <- function(file, name, from = NULL, to = NULL, along = 1) {
  stored <- naming(name, rhdf5::H5Dopen(file, name))
  on.exit(rhdf5::H5Dclose(stored))
  # Integers of 64 bits become doubles: beyond 32 bits they would be NA.
  if (is.null(from)) {
    values <- rhdf5::H5Dread(stored, bit64conversion = "double")
  } else {
    space <- rhdf5::H5Dget_space(stored)
    on.exit(rhdf5::H5Sclose(space), add = TRUE)
    size <- rhdf5::H5Sget_simple_extent_dims(space)$size
    start <- replace(rep(1, length(size)), along, from)
    size <- replace(size, along, to - from + 1)
    rhdf5::H5Sselect_hyperslab(space, start = start, count = size)
    memory <- rhdf5::H5Screate_simple(size)
    on.exit(rhdf5::H5Sclose(memory), add = TRUE)
    values <- rhdf5::H5Dread(stored, space, memory, bit64conversion = "double")
  }
  if (is.character(values)) {
    return(utf8(values))
  }
  if (length(dim(values)) == 1) as.vector(values) else values
}

#' The text of an attribute of a group or dataset.
h5_attribute <- function(file, of, name) {
  attribute <- rhdf5::H5Aopen_by_name(file, objname = of, name = name)
  on.exit(rhdf5::H5Aclose(attribute))
  utf8(rhdf5::H5Aread(attribute))
}

#' Whether what has this name is a group, not a dataset.
is_group <- function(file, name) {
  object <- rhdf5::H5Oopen(file, name)
  on.exit(rhdf5::H5Oclose(object))
  rhdf5::H5Iget_type(object) == "H5I_GROUP"
}

#' Sides of a dataset's chunks; NULL if it is stored as a whole.
h5_chunk <- function(file, name) {
  stored <- rhdf5::H5Dopen(file, name)
  on.exit(rhdf5::H5Dclose(stored))
  rhdf5::H5Dchunk_dims(stored)
}

#' Make a group, hand it to `action` and close it.
write_group <- function(parent, name, action) {
  group <- rhdf5::H5Gcreate(parent, enc2utf8(name))
  on.exit(rhdf5::H5Gclose(group))
  action(group)
}

#' Write a vector or array as a dataset without chunks; text is UTF-8 of any length.
#'
#' @param action called with the open dataset and `...`.
write_dataset <- function(parent, name, values, action = identity, ...) {
  space <- rhdf5::H5Screate_simple(if (is.null(dim(values))) length(values) else dim(values))
  on.exit(rhdf5::H5Sclose(space))
  name <- enc2utf8(name)
  stored <- naming(name, rhdf5::H5Dcreate(parent, name, stored_type(values), space))
  on.exit(rhdf5::H5Dclose(stored), add = TRUE)
  if (length(values)) rhdf5::H5Dwrite(stored, as_stored(values))
  action(stored, ...)
}

#' Write an attribute of an open group or dataset, with `scalar` one without dimensions.
write_attribute <- function(object, name, values, scalar = FALSE) {
  space <- if (scalar) rhdf5::H5Screate() else rhdf5::H5Screate_simple(length(values))
  on.exit(rhdf5::H5Sclose(space))
  attribute <- rhdf5::H5Acreate(object, name, stored_type(values), space)
  on.exit(rhdf5::H5Aclose(attribute), add = TRUE)
  if (length(values)) rhdf5::H5Awrite(attribute, as_stored(values))
}

as_stored <- function(values) if (is.character(values)) enc2utf8(values) else values

stored_type <- function(values) {
  if (!is.character(values)) {
    return(if (is.integer(values)) "H5T_STD_I32LE" else "H5T_IEEE_F64LE")
  }
  text <- rhdf5::H5Tcopy("H5T_C_S1")
  # No size: of any length.
  rhdf5::H5Tset_size(text, NULL)
  rhdf5::H5Tset_cset(text, "UTF-8")
  text
}
