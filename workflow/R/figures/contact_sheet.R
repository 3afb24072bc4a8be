# The contact sheet: images of each class as their features see them, resized and normalised.

use("hdf5")

sheet_columns <- 12
sheet_rows <- 15
sheet_side <- 0.68
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
  names <- with_h5(file, function(stored) {
    list(sample = read_h5(stored, "sample"), image = read_h5(stored, "image"))
  })
  count <- length(names$sample)
  data.frame(
    file = rep(file, count), index = seq_len(count) - 1, layer = rep(layer, count), names
  )
}

#' One image as a raster, stretched between its limits (twin: normalise in images.py).
read_prepared <- function(file, index) {
  image <- with_h5(file, function(stored) {
    list(
      # Stored as height x width x channels.
      pixels = aperm(read_h5(stored, sprintf("pixels/%d", index)), 3:1),
      limits = c(read_h5(stored, "limits", index + 1, index + 1, along = 2))
    )
  })
  pixels <- image$pixels
  limits <- image$limits
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

#' Draws the contact sheet: a row of images per class, each in a cell of one unit.
#'
#' @param data list of dataset and sheet, see `read_contact_sheet()`.
#' @return see `figure()`.
draw_contact_sheet <- function(data) {
  sheet <- data$sheet
  pixels <- dim(sheet$shown[[1]][[1]])
  columns <- max(lengths(sheet$shown))
  name <- sheet$class
  if (length(unique(sheet$layer)) > 1) name <- paste(sheet$layer, sheet$class, sep = ": ")
  name <- shorten(name, sheet_label, text_sizes[["axis"]])
  label <- paste0(name, "\n", unlist(Map(count_images, sheet$images, sheet$samples)))
  image <- function(raster, row, column) {
    annotation_raster(raster, column - 0.95, column - 0.05, row - 0.95, row - 0.05)
  }
  images <- Map(function(rasters, row) {
    Map(image, rasters, row, seq_along(rasters))
  }, sheet$shown, rev(seq_len(nrow(sheet))))
  plot <- ggplot() + images +
    scale_x_continuous(limits = c(0, columns), breaks = NULL, expand = c(0, 0)) +
    scale_y_continuous(
      limits = c(0, nrow(sheet)), breaks = rev(seq_len(nrow(sheet))) - 0.5, labels = label,
      expand = c(0, 0)
    ) +
    coord_fixed(pixels[1] / pixels[2]) +
    labs(x = NULL, y = NULL) +
    theme_figure() +
    theme(panel.grid.major = element_blank(), axis.text.y = element_text(hjust = 0))
  beside <- max(text_width(label, text_sizes[["axis"]])) + 0.4
  worded_figure(
    plot, beside + max(columns * sheet_side, 7 - beside),
    nrow(sheet) * sheet_side * pixels[1] / pixels[2] + 0.5, contact_title(sheet),
    contact_subtitle(data, sheet), contact_caption(sheet)
  )
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
    "The images shown are spaced evenly through each row's list.",
    if (dropped > 0) paste0(" ", plural(dropped, "smaller row"), " left out.")
  )
}
