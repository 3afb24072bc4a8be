# The library under test, and small studies on disk to run it on.

source(file.path(root, "workflow", "R", "use.R"), local = environment())
use("checksums", "shuffling", "processes", "results", "costs")
suppressPackageStartupMessages(library(caret))
models <- caret_models()

utf8_type <- hdf5r::H5T_STRING$new(size = Inf)$set_cset("UTF-8")

#' Open an HDF5 file, write into it with `action` and close it. What `action` opens it must close:
#' `close_all()` would do that, but collects garbage for half a second.
write_h5 <- function(path, mode, action) {
  file <- hdf5r::H5File$new(path, mode = mode)
  on.exit(file$close())
  action(file)
}

store_dataset <- function(parent, name, ...) parent$create_dataset(name, ...)$close()

store_attribute <- function(parent, name, value) parent$create_attr(name, robj = value)$close()

#' Write data.h5ad: values (samples x features) with dimnames, in chunks of some columns.
write_h5ad <- function(path, values, chunk = 7) {
  write_h5(path, "w", function(file) {
    for (axis in c("obs", "var")) {
      group <- file$create_group(axis)
      store_attribute(group, "_index", "_index")
      names <- if (axis == "obs") rownames(values) else colnames(values)
      store_dataset(group, "_index", robj = enc2utf8(names), dtype = utf8_type)
      group$close()
    }
    chunks <- if (is.null(chunk)) NULL else c(min(chunk, ncol(values)), nrow(values))
    store_dataset(file, "X", robj = t(unname(values)), chunk_dims = chunks, gzip_level = NULL)
  })
}

#' Store /X of a file of write_h5ad as CSC; zeros are left out.
make_sparse <- function(path, values) {
  write_h5(path, "r+", function(file) {
    file$link_delete("X")
    group <- file$create_group("X")
    store_attribute(group, "shape", dim(values))
    stored <- which(is.na(values) | values != 0)
    store_dataset(group, "data", robj = values[stored])
    store_dataset(group, "indices", robj = as.integer((stored - 1) %% nrow(values)))
    ends <- cumsum(colSums(is.na(values) | values != 0))
    store_dataset(group, "indptr", robj = as.integer(c(0, ends)))
    group$close()
  })
}

#' Write preprocessing.h5 from a list of fits: split, fit, index, fill, center, scale, rank.
write_fits <- function(path, fits, splits_sha256, horizons = NULL) {
  lengths <- vapply(fits, function(fit) length(fit$index), 1)
  splits <- vapply(fits, function(fit) fit$split, "")
  write_h5(path, "w", function(file) {
    group <- file$create_group("fits")
    store_dataset(group, "split", robj = enc2utf8(splits), dtype = utf8_type)
    store_dataset(group, "fit", robj = vapply(fits, function(fit) as.integer(fit$fit), 1L))
    store_dataset(group, "start", robj = cumsum(c(0, lengths[-length(lengths)])))
    store_dataset(group, "length", robj = lengths)
    group$close()
    group <- file$create_group("features")
    for (name in c("index", "fill", "center", "scale", "rank")) {
      store_dataset(group, name, robj = unlist(lapply(fits, `[[`, name)))
    }
    group$close()
    store_attribute(file, "splits_sha256", splits_sha256)
    store_attribute(file, "data_sha256", "none")
    if (!is.null(horizons)) {
      store_attribute(file, "horizons", as.character(jsonlite::toJSON(horizons)))
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
  load_batch(paths$data, paths$samples, paths$splits, paths$preprocessing, task, index, count)
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
