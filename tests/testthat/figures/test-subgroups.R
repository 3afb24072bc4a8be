# In whom the first model works: strata of any number and name, small ones, and none.

use_figures(environment())

models <- c("r/null", "python/logistic_regression", "r/glmnet")

#' Data of a figure; strata: data.frame of cohort, column, stratum, n_samples and p_adjusted.
with_strata <- function(strata, estimate = seq(0.55, 0.9, length.out = nrow(strata))) {
  rows <- merge(data.frame(model = models), strata, sort = FALSE)
  table <- data.frame(
    dataset = "demo", language = sub("/.*", "", rows$model), model = sub(".*/", "", rows$model),
    metric = "roc_auc", rows[setdiff(names(strata), "")],
    estimate = rep(estimate, each = length(models)), overall = 0.74
  )
  table$ci_low <- table$estimate - 0.2
  table$ci_high <- pmin(table$estimate + 0.15, 1)
  file <- tempfile(fileext = ".csv")
  data.table::fwrite(table, file)
  c(ranked_data(models, c(0.9, 0.8, 0.7)), list(
    findings = data.frame(
      key = "subgroups", place = "title",
      text = "python/logistic_regression does worse in age > 61 (ROC AUC 0.600, expected 0.800)"
    ),
    subgroups = read_subgroups(file, "demo", models, "roc_auc"),
    heterogeneity = means_of(strata)
  ))
}

#' Rows of heterogeneity.csv: of three strata or more, with a prediction interval.
means_of <- function(strata) {
  large <- strata[strata$n_samples >= 10, c("cohort", "column")]
  count <- as.data.frame(table(large), stringsAsFactors = FALSE)
  count <- count[count$Freq > 0, ]
  table <- data.frame(
    dataset = "demo", language = "python", model = "logistic_regression", metric = "roc_auc",
    cohort = count$cohort, column = count$column, n_strata = count$Freq, estimate = 0.74,
    ci_low = 0.66, ci_high = 0.8, prediction_low = ifelse(count$Freq < 3, NA, 0.07),
    prediction_high = 0.991
  )
  file <- tempfile(fileext = ".csv")
  data.table::fwrite(table, file)
  read_heterogeneity(file, "demo", models, "roc_auc")
}

drawn <- function(data, label) {
  file <- tempfile(fileext = ".svg")
  save_figure(draw_subgroups(data), file)
  expect_legible_text(file, label)
  keep_pictures(data, list(subgroups = draw_subgroups), label)
  svg_text(file)
}

test_that("strata, small ones and cohorts are legible; the first model is no baseline", {
  strata <- data.frame(
    cohort = c(rep("development", 10), rep("lyon", 2)),
    column = c("age", "age", "sex", "sex", rep("site of the first operation, as recorded", 6),
               "age", "age"),
    stratum = c("≤ 61", "> 61", "F", "M", "Massachusetts General Hospital and its clinics",
                "B", "\"C\", annex", "D", "E", "missing", "≤ 61", "> 61"),
    n_samples = c(90, 96, 100, 86, 60, 55, 48, 20, 30, 3, 40, 1000),
    p_adjusted = c(0.01, 0.0001, 0.7, 0.7, 1, 1, 0.9, 1, 1, NA, 1, 1)
  )
  text <- drawn(with_strata(strata, c(seq(0.55, 0.9, length.out = 9), NA, 0.7, 0.8)), "many")
  expect_match(text, "The first model, python/logistic_regression", fixed = TRUE)
  expect_match(text, "p < 0.001", fixed = TRUE)
  expect_match(text, "≤ 61 (n = 90)", fixed = TRUE)
  expect_match(text, "missing (n = 3)", fixed = TRUE)
  expect_match(text, "no value", fixed = TRUE)
  expect_match(text, "lyon", fixed = TRUE)
  expect_match(text, "mean of 5 strata", fixed = TRUE)
  expect_no_match(text, "mean of 2 strata", fixed = TRUE)
  expect_match(text, "0.740; new: 0.070 to 0.991", fixed = TRUE)
  expect_match(text, "expected at a new stratum (95 % prediction interval)", fixed = TRUE)
})

test_that("sites of several cohorts have a mean each", {
  strata <- data.frame(
    cohort = rep(c("development", "lyon", "oslo"), 6:4), column = "site", stratum = LETTERS[1:15],
    n_samples = 40, p_adjusted = 0.5
  )
  data <- with_strata(strata)
  text <- drawn(data, "sites")
  expect_match(text, "mean of 6 strata.*mean of 5 strata")
  expect_no_match(text, "mean of 4 strata", fixed = TRUE)
  data$heterogeneity <- data$heterogeneity[0, ]
  expect_no_match(drawn(data, "no_means"), "new stratum", fixed = TRUE)
})

test_that("one column, or none, is legible", {
  strata <- data.frame(
    cohort = "development", column = "er", stratum = c("negative", "positive"),
    n_samples = c(8, 60), p_adjusted = NA_real_
  )
  expect_no_match(drawn(with_strata(strata), "one"), "p = ", fixed = TRUE)
  data <- with_strata(strata)
  data$subgroups <- data$subgroups[0, ]
  expect_match(drawn(data, "none"), "does worse", fixed = TRUE)
})
