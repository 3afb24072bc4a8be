# The library under test, and small studies on disk to run it on.

source(file.path(root, "workflow", "R", "use.R"), local = environment())
use("checksums", "shuffling", "processes", "results", "costs")
suppressPackageStartupMessages(library(caret))
models <- caret_models()

#' Make an HDF5 file (mode "w") or open one ("r+"), write into it with `action` and close it.
write_h5 <- function(path, mode, action) {
  file <- if (mode == "w") rhdf5::H5Fcreate(path) else rhdf5::H5Fopen(path, "H5F_ACC_RDWR")
  on.exit(rhdf5::H5Fclose(file))
  action(file)
}

#' Write data.h5ad: values (samples x features) with dimnames, in chunks of some columns.
write_h5ad <- function(path, values, chunk = 7) {
  write_h5(path, "w", function(file) {
    for (axis in c("obs", "var")) {
      write_group(file, axis, function(group) {
        write_attribute(group, "_index", "_index")
        write_dataset(group, "_index", if (axis == "obs") rownames(values) else colnames(values))
      })
    }
    stored <- t(unname(values))
    if (is.null(chunk)) {
      write_dataset(file, "X", stored)
    } else {
      chunks <- c(min(chunk, ncol(values)), nrow(values))
      rhdf5::h5createDataset(file, "X", dim(stored), chunk = chunks, level = 0)
      rhdf5::h5write(stored, file, "X")
    }
  })
}

#' Store /X of a file of write_h5ad as CSC; zeros are left out.
make_sparse <- function(path, values) {
  write_h5(path, "r+", function(file) {
    rhdf5::H5Ldelete(file, "X")
    write_group(file, "X", function(group) {
      write_attribute(group, "shape", dim(values))
      stored <- which(is.na(values) | values != 0)
      write_dataset(group, "data", values[stored])
      write_dataset(group, "indices", as.integer((stored - 1) %% nrow(values)))
      ends <- cumsum(colSums(is.na(values) | values != 0))
      write_dataset(group, "indptr", as.integer(c(0, ends)))
    })
  })
}

#' Write preprocessing.h5 from a list of fits: split, fit, index, fill, center, scale, rank.
write_fits <- function(path, fits, splits_sha256, horizons = NULL) {
  lengths <- vapply(fits, function(fit) length(fit$index), 1)
  splits <- vapply(fits, function(fit) fit$split, "")
  write_h5(path, "w", function(file) {
    write_group(file, "fits", function(group) {
      write_dataset(group, "split", splits)
      write_dataset(group, "fit", vapply(fits, function(fit) as.integer(fit$fit), 1L))
      write_dataset(group, "start", cumsum(c(0, lengths[-length(lengths)])))
      write_dataset(group, "length", lengths)
    })
    write_group(file, "features", function(group) {
      for (name in c("index", "fill", "center", "scale", "rank")) {
        write_dataset(group, name, unlist(lapply(fits, `[[`, name)))
      }
    })
    write_attribute(file, "splits_sha256", splits_sha256)
    write_attribute(file, "data_sha256", "none")
    if (!is.null(horizons)) {
      write_attribute(file, "horizons", as.character(jsonlite::toJSON(horizons)))
    }
  })
}

#' A table whose every cell is quoted, as a strict writer would.
write_quoted <- function(table, path, sep) {
  quoted <- function(text) {
    paste0("\"", gsub("\"", "\"\"", enc2utf8(as.character(text)), fixed = TRUE), "\"")
  }
  lines <- c(
    paste(quoted(names(table)), collapse = sep),
    do.call(paste, c(unname(lapply(table, quoted)), sep = sep))
  )
  file <- file(path, open = "wb")
  on.exit(close(file))
  writeLines(lines, file, useBytes = TRUE)
}

#' Rows of splits.csv: `folds` outer folds and `final`, with inner folds, samples dealt out in turn
#' within each label.
deal_splits <- function(samples, labels, folds = 3, inner_folds = 3) {
  deal <- function(labels, count) {
    fold <- integer(length(labels))
    for (label in unique(labels)) {
      fold[labels == label] <- rep_len(seq_len(count), sum(labels == label))
    }
    fold
  }
  outer <- deal(labels, folds)
  one <- function(split, fold, train) {
    inner <- rep("", length(samples))
    inner[train] <- deal(labels[train], inner_folds)
    data.frame(
      split = split, "repeat" = "1", fold = fold, sample = samples,
      role = ifelse(train, "train", "test"), inner_fold = inner, check.names = FALSE
    )
  }
  do.call(rbind, c(
    lapply(seq_len(folds), function(fold) one(sprintf("r01f%02d", fold), fold, outer != fold)),
    list(one("final", "", rep(TRUE, length(samples))))
  ))
}

#' A study on disk whose preprocessing changes nothing (all columns, no scaling).
#'
#' @return list of paths: data, samples, splits, preprocessing, folder.
make_study <- function(x, outcome, splits = deal_splits(rownames(x), outcome), index = NULL,
                       horizons = NULL) {
  folder <- tempfile("study")
  dir.create(folder)
  paths <- as.list(file.path(
    folder, c("data.h5ad", "samples.tsv", "splits.csv", "preprocessing.h5")
  ))
  names(paths) <- c("data", "samples", "splits", "preprocessing")
  write_h5ad(paths$data, x)
  sheet <- data.frame(
    sample = rownames(x), outcome = outcome, group = "", cohort = "development"
  )
  write_quoted(sheet, paths$samples, "\t")
  write_quoted(splits, paths$splits, ",")
  if (is.null(index)) {
    index <- seq_len(ncol(x)) - 1L
  }
  fits <- list()
  for (split in unique(splits$split)) {
    inner <- splits$inner_fold[splits$split == split]
    for (fit in c(0, sort(as.integer(unique(inner[nzchar(inner)]))))) {
      fits[[length(fits) + 1]] <- list(
        split = split, fit = fit, index = index, fill = rep(0, length(index)),
        center = rep(0, length(index)), scale = rep(1, length(index)), rank = 0L * index
      )
    }
  }
  write_fits(paths$preprocessing, fits, sha256_file(paths$splits), horizons)
  c(paths, folder = folder)
}

open_study <- function(paths, task = "classification", index = 1, count = 1) {
  final <- index == count && "final" %in% read_csv(paths$splits, ",")$split
  files <- paths[c("data", "samples", "splits", "preprocessing")]
  do.call(load_batch, c(files, list(task, index, count, final)))
}

tuning_metrics <- c(classification = "brier", regression = "rmse", survival = "concordance")

settings_for <- function(method, grid, params = list(), task = "classification",
                         metric = tuning_metrics[[task]], size = 9) {
  job_settings(
    "study", method,
    list(name = method, method = method, params = params, grid = grid, size = size),
    task, metric,
    seed = 2022
  )
}

#' n samples of two classes, told apart by the first two of p features.
two_classes <- function(n = 30, p = 6, labels = c("a", "b")) {
  set.seed(7)
  outcome <- rep(labels, length.out = n)
  x <- matrix(rnorm(n * p), n, p, dimnames = list(sprintf("S%02d", 1:n), paste0("g", 1:p)))
  x[, 1:2] <- x[, 1:2] + 1.5 * (outcome == labels[1])
  list(x = x, outcome = outcome)
}

#' Every so many-th gene of the leukemia data, samples in rows.
leukemia <- function(every = 6) {
  folder <- file.path(root, "resources", "leukemia")
  table <- utils::read.delim(gzfile(file.path(folder, "expression.tsv.gz")), check.names = FALSE)
  sheet <- utils::read.delim(file.path(folder, "samples.tsv"), colClasses = "character")
  x <- t(as.matrix(table[seq(1, nrow(table), by = every), -1]))
  colnames(x) <- table$feature[seq(1, nrow(table), by = every)]
  list(x = x[sheet$sample, ], outcome = sheet$subtype)
}

#' Every so many-th gene of the breast cancer data, standardised, and times until metastasis as in
#' samples.tsv.
breast_cancer <- function(every = 4) {
  folder <- file.path(root, "resources", "breast_cancer")
  table <- utils::read.delim(gzfile(file.path(folder, "expression.tsv.gz")), check.names = FALSE)
  sheet <- utils::read.delim(file.path(folder, "samples.tsv"))
  rows <- seq(1, nrow(table), by = every)
  x <- scale(t(as.matrix(table[rows, sheet$sample])))
  colnames(x) <- table$feature[rows]
  list(x = x[, ], outcome = paste0(sheet$days, ifelse(sheet$metastasis == 1, "", "+")))
}

#' Run a script of the workflow as Snakemake does, in a process of its own.
#'
#' @return list: status, console (lines of standard error), log (lines).
run_script <- function(script, input = list(), output = list(), params = list()) {
  log <- tempfile(fileext = ".log")
  job <- tempfile(fileext = ".rds")
  both <- function(items) c(unname(items), items)
  saveRDS(list(
    input = both(input), output = both(output), params = both(params), log = list(log),
    resources = list(
      time_limit = 600, memory_limit = 0, attempt = 1L, mem_mb = 800L, runtime = 60L
    ),
    rule = "a_rule", scriptdir = dirname(file.path(root, "workflow", "scripts", script))
  ), job)
  starter <- tempfile(fileext = ".R")
  writeLines(c(
    "setClass('Job', slots = c(input = 'list', output = 'list', params = 'list', log = 'list',",
    "                          resources = 'list', rule = 'character', scriptdir = 'character'))",
    sprintf("snakemake <- do.call(new, c('Job', readRDS('%s')))", job),
    sprintf("source('%s')", file.path(root, "workflow", "scripts", script))
  ), starter)
  console <- tempfile()
  rscript <- file.path(R.home("bin"), "Rscript")
  status <- system2(rscript, c("--vanilla", starter), stdout = FALSE, stderr = console)
  list(status = status, console = readLines(console), log = readLines(log))
}
