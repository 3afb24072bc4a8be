# What a split of a model will cost, from some of the fits of the first one (twin: costs.py).

use("csv_files", "preprocessing", "models", "grids", "job", "batch", "processes", "inner_folds")
use("learn/tuning")

# CPU seconds after which enough fits of a model are timed, and what one of them may take at most.
enough <- 1
most <- list(seconds = 20, memory_mb = Inf, log = NULL)
# A fit on a quarter of the rows, if these are so many, tells whether one on all takes too long. Its
# time grows between linearly and with the square of the rows: 4 to 16 times.
fewest_rows <- 20
quarter_factor <- 8

#' Cells of costs.csv from `basis` on.
#'
#' @param batch of one split.
#' @param cut,tried a small part of the data, and what training the model on it took.
#' @return data.frame of one row: basis (`at least` if no fit came to its end), split_seconds,
#'   peak_mb.
model_cost <- function(batch, settings, info, cut, tried) {
  folder <- own_tempfile("cost")
  dir.create(folder)
  on.exit(unlink(folder, recursive = TRUE))
  path <- file.path(folder, "cost.rds")
  run_in_child(
    {
      attach_packages(info$library)
      saveRDS(time_split(batch, settings, info, cut, tried), path)
    },
    folder, most
  )
  if (file.exists(path)) {
    cost <- readRDS(path)
    cost$peak_mb <- number(max(as.numeric(cost$peak_mb), peak_mb()))
    return(cost)
  }
  split <- names(batch$splits)
  rows <- split_rows(batch, split)
  loop <- tuning_loop(split_grid(batch, settings, info, split, rows), info)
  fits <- length(unique(rows$inner)) * nrow(loop$loop)
  cost_cells("at least", fits * most$seconds, peak_mb())
}

#' The cells of `model_cost` for a split that was trained.
measured_cost <- function(result) {
  cost_cells("measured", sum(result$timing$cpu_seconds), max(result$timing$peak_mb))
}

cost_cells <- function(basis, seconds, memory) {
  data.frame(basis = basis, split_seconds = number(seconds), peak_mb = number(memory))
}

#' The cells of `model_cost`. Candidates are fitted to the first inner fold, in random order, until
#' enough is known.
time_split <- function(batch, settings, info, cut, tried) {
  split <- names(batch$splits)
  rows <- split_rows(batch, split)
  folds <- unique(rows$inner)
  grid <- split_grid(batch, settings, info, split, rows)
  loop <- tuning_loop(grid, info)
  set.seed(1)
  fits <- sample.int(nrow(loop$loop))
  seconds_of <- function(batch, fold, fit) {
    before <- proc.time()
    # A candidate that fails takes time too.
    try(silent = TRUE, predict_fold(
      settings, info, fold, loop$loop[fit, , drop = FALSE], loop$submodels[[fit]],
      class_codes(batch)
    ))
    cpu_seconds(proc.time() - before)
  }

  # What the first fit of a process does once is no part of a fit.
  cut_rows <- split_rows(cut, split)
  seconds_of(cut, read_fold(cut, settings, split, cut_rows, cut_rows$inner[1]), fits[1])
  fold <- read_fold(batch, settings, split, rows, folds[1])
  part <- quarter(fold)
  expected <- if (is.null(part)) 0 else quarter_factor * seconds_of(batch, part, fits[1])
  basis <- "extrapolated"
  spent <- expected
  if (expected <= most$seconds / 2) {
    basis <- "measured"
    spent <- numeric()
    while (length(spent) < length(fits) && sum(spent) < enough) {
      spent <- c(spent, seconds_of(batch, fold, fits[length(spent) + 1]))
    }
  }
  one <- mean(spent)
  # A single candidate is fitted to the inner folds for their predictions, unless calibration makes
  # these.
  calibrated <- length(batch$classes) > 0 && needs_calibration(info)
  fits <- if (nrow(grid) > 1 || !calibrated) length(folds) * nrow(loop$loop) else 0
  on_cut <- stats::setNames(tried$timing$cpu_seconds, tried$timing$stage)
  refit <- max(one * length(rows$train) / nrow(fold$x), on_cut[["fit"]]) + on_cut[["predict"]]
  cost_cells(basis, fits * one + refit, peak_mb())
}

# The candidates of a split.
split_grid <- function(batch, settings, info, split, rows) {
  x <- fit_matrix(batch, one_fit(batch$fits, split, 0), rows$train)
  split_candidates(batch, settings, info, split, rows, x, caret_outcome(batch, rows$train))
}

# An inner fold with every fourth of its training rows; NULL if these are too few.
quarter <- function(fold) {
  rows <- seq(1, nrow(fold$x), by = 4)
  if (length(rows) < fewest_rows) {
    return(NULL)
  }
  fold$x <- fold$x[rows, , drop = FALSE]
  fold$y <- if (is.factor(fold$y)) droplevels(fold$y[rows]) else fold$y[rows]
  fold$folds <- fold$folds[rows]
  fold
}
