# The contact sheet: which images it shows, in which row, and how they look.

use_figures(environment())

#' Write prepared.h5 as images.py does; pixels: list of arrays height x width x channels.
write_prepared <- function(path, samples, pixels, limits = c(0.2, 0.6)) {
  write_h5(path, "w", function(file) {
    write_dataset(file, "sample", samples)
    write_dataset(file, "image", rep("1.png", length(samples)))
    write_dataset(file, "limits", matrix(limits, 2, length(samples)))
    write_group(file, "pixels", function(group) {
      for (i in seq_along(pixels)) {
        write_dataset(group, as.character(i - 1), aperm(pixels[[i]], 3:1))
      }
    })
  })
  path
}

sheet_of <- function(outcome, names = names(outcome)) {
  path <- tempfile(fileext = ".tsv")
  table <- data.frame(sample = names, outcome = outcome)
  utils::write.table(table, path, sep = "\t", quote = FALSE, row.names = FALSE)
  path
}

grey <- array(seq(0, 0.7, length.out = 8 * 16), c(8, 16, 1))

test_that("images stand with their class, those of other samples nowhere", {
  one <- write_prepared(tempfile(), c("S1", "S2", "S1"), list(grey, grey, grey))
  two <- write_prepared(tempfile(), c("S10", "S99"), list(grey, grey))
  samples <- sheet_of(c("10", "9", "9"), c("S1", "S2", "S10"))
  sheet <- read_contact_sheet(c(one, two), c("cells", "cells"), samples, "classification")
  expect_equal(sheet$class, c("9", "10"))
  expect_equal(sheet$images, c(2, 2))
  expect_equal(sheet$samples, c(2, 1))
  expect_equal(attr(sheet, "pixels"), "8 x 16")
  drawn <- draw_contact_sheet(list(dataset = "demo", sheet = sheet))
  expect_match(drawn$plot$labels$title, "4 images of 2 classes")
  file <- tempfile(fileext = ".png")
  save_figure(drawn, file)
  expect_gt(file.size(file), 5000)
})

test_that("images as rows are found by their own names", {
  file <- write_prepared(tempfile(), c("S1", "S2"), list(grey, grey))
  samples <- sheet_of(c("a", "b"), c("S1/1.png", "S2/1.png"))
  sheet <- read_contact_sheet(file, "cells", samples, "classification")
  expect_equal(sheet$class, c("a", "b"))
})

test_that("pixels are stretched between their limits, the first row on top, in colour too", {
  file <- write_prepared(tempfile(), "S1", list(grey))
  pixels <- as.matrix(read_prepared(file, 0))
  expected <- pmin(pmax((grey[, , 1] - 0.2) / 0.4, 0), 1)
  expect_equal(pixels, as.matrix(grDevices::as.raster(expected)))
  expect_equal(pixels[1, 1], "#000000")
  expect_equal(pixels[8, 16], "#FFFFFF")
  red <- array(c(rep(1, 64), rep(0, 128)), c(8, 8, 3))
  file <- write_prepared(tempfile(), "S1", list(red))
  expect_equal(unique(as.vector(as.matrix(read_prepared(file, 0)))), "#FF0000")
  file <- write_prepared(tempfile(), "S1", list(grey), limits = c(0.5, 0.5))
  expect_equal(unique(as.vector(as.matrix(read_prepared(file, 0)))), "#000000")
})

test_that("a regression has a row for each quarter of its outcome, and many classes are cut", {
  names <- sprintf("S%02d", 1:40)
  file <- write_prepared(tempfile(), names, rep(list(grey), 40))
  sheet <- read_contact_sheet(file, "cells", sheet_of(40:1, names), "regression")
  expect_equal(sheet$class, c("1 to 10", "11 to 20", "21 to 30", "31 to 40"))
  sheet <- read_contact_sheet(file, "cells", sheet_of(names, names), "classification")
  expect_equal(nrow(sheet), sheet_rows)
  expect_match(contact_caption(sheet), "25 smaller rows left out", fixed = TRUE)
})
