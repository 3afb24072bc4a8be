# The contact sheet: images of each class as their features see them, resized and normalised.

sheet_columns <- 12
sheet_rows <- 15
sheet_side <- 0.62
sheet_gap <- 0.06
sheet_label <- 1.9 # at most, inches
# Groups of a numeric outcome, a row each.
sheet_groups <- 4

#' Images for the contact sheet, chosen at even steps through the list of each class.
#'
#' @param files paths of prepared.h5, one per shard.
#' @param layers name of each file's image layer.
#' @param samples path of samples.tsv; its rows are samples, or images named `sample/image`.
#' @param task a regression's outcome is cut into quarters.
#' @return data.frame of rows: layer, class, images, samples (numbers) and a list column `shown` of
#'   rasters; the attribute `pixels` is the size as "64 x 64", `dropped` the number of rows that
#'   are left out, those of the smallest classes.
read_contact_sheet <- function(files, layers, samples, task) {
  sheet <- read_columns_tsv(samples)
  listed <- do.call(rbind, Map(list_prepared, files, layers))
  row <- match(paste(listed$sample, listed$image, sep = "/"), sheet$sample)
  row <- ifelse(is.na(row), match(listed$sample, sheet$sample), row)
  listed <- listed[!is.na(row), , drop = FALSE]
  listed$class <- outcome_groups(sheet$outcome[row[!is.na(row)]], task)
  rows <- unname(split(listed, list(listed$class, listed$layer), drop = TRUE))
  sizes <- vapply(rows, nrow, 1L)
  kept <- sort(utils::head(order(-sizes), sheet_rows))
  table <- data.frame(
    layer = vapply(rows[kept], function(part) part$layer[1], ""),
    class = vapply(rows[kept], function(part) clean_text(as.character(part$class[1])), ""),
    images = sizes[kept],
    samples = vapply(rows[kept], function(part) length(unique(part$sample)), 1L)
  )
  table$shown <- lapply(rows[kept], function(part) {
    steps <- unique(round(seq(1, nrow(part), length.out = min(nrow(part), sheet_columns))))
    Map(read_prepared, part$file[steps], part$index[steps])
  })
  attr(table, "pixels") <- paste(dim(table$shown[[1]][[1]]), collapse = " x ")
  attr(table, "dropped") <- length(rows) - length(kept)
  table
}

read_columns_tsv <- function(file) {
  utils::read.delim(
    file, colClasses = "character", na.strings = character(), encoding = "UTF-8",
    check.names = FALSE
  )
}

#' The images of a shard: file, index (from 0), layer, sample, image.
list_prepared <- function(file, layer) {
  stored <- hdf5r::H5File$new(file, mode = "r")
  # Not close_all(), here and below: it collects garbage, for each image anew.
  on.exit(stored$close())
  text <- function(name) enc2utf8(as.character(stored[[name]]$read()))
  data.frame(
    file = rep(file, stored[["sample"]]$dims), index = seq_len(stored[["sample"]]$dims) - 1,
    layer = rep(layer, stored[["sample"]]$dims), sample = text("sample"), image = text("image")
  )
}

#' One image as a raster, stretched between its limits (twin: normalise in images.py).
read_prepared <- function(file, index) {
  stored <- hdf5r::H5File$new(file, mode = "r")
  on.exit(stored$close())
  # hdf5r sees height x width x channels the other way round.
  pixels <- stored[["pixels"]][[as.character(index)]]
  pixels <- aperm(array(pixels$read(), pixels$dims), 3:1)
  limits <- stored[["limits"]][, index + 1]
  pixels <- if (limits[2] > limits[1]) (pixels - limits[1]) / diff(limits) else 0 * pixels
  pixels[] <- pmin(pmax(pixels, 0), 1)
  grDevices::as.raster(if (dim(pixels)[3] == 1) pixels[, , 1] else pixels)
}

#' Classes in the order of their labels; a number's quarters, named by their ends.
outcome_groups <- function(outcome, task) {
  if (task == "classification") {
    numeric <- suppressWarnings(as.numeric(unique(outcome)))
    sorted <- if (anyNA(numeric)) sort(unique(outcome)) else unique(outcome)[order(numeric)]
    return(factor(outcome, sorted))
  }
  values <- as.numeric(outcome)
  breaks <- unique(stats::quantile(values, seq(0, 1, length.out = sheet_groups + 1)))
  if (length(breaks) < 2) return(factor(outcome))
  group <- cut(values, breaks, labels = FALSE, include.lowest = TRUE)
  ends <- vapply(split(values, group), function(x) {
    paste(short_number(range(x)), collapse = " to ")
  }, "")
  factor(ends[as.character(group)], unique(ends))
}

#' Draws the contact sheet.
#'
#' @param data list of dataset and sheet, see `read_contact_sheet()`.
#' @return see `figure()`.
draw_contact_sheet <- function(data) {
  sheet <- data$sheet
  several <- length(unique(sheet$layer)) > 1
  pixels <- dim(sheet$shown[[1]][[1]])
  high <- sheet_side * pixels[1] / pixels[2]
  columns <- max(lengths(sheet$shown))
  height <- nrow(sheet) * (high + sheet_gap)
  top <- height - (seq_len(nrow(sheet)) - 1) * (high + sheet_gap)
  middle <- top - high / 2
  name <- if (several) paste(sheet$layer, sheet$class, sep = ": ") else sheet$class
  size <- text_sizes[["axis"]]
  name <- vapply(name, shorten, "", width = sheet_label, size = size)
  count <- unlist(Map(count_images, sheet$images, sheet$samples))
  labels <- 0.2 + max(
    text_width(name, size, bold = TRUE), text_width(count, text_sizes[["small"]])
  )
  width <- max(7, labels + columns * (sheet_side + sheet_gap))
  plot <- canvas(
    width, height,
    title = contact_title(sheet), subtitle = contact_subtitle(data, sheet),
    caption = contact_caption(sheet)
  )
  for (i in seq_len(nrow(sheet))) {
    for (j in seq_along(sheet$shown[[i]])) {
      left <- labels + (j - 1) * (sheet_side + sheet_gap)
      plot <- plot + annotation_raster(
        sheet$shown[[i]][[j]], left, left + sheet_side, top[i] - high, top[i]
      )
    }
  }
  plot <- plot + canvas_text(rbind(
    text_rows(0, middle + 0.1, name, size = size, face = "bold"),
    text_rows(0, middle - 0.11, count, colour = ink[["soft"]])
  ))
  canvas_figure(plot, width, height)
}

count_images <- function(images, samples) {
  count <- plural(images, "image")
  if (images == samples) count else paste(count, "of", plural(samples, "sample"))
}

contact_title <- function(sheet) {
  classes <- plural(length(unique(sheet$class)), "class", "classes")
  paste0(
    "What the features are measured on: ", plural(sum(sheet$images), "image"), " of ", classes
  )
}

contact_subtitle <- function(data, sheet) {
  paste0(
    clean_text(data$dataset), ", ", if (length(unique(sheet$layer)) > 1) "layers " else "layer ",
    paste(unique(sheet$layer), collapse = ", "), "; brought to ", attr(sheet, "pixels"),
    " pixels and stretched, each by itself, from its 1st to its 99th percentile"
  )
}

contact_caption <- function(sheet) {
  dropped <- attr(sheet, "dropped")
  paste0(
    "The images shown stand at even steps through each row's list.",
    if (dropped > 0) paste0(" ", plural(dropped, "smaller row"), " left out.")
  )
}
