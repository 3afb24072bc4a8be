# The data of a batch of splits: only the rows and columns that its fits keep (twin: batch.py).

use("logs", "csv_files", "checksums", "tables", "core/survival", "matrix", "batch_effects")
use("size_factors", "preprocessing", "job")

# A batch with more numbers than this (32 MB) is large. R's memory grows to a multiple of what it
# holds, so a large batch stays in a file: a fit's matrix is read from there, garbage is collected
# before each fit, and each split has its own process.
held_numbers <- 2^22

#' Names of the splits of a batch, in the order of the file.
#'
#' @param names all names of splits, in the order of splits.csv.
#' @param index,count 1-based number of the batch, and how many there are.
#' @param final whether split `final` comes after them.
batch_splits <- function(names, index, count, final) {
  outer <- setdiff(names, final_split)
  n_splits <- length(outer)
  from <- ((index - 1) * n_splits) %/% count
  to <- (index * n_splits) %/% count
  c(outer[seq_len(to - from) + from], if (final) final_split)
}

#' The data of a batch, read once: only the columns that its fits keep.
#'
#' @param data,samples,splits,preprocessing paths of data.h5ad, samples.tsv, splits.csv and
#'   preprocessing.h5.
#' @param task "classification", "regression" or "survival".
#' @param batch_index,batch_count,final see `batch_splits`.
#' @param chosen names of the splits; those of the batch by default.
#' @return list: sheet, lab (see `read_lab_batches`; of the sheet's samples), outcome (class numbers
#'   or numbers; a Surv object in a survival analysis), horizons (of such an analysis, else NULL),
#'   classes (in code point order), splits (named list of rows of splits.csv), fits,
#'   splits_sha256, columns (numbers of the columns in data.h5ad, from 0), features (their names),
#'   safe (their names for caret), and values (samples of the sheet x columns) or, of a large batch,
#'   file (a copy of them). Stops with a user error if preprocessing.h5 belongs to other splits.
load_batch <- function(data, samples, splits, preprocessing, task, batch_index, batch_count, final,
                       chosen = batch_splits(names, batch_index, batch_count, final)) {
  sheet <- read_csv(samples, "\t")
  table <- read_csv(splits, ",")
  names <- unique(table$split)
  fits <- read_fits(preprocessing, chosen)
  splits_sha256 <- sha256_file(splits)
  if (!identical(as.character(fits$attributes$splits_sha256), splits_sha256)) {
    user_error(
      preprocessing, sprintf("it was made from other splits than %s", splits),
      "Delete it and run the workflow again"
    )
  }
  lab <- read_lab_batches(preprocessing)
  normalised <- read_size_factors(preprocessing)
  if (!is.null(normalised)) {
    order <- match(sheet$sample, normalised$sample)
    fits$size_factors <- fits$size_factors[, order, , drop = FALSE]
  }
  classes <- if (task == "classification") sort(unique(sheet$outcome), method = "radix")
  columns <- sort(unique(fits$index))
  batch <- list(
    sheet = sheet, classes = classes, fits = fits,
    lab = lab_rows(lab, match(sheet$sample, lab$sample)),
    outcome = switch(task,
      classification = match(sheet$outcome, classes),
      regression = as.numeric(sheet$outcome),
      survival = outcomes(sheet$outcome)
    ),
    splits = split(table, factor(table$split, levels = names))[chosen],
    splits_sha256 = splits_sha256, columns = columns,
    features = axis_names(data, "var")[columns + 1], safe = safe_names(columns)
  )
  attribute <- function(name) jsonlite::fromJSON(utf8(fits$attributes[[name]]))
  if (!is.null(fits$attributes$horizons)) {
    batch$horizons <- attribute("horizons")
  }
  if (!is.null(fits$attributes$baseline)) {
    baseline <- attribute("baseline")
    batch$in_baseline <- layers(data)[columns + 1] %in% baseline
  }
  if (length(columns) * nrow(sheet) > held_numbers) {
    batch$file <- own_tempfile("values")
    copy_columns(data, sheet$sample, columns, batch$file)
  } else {
    batch$values <- unname(read_columns(data, sheet$sample, columns))
  }
  batch
}

is_large <- function(batch) !is.null(batch$file)

#' Remove the file of a large batch.
unload_batch <- function(batch) unlink(batch$file)

# With caret loaded this takes a quarter of a second, too much for the fits of a small batch.
collect_garbage <- function(batch) {
  if (is_large(batch)) {
    gc()
  }
}

#' Row numbers of a split: train, test, and the inner fold (1..k) of each training row.
split_rows <- function(batch, split) {
  part <- batch$splits[[split]]
  rows <- match(part$sample, batch$sheet$sample)
  train <- part$role == "train"
  list(train = rows[train], test = rows[!train], inner = as.integer(part$inner_fold[train]))
}

#' A fit's matrix for some rows, ready for a model, with column names that caret accepts.
fit_matrix <- function(batch, fit, rows) {
  columns <- match(fit$index, batch$columns)
  values <- if (is_large(batch)) {
    copied_columns(batch$file, nrow(batch$sheet), rows, columns)
  } else {
    batch$values[rows, columns, drop = FALSE]
  }
  # NULL where no layer is normalised.
  factors <- fit$size_factors[rows, , drop = FALSE]
  x <- apply_fit(values, fit, lab_rows(batch$lab, rows), factors)
  colnames(x) <- batch$safe[columns]
  x
}

#' Which columns of `fit_matrix` are of baseline layers: logical, or NULL without such layers.
unpenalised <- function(batch, fit) batch$in_baseline[match(fit$index, batch$columns)]

#' Names for caret of the columns (numbered from 0) of data.h5ad. The features' own names, such as
#' HLA-A or 1007_s_at, would fail in the formulas that some methods write.
safe_names <- function(columns) {
  sprintf("f%.0f", columns + 1)
}

# Codes for the classes inside caret, which needs syntactic names.
class_codes <- function(batch) {
  if (length(batch$classes)) paste0("c", seq_along(batch$classes))
}

# The outcome of some rows for caret. Classes that these rows lack are dropped: most methods refuse
# an empty level.
caret_outcome <- function(batch, rows) {
  codes <- class_codes(batch)
  if (is.null(codes)) {
    return(batch$outcome[rows])
  }
  droplevels(factor(codes[batch$outcome[rows]], levels = codes))
}

#' Columns `sample`, `truth`, `predicted` and probabilities of predicted samples. In a survival
#' analysis, time and event stand for the truth, and the probabilities of not being censored, among
#' the training rows of the model, follow.
#'
#' @param rows row numbers of the samples.
#' @param predicted class numbers, or numbers in a regression, or risks.
#' @param prob (n x K) matrix, or (n x H) probabilities of surviving the horizons, or NULL.
#' @param training row numbers of the training samples of the model.
prediction_cells <- function(batch, rows, predicted, prob, training) {
  if (!is.null(batch$horizons)) {
    return(survival_cells(batch, rows, predicted, prob, censoring(batch$outcome[training])))
  }
  sheet <- batch$sheet[rows, ]
  cells <- data.frame(sample = sheet$sample, truth = sheet$outcome)
  if (is.null(batch$classes)) {
    cells$predicted <- number(predicted)
    return(cells)
  }
  cells$predicted <- batch$classes[predicted]
  columns <- prob_columns(batch$classes)
  for (k in seq_along(columns)) {
    cells[[columns[k]]] <- if (is.null(prob)) NA_character_ else number(prob[, k])
  }
  cells
}

survival_cells <- function(batch, rows, risk, survival, uncensored) {
  sheet <- batch$sheet[rows, ]
  outcome <- batch$outcome[rows]
  horizons <- batch$horizons
  cells <- data.frame(
    sample = sheet$sample, time = sub("[+]$", "", sheet$outcome),
    event = as.integer(outcome[, "status"]), risk = number(risk)
  )
  cells[survival_columns(horizons)] <- if (is.null(survival)) NA_character_ else number(survival)
  at_horizons <- rep(uncensored(horizons), each = length(rows))
  known <- matrix(c(uncensored(outcome[, "time"]), at_horizons), length(rows))
  cells[uncensored_columns(horizons)] <- number(known)
  cells
}
