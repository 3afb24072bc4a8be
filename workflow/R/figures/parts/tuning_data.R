# What tuning.csv says of each model: candidates, values of their hyperparameters, means per value.

use("text", "metric_info")

# What makes "mostly": the share of the splits that chose the same edge.
tuning_mostly <- 2 / 3
# With more lines or means in a panel they hide each other.
tuning_most_lines <- 4
tuning_most_means <- 12

#' One row per model, split and candidate: mean over the inner folds, NA where a fold failed.
#'
#' `final` is left out, as it trains on all samples. `chosen` marks the candidate that a split took;
#' ties go to the lowest number, to as many digits as the file holds.
tuning_candidates <- function(data) {
  rows <- data$tuning
  rows <- rows[rows$split != "final" & !is.na(rows$parameters), , drop = FALSE]
  key <- paste(rows$model, rows$split, rows$candidate, sep = "\r")
  id <- match(key, unique(key))
  candidates <- rows[!duplicated(id), c("model", "split", "candidate", "parameters", "metric")]
  if (nrow(candidates) == 0) {
    return(cbind(candidates, value = numeric(), badness = numeric(), chosen = logical()))
  }
  candidates$value <- as.vector(rowsum(rows$value, id, reorder = FALSE)) / tabulate(id)
  sign <- if (metric_info(candidates$metric[1])$higher_is_better) -1 else 1
  candidates$badness <- sign * signif(candidates$value, 11)
  candidates$value[!is.finite(candidates$value)] <- NA
  best_first <- with(candidates, order(model, split, badness, candidate))
  candidates <- candidates[best_first, , drop = FALSE]
  candidates$chosen <- !is.na(candidates$value) & !duplicated(candidates[c("model", "split")])
  candidates[with(candidates, order(model, split, candidate)), , drop = FALSE]
}

#' Lists of values by name, from JSON.
parse_parameters <- function(texts) {
  # Python writes numbers that JSON does not have.
  texts <- gsub("([:,[])(NaN|-?Infinity)(?=[],}])", "\\1\"\\2\"", texts, perl = TRUE)
  jsonlite::fromJSON(paste0("[", paste(texts, collapse = ","), "]"), simplifyVector = FALSE)
}

value_text <- function(value) {
  if (is.null(value)) return("none")
  if (is.list(value)) return(clean_text(jsonlite::toJSON(value, auto_unbox = TRUE)))
  if (is.numeric(value)) return(sprintf("%.12g", value))
  if (is.logical(value)) return(tolower(value))
  clean_text(value)
}

#' Values of one hyperparameter: as text, and as numbers if all of them are.
#'
#' @param parsed lists of values by name, one per candidate.
hyperparameter_values <- function(parsed, name) {
  absent <- !vapply(parsed, function(one) name %in% names(one), logical(1))
  values <- lapply(parsed, function(one) one[[name]])
  text <- vapply(values, value_text, character(1))
  text[absent] <- "\u2013"
  numeric <- vapply(values, is.numeric, logical(1))
  double <- vapply(values, is.double, logical(1))
  # To some estimators 1 is a count and 1.0 a share.
  both <- intersect(text[numeric & double], text[numeric & !double])
  text[double & text %in% both] <- paste0(text[double & text %in% both], ".0")
  list(text = text, number = if (all(numeric) && length(both) == 0) as.numeric(unlist(values)))
}

#' The levels of a hyperparameter that a split tries more than one value of, or NULL.
#'
#' Where nearly every split has values of its own, as those that caret takes from the data, the
#' levels are the ranks of the values in their split.
#'
#' @param values of each row: see `hyperparameter_values()`.
#' @return list of name, level (of each row), label and x (0 to 1) of each level, ordered,
#'   logarithmic, own.
hyperparameter <- function(name, values, split) {
  pairs <- !duplicated(paste(split, values$text, sep = "\r"))
  if (!anyDuplicated(split[pairs])) return(NULL)
  number <- values$number
  own <- length(unique(split)) > 1 && stats::median(table(values$text[pairs])) == 1
  levels <- if (is.null(number)) {
    label <- unique(values$text)
    list(level = match(values$text, label), label = label, own = FALSE)
  } else if (own) {
    level <- stats::ave(number, split, FUN = function(v) match(v, sort(unique(v))))
    at <- as.vector(tapply(number, level, stats::median))
    list(level = level, label = paste0("\u2248", short_number(at, 2)), at = at, own = TRUE)
  } else {
    at <- sort(unique(number))
    list(level = match(number, at), label = number_labels(at), at = at, own = FALSE)
  }
  c(list(name = clean_text(name), ordered = !is.null(number)), levels, level_places(levels))
}

#' Numbers in as few digits as tell them apart.
number_labels <- function(numbers) {
  for (digits in c(3, 6, 12)) {
    label <- short_number(numbers, digits)
    if (!anyDuplicated(label)) break
  }
  label
}

#' Places from 0 to 1: at equal distances, or by the logarithm of numbers of very different size.
level_places <- function(levels) {
  at <- levels$at
  n <- length(levels$label)
  logarithmic <- !is.null(at) && all(at > 0) && max(at) > 20 * min(at)
  x <- if (logarithmic) log(at / at[1]) / log(at[n] / at[1]) else (seq_len(n) - 1) / (n - 1)
  list(x = x, logarithmic = logarithmic)
}

#' What is drawn of one model, or NULL if no candidate of it has a value.
tuning_block <- function(rows) {
  if (all(is.na(rows$value))) return(NULL)
  texts <- unique(rows$parameters)
  parsed <- parse_parameters(texts)
  row <- match(rows$parameters, texts)
  names <- sort(unique(unlist(lapply(parsed, base::names))), method = "radix")
  tuned <- lapply(names, function(name) {
    values <- hyperparameter_values(parsed, name)
    hyperparameter(name, lapply(values, function(of_text) of_text[row]), rows$split)
  })
  tuned <- Filter(Negate(is.null), tuned)
  if (length(tuned) == 0) return(NULL)
  list(
    model = rows$model[1],
    n_chosen = sum(rows$chosen),
    panels = lapply(seq_along(tuned), function(i) {
      others <- tuned[-i]
      lines <- if (length(others) == 1) length(others[[1]]$label) else Inf
      by <- lines <= tuning_most_lines &&
        lines * length(tuned[[i]]$label) <= tuning_most_means
      tuning_panel(rows, tuned[[i]], if (by) others[[1]], length(others) > 0)
    })
  )
}

#' What is drawn of each of the models that has it.
tuning_blocks <- function(candidates, models) {
  Filter(Negate(is.null), lapply(intersect(models, candidates$model), function(model) {
    tuning_block(candidates[candidates$model == model, , drop = FALSE])
  }))
}

#' Whether the best candidates with a value beat the best ones without it, in the mean over the
#' splits by more than one standard error; equal ones do not, although a tie goes to the first.
beats_others <- function(rows, with_value) {
  best <- tapply(rows$badness, list(rows$split, factor(with_value, c(TRUE, FALSE))), function(x) {
    if (all(is.na(x))) NA else min(x, na.rm = TRUE)
  })
  gain <- best[, "FALSE"] - best[, "TRUE"]
  gain <- gain[is.finite(gain)]
  error <- if (length(gain) > 1) stats::sd(gain) / sqrt(length(gain)) else 0
  length(gain) > 0 && mean(gain) > error
}

#' Numbers of one panel: the best candidate of each split with a value, and their means.
#'
#' @param by another hyperparameter that gets a line per value, or NULL.
#' @param others whether there are other hyperparameters.
tuning_panel <- function(rows, parameter, by, others) {
  level <- parameter$level
  group <- if (is.null(by)) rep(1, nrow(rows)) else by$level
  rank <- order(rows$badness)
  key <- paste(rows$split, level, group)
  best <- rank[!duplicated(key[rank]) & !is.na(rows$value[rank])]
  best <- sort(best)
  points <- data.frame(
    split = rows$split[best], level = level[best], group = group[best], value = rows$value[best]
  )
  cell <- paste(points$level, points$group)
  means <- points[!duplicated(cell), c("level", "group")]
  cells <- paste(means$level, means$group)
  values <- split(points$value, factor(cell, cells))
  means$mean <- vapply(values, mean, numeric(1))
  means$sd <- vapply(values, stats::sd, numeric(1))
  means$chosen <- tabulate(
    match(paste(level, group)[rows$chosen], cells), nbins = length(cells)
  )
  n <- length(parameter$label)
  failed <- is.na(rows$value)
  lost <- !duplicated(paste(rows$split, level)[failed])
  chosen <- tabulate(level[rows$chosen], nbins = n)
  edge <- parameter$ordered & seq_len(n) %in% c(1, n) & chosen >= tuning_mostly * sum(chosen)
  edge <- edge & vapply(seq_len(n), function(at) beats_others(rows, level == at), logical(1))
  list(
    parameter = parameter, by = by, others = others, points = points,
    means = means[order(means$group, means$level), , drop = FALSE],
    chosen = chosen, failed = tabulate(level[failed][lost], nbins = n), edge = edge
  )
}

#' Limits of a block's axis: all values, but of an unbounded metric outliers may lie beyond it.
tuning_limits <- function(block, info) {
  values <- unlist(lapply(block$panels, function(panel) panel$points$value))
  bars <- unlist(lapply(block$panels, function(panel) {
    c(panel$means$mean - panel$means$sd, panel$means$mean + panel$means$sd)
  }))
  limits <- range(values, pmin(pmax(bars, info$lower), info$upper), na.rm = TRUE)
  if (!is.finite(info$lower) || !is.finite(info$upper)) {
    means <- unlist(lapply(block$panels, function(panel) panel$means$mean))
    best <- if (info$higher_is_better) max(means) else min(means)
    room <- 8 * max(stats::median(abs(means - best)), stats::median(abs(values - best)))
    if (info$higher_is_better) {
      limits[1] <- max(limits[1], best - room)
    } else {
      limits[2] <- min(limits[2], best + room)
    }
  }
  if (diff(limits) < 1e-9) limits <- limits + c(-1, 1) * (abs(limits[1]) * 0.1 + 0.01)
  limits + c(-0.04, 0.04) * diff(limits)
}
