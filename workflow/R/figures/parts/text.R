# Text of figures: numbers in words, and how much room a text takes.

text_sizes <- c(title = 13, subtitle = 10, axis = 10, small = 9)

# Points per inch, the unit in which text is measured.
points_per_inch <- 72

#' Plain text that every device can draw.
#'
#' Error messages may hold colour codes and control characters, which are not allowed in SVG. In the
#' C locale R does not know that the text it got is UTF-8.
clean_text <- function(text) {
  text <- as.character(text)
  Encoding(text) <- "UTF-8"
  valid <- validUTF8(text)
  text[!valid] <- iconv(text[!valid], "UTF-8", "UTF-8", sub = "?")
  text <- gsub("\033\\[[0-9;]*[A-Za-z]", "", text, perl = TRUE)
  text <- gsub("[\\x01-\\x1f\\x7f]+", " ", text, perl = TRUE)
  trimws(text)
}

format_value <- function(values, decimals) {
  text <- formatC(values, format = "f", digits = decimals)
  # A model that diverged would otherwise print thirty digits.
  long <- is.finite(values) & nchar(text) > 9
  text[long] <- formatC(values[long], format = "e", digits = 1)
  # No "-0.000".
  sub("^-(0\\.?0*)$", "\\1", text)
}

#' "0.930 [0.880, 0.970]"; without the brackets where there is no interval, `none` without a value.
interval_text <- function(estimate, low, high, decimals, none) {
  number <- function(values) format_value(values, decimals)
  text <- ifelse(is.finite(estimate), number(estimate), none)
  bounded <- is.finite(low) & is.finite(high)
  ifelse(bounded, sprintf("%s [%s, %s]", text, number(low), number(high)), text)
}

#' A number in few digits: 0.003, 16, 1e-05.
short_number <- function(x, digits = 3) {
  vapply(signif(x, digits), function(one) {
    if (is.na(one)) return("")
    far <- one != 0 && (abs(one) < 1e-4 || abs(one) >= 1e5)
    format(one, scientific = far, digits = digits)
  }, character(1))
}

#' Width of text in inches at a size in points.
#'
#' Bold is widened by a factor because the name of systemfonts' argument for it has changed.
text_width <- function(text, size, bold = FALSE) {
  if (length(text) == 0) return(numeric())
  lines <- strsplit(enc2utf8(as.character(text)), "\n", fixed = TRUE)
  width <- vapply(lines, function(line) {
    if (length(line) == 0) return(0)
    max(systemfonts::string_width(line, size = size, res = points_per_inch))
  }, numeric(1))
  # Devices round the widths of letters to their own grid, which adds up to 2 %.
  width / points_per_inch * if (bold) 1.17 else 1.03
}

#' How many characters of the text, with `end` after them, fit into `width` inches; at least one.
fitting <- function(text, width, size, bold = FALSE, end = "") {
  keep <- nchar(text)
  while (keep > 1 && text_width(paste0(substr(text, 1, keep), end), size, bold) > width) {
    keep <- keep - 1
  }
  keep
}

#' Cuts text with an ellipsis so that it is at most `width` inches wide.
shorten <- function(text, width, size) {
  vapply(text, function(one) {
    if (is.na(one) || text_width(one, size) <= width) return(one)
    # A thousand characters of a message need not be measured to know that they do not fit.
    one <- substr(one, 1, 200)
    paste0(trimws(substr(one, 1, fitting(one, width, size, end = "\u2026")), "right"), "\u2026")
  }, character(1), USE.NAMES = FALSE)
}

#' Breaks text into lines of at most `width` inches.
#'
#' `parts` are the pieces between which a line may end; a piece longer than a line is cut apart.
wrap <- function(text, width, size, bold = FALSE, parts = words(text)) {
  lines <- ""
  for (part in parts) {
    last <- length(lines)
    longer <- paste0(lines[last], part)
    if (text_width(trimws(longer), size, bold) <= width) {
      lines[last] <- longer
      next
    }
    while (text_width(trimws(part), size, bold) > width && nchar(part) > 1) {
      keep <- fitting(part, width, size, bold)
      lines <- c(lines, substr(part, 1, keep))
      part <- substring(part, keep + 1)
    }
    lines <- c(lines, part)
  }
  lines <- trimws(lines, whitespace = "[ ]")
  paste(lines[nzchar(lines)], collapse = "\n")
}

#' Breaks a title into lines of about the same length, as few as fit into `width` inches.
wrap_title <- function(text, width) {
  tried <- vapply(width * seq(1, 0.5, by = -0.05), function(narrower) {
    wrap(text, narrower, text_sizes[["title"]], bold = TRUE)
  }, character(1))
  tried[max(which(line_count(tried) == line_count(tried[1])))]
}

words <- function(text) regmatches(text, gregexpr("[^ ]* |[^ ]+", text))[[1]]

name_parts <- function(text) regmatches(text, gregexpr("[^-_./ ]*[-_./ ]|[^-_./ ]+", text))[[1]]

#' Model names as row labels: at most two lines of 2.4 inches.
model_labels <- function(models, size = text_sizes[["axis"]], width = 2.4) {
  two_lines(models, width, size, name_parts)
}

#' Each text wrapped, and cut after two lines; split_up: `words()` or `name_parts()`.
two_lines <- function(text, width, size, split_up = words) {
  vapply(text, function(one) {
    lines <- wrap(one, width, size, parts = split_up(one))
    lines <- strsplit(lines, "\n", fixed = TRUE)[[1]]
    if (length(lines) > 2) {
      keep <- fitting(lines[2], width, size, end = "\u2026")
      lines <- c(lines[1], paste0(substr(lines[2], 1, keep), "\u2026"))
    }
    paste(lines, collapse = "\n")
  }, character(1), USE.NAMES = FALSE)
}

#' The least inches at which `two_lines()` cuts no text.
two_line_width <- function(text, size, split_up = name_parts) {
  vapply(text, function(one) {
    parts <- split_up(one)
    min(vapply(seq_along(parts), function(end) {
      first <- seq_along(parts) <= end
      lines <- c(paste(parts[first], collapse = ""), paste(parts[!first], collapse = ""))
      max(text_width(trimws(lines), size))
    }, numeric(1)))
  }, numeric(1), USE.NAMES = FALSE)
}

line_count <- function(text) lengths(strsplit(text, "\n", fixed = TRUE))

#' Height in inches of text in one of the sizes of the theme.
text_height <- function(text, size) line_count(text) * text_sizes[[size]] * 1.35 / points_per_inch

capitalise <- function(text) paste0(toupper(substr(text, 1, 1)), substring(text, 2))

plural <- function(n, one, many = paste0(one, "s")) paste(n, if (n == 1) one else many)

#' "3 of 25 splits failed"; empty where none did.
failure_note <- function(n_failed, n_splits) {
  ifelse(n_failed > 0, paste(n_failed, "of", n_splits, "splits failed"), "")
}
