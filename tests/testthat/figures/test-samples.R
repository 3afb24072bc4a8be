# Which samples are wrong: the most often wrong ones first, and nothing without any.

use_figures(environment())

models <- c("python/logistic_regression", "r/glmnet", "r/null")

#' Data of a figure, with n samples, of which the first `wrong` are wrong in some splits.
with_samples <- function(n, wrong) {
  rows <- expand.grid(sample = sprintf("patient_%03d", seq_len(n)), model = models)
  rows$language <- sub("/.*", "", rows$model)
  rows$name <- sub(".*/", "", rows$model)
  at <- match(rows$sample, unique(rows$sample))
  table <- data.frame(
    dataset = "demo", language = rows$language, model = rows$name, cohort = "development",
    sample = rows$sample, truth = ifelse(at %% 2 == 0, "control", "case, \"early\""),
    n_predicted = 5, n_wrong = ifelse(at <= wrong, pmax(1, 5 - at %/% 10), 0)
  )
  file <- tempfile(fileext = ".csv")
  data.table::fwrite(table, file)
  c(ranked_data(models, c(0.8, 0.7, 0.5)), list(
    findings = data.frame(key = "samples", place = "title", text = "Every model gets some wrong"),
    sample_errors = read_sample_errors(file, "demo", models)
  ))
}

test_that("the samples that are wrong most often come first, and the baseline is left out", {
  file <- tempfile(fileext = ".svg")
  save_figure(draw_samples(with_samples(60, 50)), file)
  expect_legible_text(file)
  text <- svg_text(file)
  expect_match(text, "The 40 samples that are wrong most often, of 50")
  expect_match(text, "patient_001 (case", fixed = TRUE)
  expect_false(grepl("patient_060|null", text))
  keep_pictures(with_samples(60, 50), list(samples = draw_samples), "many")
})

test_that("few samples, or none, are legible too", {
  for (wrong in c(1, 0)) {
    file <- tempfile(fileext = ".svg")
    save_figure(draw_samples(with_samples(20, wrong)), file)
    expect_legible_text(file)
    expect_match(svg_text(file), if (wrong) "ever wrong" else "some wrong")
  }
})
