# The figures of survival with 2, 13 and 40 models: legible, and true where models lack something.

use_figures(environment())

survival_figures <- list(
  risk_groups = draw_risk_groups, horizons = draw_horizons,
  horizon_calibration = draw_horizon_calibration, survival_decision = draw_survival_decision
)

#' Data of the figures, of n models and a baseline; the second has no survival probabilities.
with_survival <- function(n, horizons = c(365, 1825), cohorts = "development") {
  models <- c(sprintf("%s/model_%02d", rep_len(c("python", "r"), n), seq_len(n)), "r/null")
  data <- ranked_data(models, seq(0.8, 0.5, length.out = n + 1))
  data$metric <- data$ranking$metric <- "concordance"
  data$models$language <- ifelse(startsWith(models, "r/"), "R", "Python")
  data$models$kind <- ifelse(data$models$baseline, "baseline", data$models$language)
  table <- function(file, rows) {
    id <- data.frame(dataset = "demo", language = sub("/.*", "", rows$model),
                     model = sub(".*/", "", rows$model))
    rows$model <- NULL
    path <- file.path(tempdir(), paste0(file, ".csv"))
    data.table::fwrite(cbind(id, rows), path)
    path
  }
  known <- models[-2]
  at <- function(models, ...) {
    expand.grid(model = models, cohort = cohorts, horizon = horizons, ...,
                stringsAsFactors = FALSE)
  }
  scores <- at(models)
  scores[c("n_events", "n_at_risk")] <- list(20, 80)
  scores[c("auc", "auc_low", "auc_high")] <- list(0.7, 0.6, 0.8)
  scores[c("brier", "brier_low", "brier_high")] <- list(0.15, 0.12, 0.2)
  scores[c("brier_kaplan_meier", "calibration_ratio")] <- list(0.17, 1.23)
  lacking <- c("brier", "brier_low", "brier_high", "calibration_ratio")
  scores[scores$model == models[2], lacking] <- NA
  groups <- at(known, predicted = c(0.1, 0.3, 0.7))
  groups$observed <- groups$predicted * 0.9
  groups[c("ci_low", "ci_high")] <- list(groups$observed * 0.7, groups$observed * 1.3)
  benefit <- at(known, threshold = seq(0.01, 0.99, 0.01))
  events <- ifelse(benefit$cohort == "development", 0.3, 0.1)
  benefit$treat_all <- events - (1 - events) * benefit$threshold / (1 - benefit$threshold)
  benefit$net_benefit <- pmax(0.28 - 0.5 * benefit$threshold, 0)
  curves <- expand.grid(
    model = setdiff(models, "r/null"), cohort = cohorts, group = c("low", "high"),
    time = seq(0, 4000, 100), stringsAsFactors = FALSE
  )
  curves$survival <- exp(-curves$time / ifelse(curves$group == "low", 9000, 3000))
  curves[c("ci_low", "ci_high")] <- list(curves$survival * 0.9, pmin(1, curves$survival * 1.1))
  curves$n_at_risk <- round(100 * curves$survival)
  files <- list(
    horizons = table("horizons", scores), horizon_calibration = table("calibration", groups),
    horizon_benefit = table("benefit", benefit), risk_groups = table("risk_groups", curves)
  )
  data$findings <- data.frame(
    key = names(survival_figures), place = "title", text = "What the data show, in some words"
  )
  data$survival <- read_survival(files, "demo", models)
  data
}

drawn_text <- function(data, name) {
  file <- tempfile(fileext = ".svg")
  save_figure(survival_figures[[name]](data), file)
  expect_legible_text(file, name)
  svg_text(file)
}

test_that("the figures are legible with 2, 13 and 40 models, and with cohorts", {
  for (n in c(2, 13, 40)) {
    # The panels of a model are beside each other: one is as high as two.
    data <- with_survival(n, horizons = if (n == 40) 1825 else c(365, 1825))
    for (name in names(survival_figures)) expect_match(drawn_text(data, name), "What the data show")
    keep_pictures(data, survival_figures, n)
  }
  data <- with_survival(3, cohorts = c("development", "lyon"))
  for (name in names(survival_figures)) drawn_text(data, name)
  keep_pictures(data, survival_figures, "cohorts")
})

test_that("a cohort's net benefit is compared with treating all of that cohort", {
  data <- with_survival(2, cohorts = c("development", "lyon"))
  rules <- draw_survival_decision(data)$plot$layers[[1]]$data
  at_half <- unique(rules[rules$x == 0.5, c("rule", "y")])
  expect_equal(
    stats::setNames(at_half$y, at_half$rule),
    c("all development" = -0.4, "all lyon" = -0.8, none = 0)
  )
  text <- drawn_text(data, "survival_decision")
  expect_match(text, "treat all of cohort lyon", fixed = TRUE)
  expect_match(text, "to compare with treating all of that cohort", fixed = TRUE)
  expect_no_match(drawn_text(with_survival(2), "survival_decision"), "cohort")
})

test_that("a model without survival probabilities keeps its place", {
  data <- with_survival(3)
  calibration <- drawn_text(data, "horizon_calibration")
  for (text in c(calibration, drawn_text(data, "survival_decision"))) {
    expect_match(text, "no survival probabilities.*r/model_02")
  }
  expect_match(drawn_text(data, "horizons"), "r/model_02")
  expect_match(calibration, "until 365: predicted/observed 1.23")
})

test_that("a model that failed on all splits says so in its rows", {
  data <- with_survival(3)
  data$ranking$status[2] <- "failed"
  data$ranking$estimate[2] <- NA
  scores <- data$survival$horizons
  data$survival$horizons <- scores[scores$model != "r/model_02", ]
  keep_pictures(data, survival_figures["horizons"], "failed")
  text <- drawn_text(data, "horizons")
  # Two scores at two horizons.
  expect_length(gregexpr("failed on all splits", text)[[1]], 4)
  expect_no_match(drawn_text(with_survival(3), "horizons"), "failed on all splits")
})

test_that("the groups are compared at the last horizon, with the numbers at risk", {
  text <- drawn_text(with_survival(2), "risk_groups")
  # exp(-1800 / 9000) and exp(-1800 / 3000)
  expect_match(text, "at 1825: low 82\u00a0%, high 55\u00a0%")
  expect_false(grepl("null", text))
  expect_match(text, "100 .*80 ")
  expect_false(grepl("at 9000", drawn_text(with_survival(2, horizons = 9000), "risk_groups")))
})

test_that("of many horizons the first, the last and one between are drawn", {
  data <- with_survival(2, horizons = 100 * seq_len(12))
  expect_equal(shown_horizons(data), c(100, 600, 1200))
  expect_match(drawn_text(data, "horizons"), "Of 12 horizons, 3 are drawn")
})

test_that("without any prediction the figures are words", {
  data <- with_survival(2)
  data$survival <- lapply(data$survival, function(table) table[0, ])
  for (name in names(survival_figures)) {
    expect_match(drawn_text(data, name), "What the data show")
  }
})
