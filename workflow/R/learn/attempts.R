# A job that was killed in every attempt gives up, and its splits fail (twin: attempts.py).

# The first attempt that does not train: `retries` of the Slurm profile lead up to it.
give_up <- 4

#' Note that an attempt begins; the note stays only if the job is killed.
#'
#' @param log path of the job's log, beside which the notes are.
#' @param rule its name, for the sentence.
#' @param resources named list: attempt, mem_mb and runtime (minutes).
#' @param body function of the sentence for failures.csv if this attempt gives up, or of "".
noted <- function(log, rule, resources, body) {
  notes <- sub("[.]log$", ".attempts", log)
  attempt <- resources[["attempt"]]
  if (attempt == 1) {
    unlink(notes)
  }
  earlier <- if (file.exists(notes)) readLines(notes) else character()
  given <- sprintf("%s MB and %s minutes", resources[["mem_mb"]], resources[["runtime"]])
  line <- paste(attempt, given, Sys.getenv("SLURM_JOB_ID"), sep = "\t")
  write(line, notes, append = TRUE)
  on.exit(unlink(notes))
  body(if (attempt >= give_up) gave_up(earlier, rule) else "")
}

# Why a job gives up; "" if an attempt ended by itself, which takes the notes away. The first may be
# without a note: its node was lost before the script began.
gave_up <- function(notes, rule) {
  fields <- strsplit(paste0(notes, "\t."), "\t", fixed = TRUE)
  attempts <- vapply(fields, `[`, "", 1)
  # Slurm starts the job of a lost node again, in the same attempt: the last note of each counts.
  fields <- fields[!duplicated(attempts, fromLast = TRUE)]
  if (length(fields) < give_up - 2 || fields[[length(fields)]][1] != give_up - 1) {
    return("")
  }
  which <- if (length(fields) == give_up - 1) "each of" else "the last"
  ends <- vapply(fields, function(note) sprintf("with %s: %s", note[2], job_state(note[3])), "")
  sprintf(
    paste(
      "its job was killed in %s %d attempts (%s): give it more, for example --set-resources",
      "%s:mem_mb=MB %s:runtime=MINUTES, or take the model out"
    ),
    which, length(fields), paste(ends, collapse = "; "), rule, rule
  )
}

# What a job is to Slurm if only its script was ended, as some clusters do.
unsaid <- c("FAILED", "RUNNING")

# How Slurm says that a job ended, such as TIMEOUT; "killed" if it does not say it.
job_state <- function(job) {
  asked <- list(
    list("scontrol", c("show", "job", job), "JobState=(\\w+)"),
    list(
      "sacct", c("--allocations", "--noheader", "--format=State", paste0("--jobs=", job)), "(\\w+)"
    )
  )
  for (one in if (nzchar(job)) asked) {
    told <- tryCatch(
      suppressWarnings(system2(one[[1]], one[[2]], stdout = TRUE, stderr = FALSE, timeout = 60)),
      error = function(e) character()
    )
    found <- regmatches(told, regexec(one[[3]], told))
    states <- setdiff(vapply(Filter(length, found), `[`, "", 2), unsaid)
    if (length(states)) {
      return(states[1])
    }
  }
  "killed, often because it ran out of memory"
}
