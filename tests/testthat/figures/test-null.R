# The figure of permuted outcomes: every model drawn, with its p.

use_figures(environment())

#' What `draw_null` is given: `observed` by model, and the same values of the permutations for each.
null_data <- function(observed, null, metric = "roc_auc") {
  ids <- names(observed)
  keys <- data.frame(dataset = "demo", language = sub("/.*", "", ids), model = sub(".*/", "", ids))
  rows <- do.call(rbind, lapply(seq_along(ids), function(i) {
    data.frame(as.list(keys[i, ]), permutation = 0:length(null), value = c(observed[[i]], null))
  }))
  tests <- data.frame(
    keys, observed = unname(observed), n_permutations = length(null),
    p_adjusted = ifelse(is.na(observed), NA, 1 / (length(null) + 1))
  )
  write <- function(table) {
    file <- tempfile(fileext = ".csv")
    data.table::fwrite(rbind(table, transform(table, dataset = "other")), file)
    file
  }
  list(
    dataset = "demo", metric = metric, null = read_null(write(rows), "demo", ids),
    null_tests = read_null_tests(write(tests), "demo", ids),
    findings = data.frame(key = "null", place = "title", text = "Both models do better")
  )
}

info <- metric_info("roc_auc")

test_that("the models stand in the order of their values, those without one at the end", {
  observed <- c("r/a" = 0.60, "python/b" = 0.9, "r/c" = NA)
  data <- null_data(observed, c(0.4, 0.5))
  found <- null_models(data$null_tests, info)
  expect_identical(found$model, c("python/b", "r/a", "r/c"))
  expect_equal(found$p, c(1 / 3, 1 / 3, NA))
  expect_equal(
    null_models(data$null_tests, metric_info("rmse"))$model, c("r/a", "python/b", "r/c")
  )
  expect_identical(draw_null(data)$plot$labels$title, "Both models do better")
})

test_that("2, 13 and 40 models are drawn with their p, few and many permutations", {
  many <- stats::qnorm(stats::ppoints(300), 0.5, 0.1)
  for (case in list(list(2, 0.5), list(2, many), list(13, many), list(40, c(0.4, 0.6)))) {
    n <- case[[1]]
    models <- paste0(rep_len(c("r/", "python/"), n), "m", seq_len(n))
    data <- null_data(stats::setNames(seq(0.3, 0.9, length.out = n), models), case[[2]])
    file <- tempfile(fileext = ".svg")
    save_figure(draw_null(data), file)
    expect_legible_text(file, n)
    svg <- paste(readLines(file, encoding = "UTF-8"), collapse = "\n")
    for (model in models) expect_match(svg, paste0(">", model, "<"), fixed = TRUE)
    expect_length(gregexpr("p = ", svg, fixed = TRUE)[[1]], n)
    keep_pictures(data, list(null = draw_null), n)
  }
})

test_that("permutations without a value are told of, for a model and for all of them", {
  data <- null_data(c("r/a" = 0.6, "python/b" = 0.9), rep(c(0.4, 0.5), 10))
  expect_no_match(draw_null(data)$plot$labels$caption, "Without")
  lost <- data$null$model == "r/a" & data$null$permutation %in% 1:7
  data$null$value[lost] <- NA
  file <- tempfile(fileext = ".svg")
  save_figure(draw_null(data), file)
  expect_legible_text(file)
  text <- svg_text(file)
  expect_match(text, "(7 of 20 without)", fixed = TRUE)
  expect_no_match(text, "(0 of 20", fixed = TRUE)
  expect_match(text, "they count as at least as good", fixed = TRUE)
  keep_pictures(data, list(null = draw_null), "lost")
  data$null$value[data$null$permutation > 0] <- NA
  save_figure(draw_null(data), file)
  expect_match(svg_text(file), "no model has a value on any of them", fixed = TRUE)
  data$null <- data$null[0, ]
  data$null_tests$observed <- data$null_tests$p <- NA_real_
  save_figure(draw_null(data), file)
  expect_legible_text(file)
  keep_pictures(data, list(null = draw_null), "none")
})

test_that("dots stay in their row, and values that diverged are drawn at the edge", {
  values <- c(rep(1, 5), 2, 3, 2.5, 1e6)
  expect_lte(max(abs(null_spread(values))), 0.5)
  limits <- null_limits(0.5, values, metric_info("rmse"))
  expect_identical(limits, c(0.5, 3))
  expect_identical(null_limits(0.99, c(0.5, 0.5, 0.51), info), c(0.5, 0.99))
})
