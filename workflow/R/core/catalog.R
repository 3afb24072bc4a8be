# The catalog: facts that both languages, the checks and the docs read (twin: catalog.py).

#' Path of a file of workflow/catalog.
#'
#' Name the file in quotes where it is read: a rule then depends on it.
catalog <- function(name) file.path(dirname(library_folder), "catalog", name)
