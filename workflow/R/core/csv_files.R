# CSV and TSV files, read as text and written the same way everywhere (twin: csv_files.py).

#' A CSV or TSV file with every column as text; empty cells stay empty text.
read_csv <- function(path, sep) {
  utils::read.table(
    path,
    header = TRUE, sep = sep, quote = "\"", comment.char = "", colClasses = "character",
    na.strings = character(), check.names = FALSE, encoding = "UTF-8", fill = FALSE
  )
}

#' Write a table of text: UTF-8, header always, quoted where needed, NA and "" empty.
#' @param path path of the file.
#' @param columns its header.
#' @param table data.frame with at least these columns; NULL writes the header alone.
write_csv <- function(path, columns, table) {
  if (is.null(table)) {
    table <- as.data.frame(stats::setNames(rep(list(character()), length(columns)), columns))
    names(table) <- columns
  }
  quoted <- function(text) {
    text <- enc2utf8(as.character(text))
    text[is.na(text)] <- ""
    needs <- grepl("[\",\r\n]", text)
    text[needs] <- paste0("\"", gsub("\"", "\"\"", text[needs], fixed = TRUE), "\"")
    text
  }
  cells <- unname(lapply(table[columns], quoted))
  lines <- c(paste(quoted(columns), collapse = ","), do.call(paste, c(cells, sep = ",")))
  file <- file(path, open = "wb")
  on.exit(close(file))
  writeLines(lines, file, useBytes = TRUE)
}

#' Numbers with 12 significant digits, as text; NA is empty in the file.
number <- function(x) {
  ifelse(is.na(x), NA_character_, sprintf("%.12g", x))
}

#' Mark text that is known to be UTF-8 as such: in a C locale R would take it for bytes.
utf8 <- function(text) {
  text <- as.character(text)
  Encoding(text) <- "UTF-8"
  text
}
