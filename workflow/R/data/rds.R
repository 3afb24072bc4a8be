# Reads an .rds file only if it holds data and nothing that R could execute.
#
# In R before 4.4, a promise in a file runs as soon as it is touched (CVE-2024-27322), and calls and
# functions can run later. So the items of the file are looked through as bytes first. Format: 'R
# Internals', chapter 1.8, and serialize.c of R.

use("logs")

# Numbers of the types of items. Atomic vectors: bytes of an element.
atomic_bytes <- c("10" = 4, "13" = 4, "14" = 8, "15" = 16, "24" = 1)
constants <- c(254, 253, 252, 250, 242, 241)
refused_types <- c(
  "3" = "a function", "5" = "a promise", "6" = "a call", "7" = "a function", "8" = "a function",
  "17" = "promises", "20" = "an expression", "21" = "compiled code", "23" = "a weak reference",
  "240" = "a call", "247" = "a persistent object", "248" = "a package", "249" = "a namespace",
  "251" = "a missing argument"
)
# Classes of vectors that R writes in a short form.
short_forms <- "^(compact_(int|real)seq|deferred_string|wrap_[a-z]+)$"
# Bits of an item's flags.
has_attributes <- 512L
has_tag <- 1024L
active_binding <- 134217728L
deepest <- 200
# As in files.py: how much memory the content of a file may take.
most_bytes <- function(path) 128 * 2^20 + 50 * file.size(path)

#' Read an .rds file. Stops with a user error if it has another format or holds more than data.
read_rds <- function(path) {
  tryCatch({
    scan_rds(path)
    readRDS(path)
  }, error = function(error) {
    if (inherits(error, "user_error")) {
      stop(error)
    }
    start <- readBin(path, "raw", 20)
    shown <- rawToChar(start[start >= 0x20 & start < 0x7f])
    user_error(
      path, sprintf("its extension says an R object, but R says: %s", one_line(error)),
      sprintf("It begins with '%s': correct the extension, or write it with saveRDS", shown)
    )
  })
}

#' Run `expr`, which reads a file, in a child process: R can crash on what it holds.
#'
#' Stops with a user error if the child stops with an error or crashes.
in_child <- function(path, expr) {
  child <- parallel::mcparallel(tryCatch({
    expr
    TRUE
  }, error = identity))
  result <- suppressWarnings(parallel::mccollect(child))[[1]]
  if (inherits(result, "user_error")) {
    stop(result)
  }
  if (!isTRUE(result)) {
    why <- if (inherits(result, "condition")) one_line(result) else "R crashes"
    user_error(
      path, paste("what it holds cannot be used:", why),
      "Write it again with saveRDS, as a SummarizedExperiment, a matrix or a data.frame"
    )
  }
}

#' Look through the items of an .rds file without making any of them.
#'
#' Stops with a user error at the first that is no data, and with an error if the file is cut short,
#' or its content far larger than the file.
scan_rds <- function(path) {
  # Decompresses gzip, bzip2 and xz.
  file <- gzfile(path, "rb")
  on.exit(close(file))
  magic <- readBin(file, "raw", 2)
  endian <- if (identical(magic, charToRaw("X\n"))) "big" else "little"
  if (identical(magic, charToRaw("A\n"))) {
    user_error(path, "it is written as ASCII", "Write it with saveRDS(x, file), without ascii")
  } else if (!identical(magic, charToRaw("X\n")) && !identical(magic, charToRaw("B\n"))) {
    stop("unknown input format")
  }
  scan <- new.env()
  # references: names of the symbols that later items refer to by number; "" of other items.
  start <- list(size = 0, most = most_bytes(path), references = "")
  list2env(c(list(file = file, endian = endian, path = path), start), scan)
  version <- read_integers(scan, 3)[1]
  if (version == 3) {
    skip_bytes(scan, read_integers(scan, 1))
  } else if (version != 2) {
    stop(sprintf("unknown version %d", version))
  }
  scan_item(scan)
}

# Each of these functions reads on in the file of a scan.

# The next item. Returns its text if it is a symbol or a text, its numbers if it has three, else "".
scan_item <- function(scan, depth = 0, flags = read_integers(scan, 1)) {
  type <- bitwAnd(flags, 255L)
  if (type %in% constants) {
    return("")
  }
  if (depth > deepest) {
    stop("it is nested too deep")
  }
  scan_type <- item_scanners[[as.character(type)]]
  if (is.null(scan_type)) {
    known <- as.character(type) %in% names(refused_types)
    refuse(scan, if (known) refused_types[[as.character(type)]] else paste("an item of type", type))
  }
  found <- scan_type(scan, depth + 1, flags)
  if (type %in% with_attributes && bitwAnd(flags, has_attributes)) {
    scan_attributes(scan, depth + 1)
  }
  found
}

scan_attributes <- function(scan, depth) {
  flags <- read_integers(scan, 1)
  if (bitwAnd(flags, 255L) %in% c(2, 239)) {
    scan_pairs(scan, depth, flags, named = TRUE)
  } else {
    scan_item(scan, depth, flags)
  }
}

scan_reference <- function(scan, depth, flags) {
  at <- bitwShiftR(flags, 8L)
  scan$references[1 + if (at == 0) read_integers(scan, 1) else at]
}

scan_symbol <- function(scan, depth, flags) {
  name <- scan_item(scan, depth)
  refer(scan, name)
  name
}

# Enclosure, frame, hash table and attributes.
scan_environment <- function(scan, depth, flags) {
  read_integers(scan, 1)
  refer(scan)
  for (part in 1:4) scan_item(scan, depth)
  ""
}

# A protected object and a tag; the address is not written.
scan_pointer <- function(scan, depth, flags) {
  refer(scan)
  for (part in 1:2) scan_item(scan, depth)
  ""
}

scan_list <- function(scan, depth, flags) {
  for (i in seq_len(read_length(scan))) scan_item(scan, depth)
  ""
}

# The pairs of a list, one after the other: attributes, name and value of each.
scan_pairs <- function(scan, depth, flags, named = FALSE) {
  first <- NULL
  repeat {
    if (bitwAnd(flags, active_binding)) refuse(scan, "a binding that is a function")
    if (bitwAnd(flags, has_attributes)) scan_item(scan, depth)
    if (bitwAnd(flags, has_tag)) {
      scan_item(scan, depth)
    } else if (named) {
      stop("it holds a value without a name")
    }
    value <- scan_item(scan, depth)
    if (is.null(first)) first <- value
    flags <- read_integers(scan, 1)
    if (!bitwAnd(flags, 255L) %in% c(2, 239)) {
      if (named && bitwAnd(flags, 255L) != 254) stop("its attributes do not end")
      scan_item(scan, depth, flags)
      return(first)
    }
  }
}

# A vector in a short form: its class, its state, its attributes.
scan_short_form <- function(scan, depth, flags) {
  kind <- scan_item(scan, depth)
  if (!grepl(short_forms, kind)) refuse(scan, sprintf("a vector of class '%s'", kind))
  state <- scan_item(scan, depth)
  if (startsWith(kind, "compact")) {
    # Its length, first and step.
    grow(scan, if (is.numeric(state)) 8 * max(0, state[1], na.rm = TRUE) else Inf)
  }
  scan_item(scan, depth)
  ""
}

# There may be millions: as few calls as possible for each.
scan_texts <- function(scan, depth, flags) {
  n <- read_length(scan)
  file <- scan$file
  endian <- scan$endian
  size <- 0
  for (i in seq_len(n)) {
    head <- readBin(file, "integer", 2L, endian = endian)
    if (length(head) < 2L || bitwAnd(head[1], 767L) != 9L || is.na(head[2])) {
      stop("it is cut short or broken")
    }
    if (head[2] > 1e6) grow(scan, head[2])
    if (head[2] > 0L) readBin(file, "raw", head[2])
    size <- size + 8 + max(0L, head[2])
    if (size > 1e6) {
      grow(scan, size)
      size <- 0
    }
  }
  grow(scan, size)
}

scan_numbers <- function(scan, depth, flags) {
  n <- read_length(scan)
  type <- bitwAnd(flags, 255L)
  if (type == 14 && n == 3) {
    grow(scan, 24)
    return(readBin(scan$file, "double", 3, endian = scan$endian))
  }
  skip_bytes(scan, n * atomic_bytes[[as.character(type)]])
  ""
}

read_integers <- function(scan, n) {
  grow(scan, 4 * n)
  values <- readBin(scan$file, "integer", n, endian = scan$endian)
  if (length(values) < n || anyNA(values)) stop("it is cut short or broken")
  values
}

read_length <- function(scan) {
  n <- read_integers(scan, 1)
  if (n == -1) n <- sum(read_integers(scan, 2) * c(2^32, 1))
  if (n < 0) stop("it holds a vector of a negative length")
  n
}

# The text of an item; its length is -1 if it is missing.
read_text <- function(scan, depth, flags) {
  n <- read_integers(scan, 1)
  if (n <= 0) return("")
  grow(scan, n)
  bytes <- readBin(scan$file, "raw", n)
  if (length(bytes) < n) stop("it is cut short")
  rawToChar(bytes[bytes != 0])
}

skip_bytes <- function(scan, n) {
  grow(scan, n)
  while (n > 0) {
    part <- length(readBin(scan$file, "raw", min(n, 2^20)))
    if (part == 0) stop("it is cut short")
    n <- n - part
  }
}

refer <- function(scan, name = "") {
  scan$references[length(scan$references) + 1] <- name
}

grow <- function(scan, bytes) {
  scan$size <- scan$size + bytes
  if (scan$size > scan$most) {
    user_error(
      scan$path, "its content is far too large for the size of the file",
      "If that is meant, write it with compress = FALSE"
    )
  }
}

refuse <- function(scan, what) {
  user_error(
    scan$path, sprintf("it holds %s, which could be executed, so it is not read", what),
    "Write data alone: saveRDS(x, file) of a matrix, a data.frame or a SummarizedExperiment"
  )
}

# By the number of the type.
item_scanners <- c(
  list(
    "255" = scan_reference, "1" = scan_symbol, "2" = scan_pairs, "239" = scan_pairs,
    "4" = scan_environment, "9" = read_text, "16" = scan_texts, "19" = scan_list,
    "22" = scan_pointer, "25" = function(...) "", "238" = scan_short_form
  ),
  lapply(atomic_bytes, function(bytes) scan_numbers)
)
with_attributes <- c(9, 16, 19, 22, 25, as.numeric(names(atomic_bytes)))
