# The figure of permuted outcomes: p as in the checks, true titles, every model drawn.

use_figures(environment())

#' What `draw_null` is given: `observed` by model, and the same values of the permutations for each.
null_data <- function(observed, null, metric = "roc_auc") {
  ids <- names(observed)
  rows <- do.call(rbind, lapply(ids, function(id) {
    data.frame(
      dataset = "demo", permutation = 0:length(null), language = sub("/.*", "", id),
      model = sub(".*/", "", id), metric = metric, value = c(observed[[id]], null)
    )
  }))
  file <- tempfile(fileext = ".csv")
  data.table::fwrite(rbind(rows, transform(rows, dataset = "other")), file)
  list(dataset = "demo", metric = metric, null = read_null(file, "demo", ids))
}

title <- function(figure) gsub("\n", " ", figure$plot$labels$title)
info <- metric_info("roc_auc")

test_that("p counts the permutations that are as good, and those without a value", {
  null <- c(seq(0.30, 0.66, by = 0.02))
  data <- null_data(c("r/a" = 0.60, "python/b" = 0.9, "r/c" = NA), null)
  found <- null_models(data$null, info)
  expect_identical(found$model, c("python/b", "r/a", "r/c"))
  expect_equal(found$p, c(1 / 20, 5 / 20, NA))
  expect_equal(null_models(null_data(c("r/a" = 0.9), c(NA, 0.1))$null, info)$p, 2 / 3)
  smaller <- null_models(null_data(c("r/a" = 0.31), null, "rmse")$null, metric_info("rmse"))
  expect_equal(smaller$p, 2 / 20)
})

test_that("the title tells how many models learn, or that there are too few permutations", {
  null <- seq(0.3, 0.66, by = 0.02)
  draw <- function(...) title(draw_null(null_data(...)))
  expect_identical(
    draw(c("r/a" = 0.9, "r/b" = 0.5), null),
    "1 of 2 models does better on the real outcomes than on permuted ones (unadjusted p)"
  )
  expect_identical(
    draw(c("r/a" = 0.9, "r/b" = 0.8), null),
    "Both models do better on the real outcomes than on permuted ones (unadjusted p)"
  )
  expect_match(draw(c("r/a" = 0.9), null), "permuted ones$")
  expect_identical(draw(c("r/a" = 0.5), null), "No evidence that the model learns the outcome")
  expect_identical(
    draw(c("r/a" = 0.9), c(0.5, 0.6)), "No verdict from 2 permutations: p cannot be below 0.33"
  )
})

test_that("2, 13 and 40 models are drawn with their p, few and many permutations", {
  for (n in c(2, 13, 40)) {
    for (null in list(0.5, c(0.4, 0.6), stats::qnorm(stats::ppoints(300), 0.5, 0.1))) {
      models <- paste0(rep_len(c("r/", "python/"), n), "m", seq_len(n))
      data <- null_data(stats::setNames(seq(0.3, 0.9, length.out = n), models), null)
      file <- tempfile(fileext = ".svg")
      save_figure(draw_null(data), file)
      expect_legible_text(file, n)
      svg <- paste(readLines(file, encoding = "UTF-8"), collapse = "\n")
      for (model in models) expect_match(svg, paste0(">", model, "<"), fixed = TRUE)
      expect_length(gregexpr("p = ", svg, fixed = TRUE)[[1]], n)
    }
    keep_pictures(data, list(null = draw_null), n)
  }
})

test_that("dots stay in their row, and values that diverged are drawn at the edge", {
  values <- c(rep(1, 5), 2, 3, 2.5, 1e6)
  expect_lte(max(abs(null_spread(values))), 0.5)
  limits <- null_limits(0.5, values, metric_info("rmse"))
  expect_identical(limits, c(0.5, 3))
  expect_identical(null_limits(0.99, c(0.5, 0.5, 0.51), info), c(0.5, 0.99))
})
