# Outputs appear by rename, each with a record of its SHA-256 that readers check (twin: records.py).
#
# The record of `folder/name` is `folder/.sha256/name`, in the format of `sha256sum`: a line for the
# file, or a line for each file of a folder but hidden ones, such as Snakemake's timestamp. What
# has no record, such as the user's own files, is not checked.

use("checksums", "csv_files")

#' Where an output stands until it is complete: beside its place, with the same ending.
partial_path <- function(path) file.path(dirname(path), paste0(".part-", basename(path)))

#' Path of the record of a file or folder.
record_path <- function(path) file.path(dirname(path), ".sha256", basename(path))

#' The lines of the record of a file or folder as it is now; name: of the file in its record.
record_text <- function(path, name) {
  if (!dir.exists(path)) {
    return(paste0(sha256_file(path), "  ", utf8(name)))
  }
  names <- list.files(path, recursive = TRUE)
  # As Python sorts.
  names <- names[order(utf8(names), method = "radix")]
  hashes <- vapply(file.path(path, names), sha256_file, "", USE.NAMES = FALSE)
  if (length(names)) paste0(hashes, "  ", utf8(names)) else character()
}

#' Record the checksum of an output that is complete, and move it to its place.
publish <- function(path) {
  record <- record_path(path)
  text <- record_text(partial_path(path), basename(path))
  dir.create(dirname(record), showWarnings = FALSE)
  written(record, function(file) {
    writeLines(text, file, useBytes = TRUE)
  })
  move(partial_path(path), path)
}

#' Call `action` with a path beside `path` to write to; the file moves to `path` when it is
#' complete.
written <- function(path, action) {
  partial <- partial_path(path)
  on.exit(unlink(partial, recursive = TRUE))
  action(partial)
  move(partial, path)
}

move <- function(from, to) {
  if (!suppressWarnings(file.rename(from, to))) {
    stop(sprintf("cannot move %s to %s", from, to))
  }
}

#' Whether a file or folder with a record is not the one that was recorded.
differs <- function(path) {
  record <- record_path(path)
  if (!file.exists(record) || !file.exists(path)) {
    return(FALSE)
  }
  !identical(
    record_text(path, basename(path)), readLines(record, warn = FALSE, encoding = "UTF-8")
  )
}

#' Stop with a user error that names each file or folder that is not the one of its record.
check <- function(paths) {
  wrong <- Filter(differs, unique(paths))
  if (length(wrong)) {
    stop(user_condition(paste0(
      wrong, ": it is not what the run wrote (its SHA-256 differs): delete it; the next run",
      " makes it again if it needs it",
      collapse = "\n"
    )))
  }
}
