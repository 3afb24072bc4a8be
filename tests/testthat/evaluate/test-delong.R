use("delong")

truth <- rep(c("sick", "well"), c(8, 12))
scores <- list(
  "python/a" = c(.9, .8, .8, .7, .6, .55, .4, .3, .7, .5, .5, .45, .4, .3, .3, .2, .2, .1, .1, .05),
  "r/b" = c(.6, .9, .5, .8, .3, .7, .2, .4, .6, .6, .1, .5, .3, .4, .2, .3, .1, .2, .5, .05),
  "r/perfect" = c(rep(.9, 8), rep(.1, 12)),
  "r/sure" = c(rep(.8, 8), rep(.2, 12)),
  "r/same" = rep(.5, 20)
)

#' Rows of predictions.csv of these scores, in another order of samples for each model.
predictions_of <- function(scores) {
  rows <- lapply(seq_along(scores), function(i) {
    data.frame(
      language = dirname(names(scores)[i]), model = basename(names(scores)[i]), split = "final",
      cohort = "lyon", sample = sprintf("s%02d", 1:20), truth,
      prob_sick = as.character(scores[[i]]), prob_well = as.character(1 - scores[[i]])
    )[(1:20 + i) %% 20 + 1, ]
  })
  do.call(rbind, rows)
}

samples <- data.frame(sample = sprintf("s%02d", 1:20), group = "", cohort = "lyon")

compare <- function(models, ...) {
  delong_rows(predictions_of(scores[models]), samples, models, "sick")
}

test_that("it is DeLong's test by its definition", {
  # Share of the other class that each sample stands above, ties by half.
  placements <- function(score) {
    above <- outer(score[1:8], score[9:20], function(a, b) (a > b) + (a == b) / 2)
    list(sick = rowMeans(above), well = colMeans(above))
  }
  a <- placements(scores[["python/a"]])
  b <- placements(scores[["r/b"]])
  difference <- mean(a$sick) - mean(b$sick)
  error <- sqrt(stats::var(a$sick - b$sick) / 8 + stats::var(a$well - b$well) / 12)
  row <- compare(c("python/a", "r/b"))
  expect_equal(row$cohort, "lyon")
  expect_equal(c(row$model_a, row$model_b), c("python/a", "r/b"))
  expected <- c(
    difference, difference - stats::qnorm(.975) * error, difference + stats::qnorm(.975) * error,
    2 * stats::pnorm(-abs(difference) / error)
  )
  expect_equal(unlist(row[4:7], use.names = FALSE), expected, tolerance = 1e-10)
})

test_that("curves that cannot vary have no interval", {
  rows <- compare(c("r/perfect", "r/sure", "r/same"))
  expect_equal(rows$difference, c(0, .5, .5))
  expect_equal(rows$p_value, c(1, NA, NA))
  expect_true(all(is.na(rows$ci_low), is.na(rows$ci_high)))
})

test_that("a model without probabilities leaves its pairs empty", {
  predictions <- predictions_of(scores[1:3])
  predictions$prob_sick[predictions$model == "b"] <- ""
  rows <- delong_rows(predictions, samples, names(scores)[1:3], "sick")
  expect_equal(is.na(rows$p_value), c(TRUE, FALSE, TRUE))
})

test_that("groups, several classes and a single model are left out, and it is said", {
  predictions <- predictions_of(scores)
  grouped <- transform(samples, group = c("g", "g", rep("", 18)))
  expect_message(result <- delong_rows(predictions, grouped, names(scores)), "not independent")
  expect_null(result)
  predictions$prob_other <- "0"
  expect_message(result <- delong_rows(predictions, samples, names(scores)), "two classes")
  expect_null(result)
})

test_that("delong.R writes its table", {
  folder <- tempfile()
  dir.create(folder)
  paths <- list(predictions = file.path(folder, "p.csv"), samples = file.path(folder, "s.tsv"))
  write_quoted(predictions_of(scores), paths$predictions, ",")
  write_quoted(samples, paths$samples, "\t")
  output <- file.path(folder, "delong.csv")
  params <- list(models = names(scores), positive = "\"sick\"")
  job <- run_script("evaluate/delong.R", paths, list(output), params)
  expect_equal(job$status, 0)
  expected <- delong_rows(predictions_of(scores), samples, names(scores), "sick")
  expect_equal(utils::read.csv(output, na.strings = ""), expected, tolerance = 1e-12)
})

test_that("a cohort with one sample of a class leaves its pairs empty", {
  for (lone in c("sick", "well")) {
    kept <- c(which(truth == lone)[1], which(truth != lone))
    predictions <- predictions_of(scores[1:2])
    predictions <- predictions[predictions$sample %in% sprintf("s%02d", kept), ]
    rows <- delong_rows(predictions, samples[kept, ], names(scores)[1:2], "sick")
    expect_equal(nrow(rows), 1)
    expect_true(all(is.na(rows[c("difference", "ci_low", "ci_high", "p_value")])))
  }
})
