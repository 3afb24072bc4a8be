# What a split of a model will cost, from some of the fits of the first one (twin: costs.py).

use("csv_files", "preprocessing", "models", "saving", "grids", "job", "batch", "inner_folds")
use("learn/tuning", "processes")

# CPU seconds after which enough fits of a model are timed.
enough <- 0.3
# The first fits of a process take longer than others: short ones are timed again, so many times at
# most, until they have taken so many CPU seconds, and the last round counts.
rounds <- 20
warm <- 0.05
# What a trial may take (a minute's work at most, unless it hangs), and then fits that are timed.
most <- list(seconds = c(600, 20), memory_mb = Inf, log = NULL)
# A fit on a quarter of the rows, if these are so many, tells whether one on all takes too long. Its
# time grows between linearly and with the square of the rows: 4 to 16 times.
fewest_rows <- 20
quarter_factor <- 8

#' Train a model on a small part of the data, and time some of its fits on the whole split.
#'
#' Both in one process: a process for each would take a third of the time of a check.
#'
#' @param batch,cut the whole data, and a part of it, of one split.
#' @return list: tried (as of `train_split`) and, if that has no failures, cost: a data.frame of one
#'   row, the cells of costs.csv from `basis` on (`at least` if no fit came to its end).
model_cost <- function(batch, settings, info, cut) {
  split <- names(batch$splits)
  folder <- own_tempfile("cost")
  dir.create(folder)
  on.exit(unlink(folder, recursive = TRUE))
  paths <- file.path(folder, paste0(c(split, "cost"), ".rds"))
  lost <- run_in_child(
    {
      train_splits(cut, settings, info, split, folder, NULL)
      tried <- readRDS(paths[1])
      if (is.null(tried$failures)) {
        save_rds(time_split(batch, settings, info, tried), paths[2])
      }
    },
    folder, most
  )
  if (!file.exists(paths[1])) {
    return(list(tried = lost_split(settings, lost$message)))
  }
  tried <- readRDS(paths[1])
  if (!is.null(tried$failures)) {
    return(list(tried = tried))
  }
  if (file.exists(paths[2])) {
    cost <- readRDS(paths[2])
    cost$peak_mb <- number(max(as.numeric(cost$peak_mb), peak_mb()))
  } else {
    rows <- split_rows(batch, split)
    loop <- tuning_loop(split_grid(batch, settings, info, split, rows), info)
    fits <- length(unique(rows$inner)) * nrow(loop$loop)
    cost <- cost_cells("at least", fits * most$seconds[2], peak_mb())
  }
  list(tried = tried, cost = cost)
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
time_split <- function(batch, settings, info, tried) {
  split <- names(batch$splits)
  rows <- split_rows(batch, split)
  folds <- unique(rows$inner)
  grid <- split_grid(batch, settings, info, split, rows)
  loop <- tuning_loop(grid, info)
  set.seed(1)
  fits <- sample.int(nrow(loop$loop))
  seconds_of <- function(fold, fit) {
    before <- proc.time()
    # A candidate that fails takes time too.
    try(silent = TRUE, predict_fold(
      settings, info, fold, loop$loop[fit, , drop = FALSE], loop$submodels[[fit]],
      class_codes(batch)
    ))
    cpu_seconds(proc.time() - before)
  }

  fold <- read_fold(batch, settings, split, rows, folds[1])
  part <- quarter(fold)
  expected <- if (is.null(part)) 0 else quarter_factor * seconds_of(part, fits[1])
  basis <- "extrapolated"
  spent <- expected
  if (expected <= most$seconds[2] / 2) {
    basis <- "measured"
    total <- 0
    for (round in seq_len(rounds)) {
      spent <- numeric()
      while (length(spent) < length(fits) && sum(spent) < enough) {
        spent <- c(spent, seconds_of(fold, fits[length(spent) + 1]))
      }
      total <- total + sum(spent)
      if (total > warm) {
        break
      }
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
