source(file.path(root, "workflow", "R", "use.R"))
use("colours", envir = environment())

test_that("colours of a group have their names, in the order of the catalog", {
  expect_equal(names(colours("language")), c("Python", "R"))
  expect_equal(unname(colours("wrong"))[c(1, 4)], c("#F3F8F5", "#3B1F0B"))
  expect_length(colours("none"), 0)
})
