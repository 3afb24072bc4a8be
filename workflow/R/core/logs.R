# The opening of every script: its log, and checked files (twin: logs.py). A script sends both
# streams to the log in its first line, before anything is loaded, so that a missing package or file
# is in the log too; its body is `logged`.

use("records")

#' A mistake that the user can correct: where it is, what is wrong, and the fix, in one sentence.
#'
#' @param where the configuration key or the file, e.g. "models.r[2]".
#' @param value what is wrong there.
#' @param fix what to write instead; "" if `value` says so.
#' @return never: stops with a condition of class "user_error".
user_error <- function(where, value, fix = "") {
  stop(user_condition(problem(where, value, fix)))
}

#' The sentence of a user error, without stopping.
problem <- function(where, value, fix = "") {
  paste0(where, ": ", value, if (nzchar(fix)) paste0(". ", fix))
}

#' A condition of class "user_error". `text` may hold several lines, one mistake each.
user_condition <- function(text) {
  structure(class = c("user_error", "error", "condition"), list(message = text, call = NULL))
}

#' Run a script's body. Both streams must already go to the log.
#'
#' Inputs of which an earlier step has recorded the checksum are checked first. The body writes to
#' partial files, which become the job's outputs when it is done.
#'
#' A user error ends the script with status 1 and its sentence in the log and on the console; any
#' other error leaves its calls in the log and one sentence that names the log on the console.
#' Warnings are written as they come.
#'
#' @param expr the body.
logged <- function(expr) {
  options(warn = 1)
  # R would compile functions while they run, which takes a job longer than it saves; those of
  # packages are compiled already.
  compiler::enableJIT(0)
  finals <- unique(as.character(unlist(snakemake@output)))
  partials <- partial_path(finals)
  unlink(partials, recursive = TRUE)
  snakemake@output[] <<- lapply(snakemake@output, partial_path)
  failed <- tryCatch(
    withCallingHandlers({
      check(unlist(snakemake@input))
      expr
      lapply(finals, publish)
      NULL
    }, error = log_calls, warning = refuse_lost_data),
    error = identity
  )
  if (!is.null(failed)) {
    unlink(partials, recursive = TRUE)
    end_script(failure_sentence(failed, snakemake@log[[1]]))
  }
  message(usage())
}

# R only warns if the last part of a file could not be written.
refuse_lost_data <- function(warning) {
  if (grepl("closing connection|could not write", conditionMessage(warning))) {
    stop(conditionMessage(warning))
  }
}

#' What this process and its children have used, and when: the last line of every log, which
#' python/omc/report/efficiency.py reads. Times count from the start of the run, whose name and
#' cores are in the environment (core/session.py); without them there are none.
usage <- function() {
  spent <- proc.time()
  text <- sprintf("used %.2f CPU s", sum(spent[-3], na.rm = TRUE))
  run <- Sys.getenv("OMC_RUN")
  if (!nzchar(run)) {
    return(text)
  }
  began <- as.numeric(sub(".*-", "", run))
  end <- as.numeric(Sys.time()) - began
  cores <- Sys.getenv("OMC_CORES")
  paste0(
    text, ", for ", basename(snakemake@scriptdir), "/", snakemake@rule,
    sprintf(" from %.2f to %.2f s of the run of ", end - spent[["elapsed"]], end),
    start_of_run(began),
    if (nzchar(cores)) paste0(", cores: ", cores)
  )
}

#' What a run is called by: its start, here in seconds since the epoch, as UTC.
start_of_run <- function(began) {
  format(as.POSIXct(began, "UTC", origin = "1970-01-01"), "%Y-%m-%dT%H:%M:%SZ")
}

# Calls with which R itself catches errors, forks and repeats: they do not show where an error was.
machinery <- c(
  "tryCatch", "tryCatchList", "tryCatchOne", "doTryCatch", "withCallingHandlers", "try", "FUN",
  "parallel::mcparallel"
)

#' Write the calls that led to an unexpected error to the message stream (a calling handler).
log_calls <- function(error) {
  if (inherits(error, "user_error")) {
    return(invisible())
  }
  # The last two calls are the handler's own.
  calls <- utils::head(sys.calls(), -2)
  names <- vapply(calls, function(call) deparse(call[[1]], nlines = 1)[1], "")
  calls <- calls[!names %in% machinery]
  lines <- vapply(calls, function(call) substr(deparse(call, nlines = 1)[1], 1, 200), "")
  message(paste(c("Traceback (innermost call last):", paste0("  ", lines)), collapse = "\n"))
}

# What R says when a disk is full.
full_disk <- "No space left|quota exceeded|writing to connection|closing connection|could not write"
after_full_disk <- "free some space; the same command then continues"

#' The sentence for the log and the console about an error that ended a script.
failure_sentence <- function(error, path) {
  if (inherits(error, "user_error")) {
    lines <- strsplit(conditionMessage(error), "\n", fixed = TRUE)[[1]]
    return(paste0("ERROR: ", lines, collapse = "\n"))
  }
  if (grepl(full_disk, conditionMessage(error))) {
    return(sprintf("ERROR: the disk is full: %s (%s)", one_line(error), after_full_disk))
  }
  sprintf("ERROR: %s (traceback: %s)", one_line(error), path)
}

# Characters that are kept of an error's message of more than twice as many.
longest <- 1000

#' The message of an error on one line of printable characters, for a sentence or a CSV cell. A long
#' one is cut.
one_line <- function(error) {
  text <- if (inherits(error, "condition")) conditionMessage(error) else as.character(error)
  text <- iconv(enc2utf8(paste(text, collapse = " ")), "UTF-8", "UTF-8", sub = " ")
  count <- nchar(text)
  cut <- ""
  if (count > 2 * longest) {
    text <- substr(text, 1, longest)
    cut <- sprintf(" \u2026 (cut: it has %d characters)", count)
  }
  text <- trimws(gsub("[[:space:][:cntrl:]]+", " ", text))
  paste0(if (nzchar(text)) text else class(error)[1], cut)
}

#' Write what R has buffered for its files. Needed before a fork, which would copy the buffer.
flush_files <- function() {
  # Not showConnections(): it collects garbage, 0.3 s with caret loaded. 0 to 2 are the console's.
  for (number in setdiff(getAllConnections(), 0:2)) {
    flush(getConnection(number))
  }
}

end_script <- function(sentence) {
  message(sentence)
  message(usage())
  flush_files()
  # With the sinks gone, the message stream is the console's again.
  sink(type = "message")
  while (sink.number() > 0) {
    sink()
  }
  # On a terminal python/omc/report/screen.py reads the sentence in the log.
  if (!nzchar(Sys.getenv("OMC_SCREEN"))) {
    message(sentence)
  }
  quit(save = "no", status = 1)
}
