# The figure of what a run cost: a row for each kind of time, a panel for each run.

use_figures(environment())

kinds <- c("tune", "fit", "predict", "startup", "read", "prepare", "statistics", "figures",
           "report", "rest", "snakemake")

#' Writes efficiency.csv and jobs.csv of runs with n training jobs each on some cores; reads them.
efficiency_of <- function(n, cores = 2, runs = 1) {
  names <- sprintf("2026-11-%02dT10:00:00Z", seq_len(max(runs, 1)))
  per_run <- function(run) {
    lane <- rep_len(seq_len(cores), n)
    start <- 5 + 12 * (seq_len(n) - 1) %/% cores
    training <- data.frame(
      run, job = sprintf("leukemia/r/model_%02d/1of1", seq_len(n)), rule = "train_r_final",
      kind = "train", lane, start_seconds = start, end_seconds = start + 3 + seq_len(n) %% 9,
      cpu_seconds = 7, model_seconds = 6
    )
    end <- max(training$end_seconds)
    others <- data.frame(
      run, job = c("leukemia/import", "score", "leukemia/figures", "summary"), rule = "other",
      kind = c("read", "statistics", "figures", "report"), lane = 1,
      start_seconds = c(1, end + c(1, 3, 8)), end_seconds = c(4, end + c(2, 7, 9)),
      cpu_seconds = 2, model_seconds = 0
    )
    rbind(training, others)
  }
  jobs <- do.call(rbind, lapply(names, per_run))
  values <- c(
    jobs = n + 4, cores = cores, wall_seconds = 100, cpu_seconds = 220, busy_share = 0.914,
    model_share = 0.8, speed_up = 1.8, speed_up_bound = 11.2, wall_over_bound = 1.08,
    stats::setNames(c(100, 60, 2, 20, 9, 8, 7, 6, 1, 3, 4), paste0("cpu_", kinds))
  )
  table <- data.frame(
    run = rep(names, each = length(values)), measure = names(values), value = unname(values)
  )
  files <- list(efficiency = tempfile(fileext = ".csv"), jobs = tempfile(fileext = ".csv"))
  data.table::fwrite(table[seq_len(length(values) * runs), ], files$efficiency)
  data.table::fwrite(jobs[seq_len(nrow(jobs) * (runs > 0)), ], files$jobs)
  read_efficiency(files)
}

#' The figure as SVG, whose text has to be legible.
shown <- function(figure, info = NULL) {
  file <- tempfile(fileext = ".svg")
  save_figure(figure, file)
  expect_legible_text(file, info)
  svg_text(file)
}

test_that("every kind of time, the speed-up and its bounds are written down", {
  text <- shown(draw_efficiency(efficiency_of(13)))
  expect_match(text, "74 % of 3.7 min of CPU time went into tuning, fitting and predicting")
  expect_match(text, "running in 91 % of the time of 2 cores")
  expect_match(text, "1.08 times as long as .*leukemia/r/model_08/1of1")
  for (words in c(efficiency_kinds, "60 s, 27.3 %", "reached", "longest job", "11")) {
    expect_match(text, words, fixed = TRUE)
  }
  expect_no_match(text, "2026-11-01|ran it last")
})

test_that("every run has its panel, and of many those with most CPU time are shown", {
  text <- shown(draw_efficiency(efficiency_of(5, runs = 2)))
  expect_match(text, "18 jobs in 2 runs; in that with most CPU time, of 2026-11-01T10:00:00Z")
  expect_match(text, "2026-11-02T10:00:00Z", fixed = TRUE)
  expect_match(text, "the run that ran it last", fixed = TRUE)
  expect_match(shown(draw_efficiency(efficiency_of(5, runs = 6))), "the 4 runs with most CPU time")
})

test_that("it is legible with 2, 13 and 40 models, and on 2, 16 and 80 cores", {
  for (n in c(2, 13, 40)) {
    expect_match(shown(draw_efficiency(efficiency_of(n)), n), "training")
  }
  for (cores in c(2, 16, 80)) {
    data <- efficiency_of(160, cores)
    text <- shown(draw_efficiency(data), cores)
    expect_identical(grepl("first 40 lanes", text), cores == 80)
    keep_pictures(data, list(efficiency = draw_efficiency), cores)
  }
  keep_pictures(efficiency_of(13, runs = 3), list(efficiency = draw_efficiency), "runs")
})

test_that("logs of an older version give a figure that says so", {
  expect_match(shown(draw_efficiency(efficiency_of(2, runs = 0))), "is unknown")
})

test_that("no file is left where the figure is drawn", {
  folder <- tempfile("drawn")
  dir.create(folder)
  before <- setwd(folder)
  on.exit(setwd(before))
  shown(draw_efficiency(efficiency_of(2)))
  expect_identical(list.files(), character())
})
