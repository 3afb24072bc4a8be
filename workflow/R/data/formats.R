# Takes values and sheet out of an R object and writes them as the .h5ad file that the import reads.
# Nothing is computed.

use("hdf5", "logs", "rds")

#' The values of an R object as samples x features.
#'
#' @param object SummarizedExperiment (and what inherits from it) or ExpressionSet, whose columns
#'   are samples; or matrix, sparse Matrix or data.frame of numbers.
#' @param assay name of an assay; NULL for the first.
#' @param orientation of a matrix or data.frame: "features_in_rows" or "samples_in_rows".
#' @param path for the sentence of a user error.
#' @return matrix or dgCMatrix of doubles, with dimnames.
values_of <- function(object, assay, orientation, path) {
  if (is_kind(object, "SummarizedExperiment", path)) {
    assays <- SummarizedExperiment::assays(object)
    assay_names <- if (is.null(names(assays))) rep("", length(assays)) else names(assays)
    values <- choose_assay(as.list(assays), assay_names, assay, path)
    dimnames(values) <- dimnames(object)
    orientation <- "features_in_rows"
  } else if (is_kind(object, "ExpressionSet", path)) {
    data <- Biobase::assayData(object)
    assay_names <- Biobase::assayDataElementNames(object)
    # exprs is the default.
    assay_names <- c(intersect("exprs", assay_names), setdiff(assay_names, "exprs"))
    assays <- lapply(assay_names, function(name) data[[name]])
    values <- choose_assay(assays, assay_names, assay, path)
    orientation <- "features_in_rows"
  } else {
    if (!is.null(assay)) {
      user_error(path, sprintf("there is no matrix '%s' in a %s", assay, class(object)[1]))
    }
    values <- object
  }
  values <- as_numbers(values, path, orientation)
  if (orientation == "features_in_rows") {
    values <- if (is.matrix(values)) t(values) else Matrix::t(values)
  }
  values
}

#' Whether an object is of an S4 class. Stops if the package of that class is not installed.
is_kind <- function(object, kind, path) {
  if (!isS4(object)) {
    return(FALSE)
  }
  # R only knows what an object inherits from if the package of its class is loaded.
  package <- attr(class(object), "package")
  if (!requireNamespace(package, quietly = TRUE)) {
    user_error(
      path,
      sprintf("a %s takes the R package %s, which is not installed", class(object), package),
      install_hint(package)
    )
  }
  methods::is(object, kind)
}

install_hint <- function(package) {
  sprintf(
    paste(
      "Install it (Debian: apt-get install r-bioc-%s; R: BiocManager::install(\"%s\")),",
      "or run with conda (snakemake --use-conda)"
    ),
    tolower(package), package
  )
}

choose_assay <- function(assays, assay_names, assay, path) {
  at <- if (is.null(assay)) 1 else match(assay, assay_names)
  if (is.na(at) || at > length(assays)) {
    known <- paste(assay_names[nzchar(assay_names)], collapse = ", ")
    user_error(
      path, sprintf("there is no assay '%s'", if (is.null(assay)) 1 else assay),
      sprintf("It has: %s", if (nzchar(known)) known else "none with a name")
    )
  }
  assays[[at]]
}

#' Columns of text about the features of an R object: of rowData or fData; none of other objects.
annotation_of <- function(object, path) {
  about <- if (is_kind(object, "SummarizedExperiment", path)) {
    as.data.frame(SummarizedExperiment::rowData(object), optional = TRUE)
  } else if (is_kind(object, "ExpressionSet", path)) {
    Biobase::fData(object)
  }
  texts <- Filter(function(column) is.character(column) || is.factor(column), as.list(about))
  lapply(texts, as_text)
}

as_numbers <- function(values, path, orientation = "features_in_rows") {
  values <- as_plain_matrix(values, path, orientation)
  if (is.matrix(values) && length(values) != prod(dim(values))) {
    user_error(path, "its matrix has other dimensions than values", "Write it again with saveRDS")
  }
  if (length(dim(values)) != 2) {
    user_error(
      path, sprintf("it holds a %s", class(values)[1]),
      "Give a SummarizedExperiment, an ExpressionSet, a matrix, a sparse Matrix or a data.frame"
    )
  }
  if (is.null(rownames(values)) || is.null(colnames(values))) {
    user_error(path, "its matrix lacks row or column names", "Name its samples and features")
  }
  if (is.matrix(values)) in_double_precision(values, path) else values
}

matrix_of_columns <- function(table, path, orientation) {
  if (any(lengths(unclass(table)) != .row_names_info(table, 2L))) {
    user_error(path, "its columns have different lengths", "Write it again with saveRDS")
  }
  named <- without_texts(table, path, orientation)
  columns <- without_integer64(named$columns, path)
  wrong <- names(columns)[!vapply(columns, function(x) is.numeric(x) || is.logical(x), NA)]
  if (length(wrong)) {
    user_error(
      path,
      sprintf("column '%s' holds %s, not numbers", wrong[1], class(columns[[wrong[1]]])[1]),
      "Leave it out, or give it in the sample sheet"
    )
  }
  matrix(
    as.numeric(unlist(columns, use.names = FALSE)), length(named$names), length(columns),
    dimnames = list(named$names, names(columns))
  )
}

#' The names of the rows of a data.frame, and its other columns.
#'
#' A tibble and a data.table have no row names: their first column of text names the rows, and also
#' where row names are numbers, as those of a table that was filtered or sorted. With features in
#' rows, other columns of text are annotation.
without_texts <- function(table, path, orientation) {
  names <- row.names(table)
  numbered <- all(grepl("^[0-9]+$", names))
  table <- as.list(table)
  is_text <- vapply(table, function(x) is.character(x) || is.factor(x), NA)
  if (numbered && length(table) > 1 && is_text[1]) {
    names <- as_text(table[[1]])
    message(sprintf("%s: column '%s' names the rows", path, names(table)[1]))
    table <- table[-1]
    is_text <- is_text[-1]
  }
  if (orientation == "features_in_rows" && any(is_text) && !all(is_text)) {
    taken <- paste(names(table)[is_text], collapse = ", ")
    message(sprintf("%s: treated as annotation, since it is text: %s", path, taken))
    table <- table[!is_text]
  }
  list(names = names, columns = table)
}

in_double_precision <- function(values, path) {
  if (!is.numeric(values) && !is.logical(values)) {
    user_error(path, sprintf("its matrix holds %s, not numbers", typeof(values)))
  }
  storage.mode(values) <- "double"
  values
}

#' The sample sheet of an R object as a data.frame of text with the samples as row names.
#'
#' @param object SummarizedExperiment (its colData), ExpressionSet (its pData), or data.frame, whose
#'   samples are its column `sample` or else its row names.
#' @param path for the sentence of a user error.
sheet_of <- function(object, path) {
  if (is_kind(object, "SummarizedExperiment", path)) {
    sheet <- as.data.frame(SummarizedExperiment::colData(object), optional = TRUE)
  } else if (is_kind(object, "ExpressionSet", path)) {
    sheet <- Biobase::pData(object)
  } else if (is.data.frame(object)) {
    sheet <- as.data.frame(object)
  } else {
    user_error(
      path, sprintf("a %s has no sample sheet", class(object)[1]),
      "Give the sheet as .tsv, or a SummarizedExperiment, an ExpressionSet or a data.frame"
    )
  }
  sheet[] <- lapply(without_integer64(as.list(sheet), path), as_text)
  if (is.data.frame(object) && "sample" %in% names(sheet)) {
    rownames(sheet) <- make.unique(sheet$sample)
  }
  sheet <- sheet[setdiff(names(sheet), "sample")]
  sheet
}

# Text as in a text file: 53 and 85.3, and "" where missing.
as_text <- function(values) {
  if (is.double(values) && !is.object(values)) {
    short <- sprintf("%.15g", values)
    exact <- suppressWarnings(as.numeric(short)) == values
    text <- ifelse(!is.na(exact) & exact, short, sprintf("%.17g", values))
  } else {
    text <- as.character(values)
  }
  text[is.na(values)] <- ""
  enc2utf8(text)
}

#' Write values and sheet as AnnData would.
#'
#' @param values matrix or dgCMatrix, samples x features with dimnames; NULL writes none.
#' @param sheet data.frame of text with the samples as row names; NULL writes the names alone.
#' @param path path of the .h5ad file.
#' @param annotation texts about the features by name.
write_annotated <- function(values, sheet, path, annotation = list()) {
  file <- naming(path, rhdf5::H5Fcreate(path))
  on.exit(rhdf5::H5Fclose(file))
  samples <- if (is.null(sheet)) rownames(values) else rownames(sheet)
  encode(file, "anndata", "0.1.0")
  write_frame(file, "obs", samples, as.list(sheet))
  write_frame(file, "var", colnames(values), annotation)
  if (is.matrix(values)) {
    # The columns of R are rows in the file: samples x features.
    write_dataset(file, "X", t(unname(values)), encode, "array", "0.2.0")
  } else if (!is.null(values)) {
    write_group(file, "X", function(group) {
      encode(group, "csc_matrix", "0.1.0")
      write_attribute(group, "shape", dim(values))
      write_dataset(group, "data", values@x)
      write_dataset(group, "indices", values@i)
      write_dataset(group, "indptr", values@p)
    })
  }
}

write_frame <- function(file, axis, names, columns) {
  write_group(file, axis, function(group) {
    encode(group, "dataframe", "0.2.0")
    write_attribute(group, "_index", "_index", scalar = TRUE)
    write_attribute(group, "column-order", as.character(names(columns)))
    write_text(group, "_index", names)
    for (name in names(columns)) {
      write_text(group, name, columns[[name]])
    }
  })
}

write_text <- function(group, name, text) {
  write_dataset(group, name, as.character(text), encode, "string-array", "0.2.0")
}

encode <- function(object, type, version) {
  write_attribute(object, "encoding-type", type, scalar = TRUE)
  write_attribute(object, "encoding-version", version, scalar = TRUE)
}

#' Columns by name, those of the class integer64 as doubles; stops where that is not exact.
without_integer64 <- function(columns, path) {
  at <- which(vapply(columns, inherits, NA, "integer64"))
  columns[at] <- Map(function(column, name) {
    plain_integers(column, path, sprintf("column '%s'", name))
  }, columns[at], names(columns)[at])
  columns
}

#' An integer64 as doubles, without bit64: its eight bytes are stored as those of a double.
plain_integers <- function(values, path, what) {
  halves <- matrix(readBin(
    writeBin(as.vector(unclass(values)), raw(), endian = "little"), "integer", 2 * length(values),
    endian = "little"
  ), 2)
  # The lower half has no sign; the smallest number of 32 bits is NA to R.
  low <- ifelse(is.na(halves[1, ]), 2^31, halves[1, ] %% 2^32)
  exact <- halves[2, ] * 2^32 + low
  if (any(abs(exact) > 2^53, na.rm = TRUE)) {
    user_error(
      path, sprintf("%s holds integer64 above 2^53, which no double holds exactly", what),
      "Save it as numeric (as.numeric) or, if it is a name, as text (as.character)"
    )
  }
  values <- unclass(values)
  values[] <- exact
  values
}

# A matrix of R, dense or sparse by columns, of what holds one.
as_plain_matrix <- function(values, path, orientation) {
  if (is.data.frame(values)) {
    return(matrix_of_columns(values, path, orientation))
  }
  if (methods::is(values, "sparseMatrix")) {
    methods::validObject(values)
    by_columns <- methods::as(methods::as(values, "generalMatrix"), "CsparseMatrix")
    return(methods::as(by_columns, "dMatrix"))
  }
  if (inherits(values, "integer64")) {
    return(plain_integers(values, path, "its matrix"))
  }
  if (isS4(values)) as.matrix(values) else values
}
