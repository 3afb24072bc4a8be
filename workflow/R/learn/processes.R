# Train in forked processes, so that a killed one costs only its split (twin: processes.py).

use("logs", "models", "saving", "job", "batch", "training")

#' Train all splits of a batch in a forked process: a killed process costs only one split.
#'
#' The process writes the result of each split when it is done. If it is killed, the current split
#' is lost, and another process continues after it. Only a large batch has one process per split:
#' each costs 0.2 s, since R's garbage collector touches, and thus copies, the whole heap of caret.
#'
#' @param batch what `load_batch` returned.
#' @param settings what `job_settings` returned.
#' @param info caret's definition of the method.
#' @param model folder for the model of split `final` (model.rds), or NULL. It stays empty if the
#'   split failed: failures.csv says why.
#' @return named list of results, see `train_split`.
train_batch <- function(batch, settings, info, model = NULL) {
  splits <- names(batch$splits)
  results <- list()
  if (!is.null(model)) {
    dir.create(model, showWarnings = FALSE, recursive = TRUE)
  }
  while (length(results) < length(splits)) {
    pending <- setdiff(splits, names(results))
    if (is_large(batch)) {
      pending <- pending[1]
    }
    folder <- tempfile("results")
    dir.create(folder)
    stopped <- run_in_child(train_splits(batch, settings, info, pending, folder, model))
    paths <- file.path(folder, paste0(pending, ".rds"))
    done <- file.exists(paths)
    results[pending[done]] <- lapply(paths[done], readRDS)
    unlink(folder, recursive = TRUE)
    if (!all(done)) {
      killed_split <- pending[!done][1]
      message(sprintf("%s: %s", killed_split, stopped))
      results[[killed_split]] <- lost_split(settings, stopped)
    }
  }
  results[splits]
}

# The result of a split whose process was killed; for a tuning job, a row with candidate 0.
lost_split <- function(settings, message) {
  if (is.null(settings$part)) {
    return(list(failures = data.frame(stage = "fit", message = message)))
  }
  list(tuning = data.frame(
    candidate = 0, parameters = "", inner_fold = 0, metric = settings$tuning_metric, value = "",
    seconds = "", error = message
  ))
}

#' Evaluate an expression in a forked process.
#'
#' @return text that says why it did not finish, in case it did not.
run_in_child <- function(expr) {
  flush_files()
  killed <- "the process that trained this split was killed (often: out of memory)"
  tryCatch(
    {
      child <- parallel::mcparallel(
        {
          force(expr)
          flush_files()
          TRUE
        },
        mc.set.seed = FALSE
      )
      # mccollect warns of a child without a result; the caller has a clearer message.
      value <- suppressWarnings(parallel::mccollect(child)[[1]])
      if (inherits(value, "try-error")) one_line(value) else killed
    },
    error = one_line
  )
}

# Train splits one after the other; each result goes to a file of its own.
train_splits <- function(batch, settings, info, splits, folder, model) {
  # In the forked process, since packages of different methods may mask one another.
  attach_packages(info$library)
  for (split in splits) {
    began <- proc.time()[["elapsed"]]
    reset_peak()
    path <- if (identical(split, final_split)) model
    result <- train_split(batch, settings, info, split, path)
    save_rds(result, file.path(folder, paste0(split, ".rds")))
    messages <- c(result$failures$message, if (is.null(result$failures)) "done")
    spent <- proc.time()[["elapsed"]] - began
    message(sprintf("%s: %s (%.1f s)", split, paste(messages, collapse = "; "), spent))
  }
}
