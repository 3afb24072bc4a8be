test_that("large whole numbers, parts of arrays and texts keep their values", {
  path <- tempfile("\u00e4 b")
  values <- array(seq_len(24) / 4, c(2, 3, 4))
  write_h5(path, "w", function(file) {
    rhdf5::h5createDataset(file, "whole", 2, H5type = "H5T_STD_I64LE", chunk = NULL, level = 0)
    rhdf5::h5write(c(2^40, -1), file, "whole")
    write_dataset(file, "values", values)
    write_dataset(file, "none", character())
    write_dataset(file, "text", c("\u03b1", "NA", ""))
  })
  read <- function(...) with_h5(path, function(file) read_h5(file, ...))
  expect_identical(read("whole"), c(2^40, -1))
  expect_identical(read("values", 2, 3, along = 3), values[, , 2:3])
  expect_identical(read("values", 2, 2, along = 2), values[, 2, , drop = FALSE])
  expect_identical(read("none"), character())
  expect_identical(read("text", 1, 2), c("\u03b1", "NA"))
  expect_identical(Encoding(read("text")[1]), "UTF-8")
})

test_that("errors name the file or the dataset, and nothing stays open", {
  path <- tempfile()
  expect_error(with_h5(path, identity), paste0(path, ": HDF5"), fixed = TRUE)
  write_h5(path, "w", function(file) write_dataset(file, "values", 1:3))
  # A file that is open is locked for writing.
  for (name in c("values", "missing")) {
    try(with_h5(path, function(file) read_h5(file, name, 2, 9)), silent = TRUE)
    try(with_h5(path, function(file) h5_attribute(file, name, "missing")), silent = TRUE)
    write_h5(path, "r+", function(file) NULL)
  }
  expect_error(with_h5(path, function(file) read_h5(file, "missing")), "missing: HDF5")
  expect_length(rhdf5::h5validObjects(), 0)
})
