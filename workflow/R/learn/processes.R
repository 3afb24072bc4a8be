# Train in processes that can be stopped, so that a model costs its own splits (twin: processes.py).

use("logs", "models", "saving", "job", "batch", "training")

# Seconds between two looks at a process, and MB that a split may write to its log.
poll <- 0.05
log_mb <- 20
# So many looks on end find more than one thread at work before the threads have to share a core;
# again and again, ever more rarely, since others may start while these are told to.
crowded <- 5 * 2^(0:19)
retry <- "`make retry` trains it again"

#' What the process of one split may take.
#'
#' @param resources named list: time_limit (seconds) and memory_limit (MB, or 0 for the machine's
#'   memory).
#' @param log path of the log to which the process writes, or NULL.
#' @return list: seconds, memory_mb, log.
limits_of <- function(resources, log = NULL) {
  memory_mb <- resources[["memory_limit"]]
  if (memory_mb == 0) {
    total <- grep("^MemTotal:", readLines("/proc/meminfo"), value = TRUE)
    memory_mb <- as.numeric(gsub("[^0-9]", "", total)) / 1024
  }
  list(seconds = resources[["time_limit"]], memory_mb = memory_mb, log = log)
}

no_limits <- list(seconds = Inf, memory_mb = Inf, log = NULL)

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
#' @param limits of each split, see `limits_of`; after one that took too long, the others are not
#'   tried.
#' @return named list of results, see `train_split`.
train_batch <- function(batch, settings, info, model = NULL, limits = no_limits) {
  splits <- names(batch$splits)
  results <- list()
  if (!is.null(model)) {
    dir.create(model, showWarnings = FALSE, recursive = TRUE)
    # A method may change the working directory.
    model <- normalizePath(model)
  }
  folder <- own_tempfile("results")
  dir.create(folder)
  on.exit(unlink(folder, recursive = TRUE))
  while (length(results) < length(splits)) {
    pending <- setdiff(splits, names(results))
    if (is_large(batch)) {
      pending <- pending[1]
    }
    lost <- run_in_child(
      train_splits(batch, settings, info, pending, folder, model), folder, limits
    )
    paths <- file.path(folder, paste0(pending, ".rds"))
    done <- file.exists(paths)
    results[pending[done]] <- lapply(paths[done], readRDS)
    if (!all(done)) {
      lost_one <- pending[!done][1]
      message(sprintf("%s: %s", lost_one, lost$message))
      results[[lost_one]] <- lost_split(settings, lost$message)
      if (lost$hopeless) {
        message <- sprintf("not tried: %s took too long", lost_one)
        results[setdiff(splits, names(results))] <- list(lost_split(settings, message))
      }
    }
  }
  results[splits]
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
    messages <- c(result$failures$message, if (is.null(result$failures)) "done")
    spent <- proc.time()[["elapsed"]] - began
    message(sprintf("%s: %s (%.1f s)", split, paste(messages, collapse = "; "), spent))
    save_rds(result, file.path(folder, paste0(split, ".rds")))
  }
}

# The results of a batch that is given up: as `train_batch`, with one message for all.
lose_batch <- function(settings, splits, message, model) {
  if (!is.null(model)) {
    dir.create(model, showWarnings = FALSE, recursive = TRUE)
  }
  message(message)
  stats::setNames(rep(list(lost_split(settings, message)), length(splits)), splits)
}

# The result of a split whose process was lost; for a tuning job, a row with candidate 0.
lost_split <- function(settings, message) {
  if (is.null(settings$part)) {
    return(list(failures = data.frame(stage = "fit", message = message)))
  }
  list(tuning = data.frame(
    candidate = 0, parameters = "", inner_fold = 0, metric = settings$tuning_metric, value = "",
    seconds = "", error = message
  ))
}

#' Evaluate an expression in a forked process, which writes its results to files of a folder. Each
#' new file gives it the whole time again, or the next of several times in `limits$seconds`.
#'
#' @return list: message (why it gave no further file) and hopeless (it took too long).
run_in_child <- function(expr, folder, limits) {
  flush_files()
  error_file <- own_tempfile("error")
  on.exit(unlink(error_file))
  name <- basename(error_file)
  start <- log_size(limits)
  # Detached: it delivers files alone, and nobody waits for what it has left behind.
  child <- parallel::mcparallel(
    {
      Sys.setenv(OMC_PROCESS = name)
      tryCatch(expr, error = function(e) writeLines(one_line(e), error_file))
      flush_files()
    },
    mc.set.seed = FALSE, detached = TRUE
  )
  stopped <- watch(child$pid, folder, limits)
  tools::pskill(child$pid, tools::SIGKILL)
  end_processes(name)
  # R removes its folder of temporary files when it crashes, in a forked process too.
  tempdir(check = TRUE)
  if (is.null(stopped$message)) {
    stopped$message <- if (file.exists(error_file)) {
      paste(readLines(error_file), collapse = " ")
    } else {
      how_it_ended(limits, start, stopped$memory)
    }
  }
  stopped
}

# Wait for a process to end. A list: memory (MB) at the last look, hopeless and, if a limit is
# passed, message.
watch <- function(pid, folder, limits) {
  stopped <- function(what, fix, hopeless = FALSE) {
    list(message = sprintf("stopped%s: %s", what, fix), hopeless = hopeless)
  }
  fix <- "raise %s of this model, or take it out"
  done <- -1
  last <- busy <- 0
  repeat {
    if (length(list.files(folder)) != done) {
      done <- length(list.files(folder))
      began <- proc.time()[["elapsed"]]
      printed <- log_size(limits)
    }
    memory <- memory_mb(pid)
    if (is.na(memory)) {
      return(list(memory = last, hopeless = FALSE))
    }
    last <- memory
    busy <- if (length(threads(pid, "R")) > 1) busy + 1 else 0
    if (busy == crowded[1]) {
      message("several threads are running: they have to share one core")
    }
    if (busy %in% crowded) {
      share_core(pid)
    }
    seconds <- limits$seconds[min(done + 1, length(limits$seconds))]
    if (proc.time()[["elapsed"]] - began > seconds) {
      what <- sprintf(" after the %.3g minutes that a split may take", seconds / 60)
      return(stopped(what, sprintf(fix, "time_limit"), hopeless = TRUE))
    }
    if (memory > limits$memory_mb) {
      what <- sprintf(" after the %.0f MB that a split may take", limits$memory_mb)
      return(stopped(what, sprintf(fix, "memory_limit")))
    }
    if (log_size(limits) - printed > log_mb * 2^20) {
      what <- sprintf(": it wrote more than %d MB to its log", log_mb)
      return(stopped(what, "let it write less"))
    }
    Sys.sleep(poll)
  }
}

log_size <- function(limits) if (is.null(limits$log)) 0 else file.size(limits$log)

# Resident memory of a process in MB; NA if it has ended.
memory_mb <- function(pid) {
  pages <- tryCatch(
    suppressWarnings(scan(sprintf("/proc/%d/statm", pid), quiet = TRUE)),
    error = function(e) numeric()
  )
  # The size of a page is 4 KiB on all machines for which caret's packages are built.
  if (length(pages) > 1) pages[2] / 256 else NA
}

# Ids of the threads of a process, and of those that it has started, in some states. R: at work, or
# waiting for a core.
threads <- function(pid, states = "RSD") {
  found <- lapply(Sys.glob(sprintf("/proc/%s/task/*", pid)), function(thread) {
    # It may end meanwhile.
    read <- function(name) {
      path <- file.path(thread, name)
      tryCatch(suppressWarnings(readLines(path, 1, warn = FALSE)), error = function(e) character())
    }
    state <- substr(sub(".*[)] ", "", read("stat")), 1, 1)
    children <- unlist(strsplit(read("children"), " ", fixed = TRUE))
    c(
      if (length(state) && grepl(state, states, fixed = TRUE)) basename(thread),
      unlist(lapply(children, threads, states))
    )
  })
  unlist(found)
}

# Let all threads of a process, and of those that it has started, share one core.
share_core <- function(pid) {
  # NULL where the system has no such list.
  cores <- parallel::mcaffinity()
  for (thread in if (nzchar(Sys.which("taskset"))) threads(pid)) {
    core <- cores[pid %% length(cores) + 1] - 1
    system2("taskset", c("--cpu-list", "--pid", core, thread), stdout = FALSE, stderr = FALSE)
  }
}

# R does not tell the signal that ended a process, but it writes the signals of crashes to the log.
how_it_ended <- function(limits, start, memory) {
  crash <- character()
  if (!is.null(limits$log)) {
    written <- file(limits$log, "rb")
    on.exit(close(written))
    seek(written, start)
    lines <- readLines(written, warn = FALSE, skipNul = TRUE)
    crash <- grep("^ ?\\*\\*\\* caught .* \\*\\*\\*", lines, value = TRUE, useBytes = TRUE)
  }
  how <- if (length(crash)) {
    gsub(" ?\\*\\*\\* ?", "", crash[1])
  } else {
    sprintf("it held %.0f MB; often because it ran out of memory", memory)
  }
  sprintf("the process that trained this split was killed (%s): %s", how, retry)
}

# End the programs that a process has started. They have inherited its variable OMC_PROCESS.
end_processes <- function(name) {
  environments <- Sys.glob("/proc/[0-9]*/environ")
  started <- vapply(environments, function(path) {
    bytes <- tryCatch(suppressWarnings(readBin(path, "raw", 1e6)), error = function(e) raw())
    length(grepRaw(paste0("OMC_PROCESS=", name), bytes, fixed = TRUE)) > 0
  }, TRUE)
  tools::pskill(as.integer(basename(dirname(environments[started]))), tools::SIGKILL)
}
