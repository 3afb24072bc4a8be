# The definition of a model's method: caret's, the workflow's own, or one in a file of the user.

use("logs", "checksums", "caret_methods", "survival_methods")

#' Model definitions of a task, a named list; caret has none for survival.
task_models <- function(task) if (task == "survival") survival_methods() else caret_models()

#' The definition of a specification's method, or NULL if it is unknown.
#'
#' @param spec list with method: a name, or the path of an R file, whose checksum is sha256.
#' @param models named list of the definitions of the task.
find_method <- function(spec, models) {
  if (!is_text(spec$method)) {
    return(NULL)
  }
  if (endsWith(spec$method, ".R")) {
    return(read_definition(spec$method, spec$sha256))
  }
  models[[spec$method]]
}

is_text <- function(x) is.character(x) && length(x) == 1 && !is.na(x) && nzchar(x)

#' A definition from a file whose value is a list as of `caret::getModelInfo`, or as those of
#' `survival_methods`.
#'
#' @param sha256 the file's checksum when the run began.
#' @return the definition with `own = TRUE`. Stops with a user error if the file is another one,
#'   fails, or has another value.
read_definition <- function(path, sha256) {
  if (!identical(sha256_file(path), sha256)) {
    user_error(path, "it has changed since the run began", "Run the same command again")
  }
  info <- tryCatch(
    source(path, local = new.env(parent = globalenv()), encoding = "UTF-8")$value,
    error = function(e) user_error(path, one_line(e), "Correct the file")
  )
  lacking <- definition_problem(info)
  if (length(lacking)) {
    user_error(
      path, lacking, "The value of the file is a list as caret::getModelInfo('lda')$lda: correct it"
    )
  }
  # caret wants to see these, even if they are NULL.
  absent <- setdiff(c("library", "prob", "loop"), names(info))
  info[absent] <- list(NULL)
  info$own <- TRUE
  info
}

# What a definition lacks, or NULL.
definition_problem <- function(info) {
  if (!is.list(info)) {
    return(sprintf("its value is no list but of class %s", class(info)[1]))
  }
  functions <- c("grid", "fit", "predict")
  lacking <- functions[!vapply(info[functions], is.function, TRUE)]
  if (length(lacking)) {
    return(sprintf("it lacks the function %s", lacking[1]))
  }
  if (!is.data.frame(info$parameters) || !"parameter" %in% names(info$parameters)) {
    return("its 'parameters' are no data frame with the column 'parameter'")
  }
  types <- c("Classification", "Regression", "Survival")
  if (!is.character(info$type) || !all(info$type %in% types)) {
    return(sprintf("its 'type' is none of %s", paste(types, collapse = ", ")))
  }
}
