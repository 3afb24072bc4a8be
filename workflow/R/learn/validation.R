# Problems with a model of the configuration, one sentence each.

use("logs", "caret_methods", "definitions")

#' The method of a specification, checked.
#'
#' @param spec list: name, method, params, grid, size.
#' @param task "classification", "regression" or "survival".
#' @param imbalance "none" or "weights".
#' @param key the configuration's key, for the message.
#' @param models named list of the definitions of a task.
#' @return the definition of the method. Stops with a user error that names every problem.
resolve_method <- function(spec, task, imbalance = "none",
                           key = paste0("models.r '", spec$name, "'"), models = task_models(task)) {
  problems <- model_problems(spec, task, imbalance, key, models)
  if (length(problems)) {
    stop(user_condition(paste(problems, collapse = "\n")))
  }
  find_method(spec, models)
}

#' All problems with a specification, one sentence each (arguments: `resolve_method`).
model_problems <- function(spec, task, imbalance, key, models) {
  info <- tryCatch(find_method(spec, models), user_error = identity)
  if (inherits(info, "user_error")) {
    return(problem(paste0(key, ".method"), conditionMessage(info)))
  }
  if (is.null(info)) {
    method <- paste(spec$method, collapse = ", ")
    hint <- did_you_mean(method, names(models))
    kind <- if (task == "survival") "survival" else "caret"
    return(problem(key, sprintf("unknown %s method '%s'", kind, method), hint))
  }
  weighted <- identical(imbalance, "weights") && task == "classification"
  c(
    package_problems(info, spec, key),
    task_problems(info, spec, task, key),
    grid_problems(info, spec, key),
    params_problems(info, spec, key),
    if (weighted && is.na(weighting(spec, info))) {
      problem(
        key, sprintf("caret method '%s' takes no weights", spec$method),
        "Set imbalance: none, or take this model out"
      )
    }
  )
}

#' Stop with a user error if a method cannot handle as many classes.
check_classes <- function(spec, info, count) {
  if (count > 2 && ("Two Class Only" %in% info$tags || spec$method %in% two_classes_only)) {
    text <- "caret method '%s' does two classes only; this outcome has %d"
    stop(user_condition(sprintf(text, spec$method, count)))
  }
}

package_problems <- function(info, spec, key) {
  missing <- info$library[!is_installed(info$library)]
  if (length(missing)) {
    problem(key, sprintf(
      "caret method '%s' needs the R package%s %s", spec$method,
      if (length(missing) > 1) "s" else "", paste(missing, collapse = ", ")
    ), how_to_install(missing))
  }
}

is_installed <- function(packages) {
  vapply(as.character(packages), function(package) nzchar(system.file(package = package)), TRUE)
}

how_to_install <- function(packages) {
  of_bioconductor <- packages == "rhdf5"
  sprintf(
    "Install with conda (%s) or, where Debian has it, apt-get install %s",
    paste0(ifelse(of_bioconductor, "bioconductor-", "r-"), tolower(packages), collapse = " "),
    paste0(ifelse(of_bioconductor, "r-bioc-", "r-cran-"), tolower(packages), collapse = " ")
  )
}

task_problems <- function(info, spec, task, key) {
  if (!tools::toTitleCase(task) %in% info$type) {
    problem(
      key,
      sprintf("caret method '%s' cannot do %s, only %s", spec$method, task, tolower(info$type[1])),
      "Take another method, or leave this model out of the data sets of this task"
    )
  }
}

grid_problems <- function(info, spec, key) {
  tunable <- as.character(info$parameters$parameter)
  c(
    unlist(lapply(setdiff(names(spec$grid), tunable), function(name) {
      problem(
        paste0(key, ".grid"), sprintf("'%s' is not a tuning parameter of '%s'", name, spec$method),
        if (identical(tunable, "parameter")) {
          "It has none: leave grid out, and give fixed arguments in params"
        } else {
          sprintf("Its tuning parameters: %s", paste(tunable, collapse = ", "))
        }
      )
    })),
    if (!is.null(spec$size) && !isTRUE(spec$size >= 1)) {
      message <- sprintf("'%s' is not a number of candidates", spec$size)
      problem(paste0(key, ".size"), message, "Write 1 or more")
    }
  )
}

params_problems <- function(info, spec, key) {
  tunable <- as.character(info$parameters$parameter)
  unlist(lapply(names(spec$params), function(name) {
    if (name %in% tunable) {
      problem(
        paste0(key, ".params"), sprintf("'%s' is a tuning parameter of '%s'", name, spec$method),
        sprintf(
          "Give it in grid, as a list: {%s: [%s]}", name,
          paste(spec$params[[name]], collapse = ", ")
        )
      )
    } else if (name %in% reserved_arguments) {
      problem(paste0(key, ".params"), sprintf("the workflow itself sets '%s'", name), "Take it out")
    }
  }))
}

#' "Did you mean 'x' or 'y'?" for the known words nearest to `word`, or which there are.
did_you_mean <- function(word, known) {
  distance <- utils::adist(word, known, ignore.case = TRUE)[1, ]
  near <- known[order(distance)][sort(distance) <= max(1, nchar(word) %/% 3)]
  if (length(near)) {
    paste0("Did you mean ", paste0("'", utils::head(near, 2), "'", collapse = " or "), "?")
  } else if (length(known) < 20) {
    sprintf("Known: %s", paste(known, collapse = ", "))
  } else {
    "See names(caret::getModelInfo()) for the known ones"
  }
}
