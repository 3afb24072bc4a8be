# Defines `use()`, which loads files of this library; scripts source this file first.

library_folder <- local({
  sourcing <- Filter(function(frame) exists("ofile", frame, inherits = FALSE), sys.frames())
  dirname(normalizePath(utils::tail(sourcing, 1)[[1]]$ofile))
})

#' Load files of the library, each once, with those that they name in their own `use()` lines.
#'
#' @param ... names of files without their ending, as "seeds"; with the folder where two files have
#'   the same name, as "learn/tuning".
#' @param envir environment that gets the functions; by default that of the caller.
use <- function(..., envir = parent.frame()) {
  paths <- list.files(library_folder, "[.]R$", recursive = TRUE)
  for (name in c(...)) {
    path <- paths[endsWith(paste0("/", paths), paste0("/", name, ".R"))]
    if (length(path) != 1) {
      stop(sprintf("the library has %d files called %s.R", length(path), name))
    }
    used <- get0(".used", envir, inherits = FALSE)
    if (!path %in% used) {
      assign(".used", c(used, path), envir)
      sys.source(file.path(library_folder, path), envir, keep.source = FALSE)
    }
  }
}
